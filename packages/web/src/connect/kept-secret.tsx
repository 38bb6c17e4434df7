/** @module A secret that the server has already, in the place of the field for one. */

import type { ReactNode } from 'react'
import { texts } from '../texts.ts'

/** Says so, and offers to replace it. No label leads to the button: its own text is its name. */
export function KeptSecret({
  id,
  label,
  text,
  onReplace,
}: {
  readonly id: string
  /** What the field is called. */
  readonly label: string
  readonly text: string
  readonly onReplace: () => void
}): ReactNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fieldset, for there is nothing to fill in
    <div className="summary" role="group" id={id} tabIndex={-1} aria-label={label}>
      <p>{text}</p>
      <button type="button" className="link-button" onClick={onReplace}>
        {texts.form.key.replace}
      </button>
    </div>
  )
}
