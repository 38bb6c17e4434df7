/** @module The field by which a list is searched; `/` leads to it from anywhere. */

import { type ReactNode, useEffect, useState } from 'react'
import { usePaused } from './paused.ts'

/** The field. What it says counts once somebody pauses. */
export function SearchField(of: {
  readonly label: string
  readonly value: string
  /** Default: the label. */
  readonly placeholder?: string
  readonly onChange: (text: string) => void
}): ReactNode {
  const { label, value, placeholder = label, onChange } = of
  const [text, setText] = useState(value)
  const tell = usePaused(onChange)
  // Somebody may be about to go on after a space.
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value])
  const type = (next: string) => {
    setText(next)
    tell(next.trim())
  }
  return (
    <input
      className="input search"
      type="search"
      aria-label={label}
      aria-keyshortcuts="/"
      placeholder={placeholder}
      value={text}
      data-search=""
      onChange={(event) => type(event.currentTarget.value)}
    />
  )
}

/** Leads to the first search field of the page with `/`, as long as nobody is writing. */
export function useSearchKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.metaKey || event.ctrlKey || event.altKey) return
      if (event.target instanceof Element && event.target.closest('input, textarea, select')) return
      const field = document.querySelector<HTMLInputElement>('[data-search]')
      if (field === null || document.querySelector('[role="dialog"]') !== null) return
      event.preventDefault()
      field.focus()
      field.select()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
