/** @module A secret that the server has already, in the place of the field for one. */

import type { ReactNode } from 'react'
import { texts } from '../texts.ts'

/** Says so, and offers to replace it. */
export function KeptSecret({
  id,
  text,
  onReplace,
}: {
  readonly id: string
  readonly text: string
  readonly onReplace: () => void
}): ReactNode {
  return (
    <div className="summary">
      <p>{text}</p>
      <button type="button" className="link-button" id={id} onClick={onReplace}>
        {texts.form.key.replace}
      </button>
    </div>
  )
}
