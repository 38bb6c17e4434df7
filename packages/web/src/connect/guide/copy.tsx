/** @module A value to paste elsewhere, with a button that copies it. */

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { texts } from '../../texts.ts'

const SHOWN_MS = 2_500

/** The value with its label. */
export function CopyValue(of: { readonly label: string; readonly value: string }): ReactNode {
  const { label, value } = of
  const shown = useRef<HTMLElement>(null)
  const [said, setSaid] = useState('')
  // What is long is scrolled, with the keyboard too.
  const long = value.includes('\n') && {
    className: 'copy-value is-long',
    role: 'group',
    'aria-label': label,
    tabIndex: 0,
  }
  const words = texts.guide.steps
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => setSaid(''), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setSaid(words.copied)
    } catch {
      // Without https, or in a frame that may not: the person copies what is selected.
      if (shown.current !== null) getSelection()?.selectAllChildren(shown.current)
      setSaid(words.selected)
    }
  }
  return (
    <div className="copy">
      <span className="copy-label">{label}</span>
      <code className="copy-value" {...long} ref={shown}>
        {value}
      </code>
      <button
        className="button small"
        type="button"
        aria-label={words.copyOf(label)}
        onClick={copy}
      >
        {words.copy}
      </button>
      <span className="copy-said" role="status">
        {said}
      </span>
    </div>
  )
}
