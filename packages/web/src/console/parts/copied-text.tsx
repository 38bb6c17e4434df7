/** @module A text to take along: shown whole, and copied with a press. */

import type { ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { say } from './notices.tsx'

/** The text with its button. */
export function CopiedText(of: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <div className="copied-text">
      <input
        className="input is-code"
        aria-label={of.label}
        readOnly
        value={of.text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button className="button" type="button" onClick={() => void copy(of.text)}>
        {texts.copy}
      </button>
    </div>
  )
}

/** Copies a text, and says so. */
export async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  say(texts.copied)
}
