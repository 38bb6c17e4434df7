/** @module The end of a dialog: it is given up, or what it is about is done. */

import type { ReactNode } from 'react'
import { shellTexts } from '../../texts/console/shell.ts'

/** The buttons. */
export function DialogButtons(of: {
  readonly submit: string
  /** In the place of that, while it is done. */
  readonly underWay: string
  readonly isBusy: boolean
  readonly isDanger?: boolean
  readonly onCancel: () => void
  /** Default: the form around it says what is done. */
  readonly onSubmit?: () => void
}): ReactNode {
  const { submit, underWay, isBusy, isDanger = false, onCancel, onSubmit } = of
  return (
    <div className="buttons">
      <button className="button" type="button" disabled={isBusy} onClick={onCancel}>
        {shellTexts.cancel}
      </button>
      <button
        className={isDanger ? 'button primary danger' : 'button primary'}
        type={onSubmit === undefined ? 'submit' : 'button'}
        disabled={isBusy}
        onClick={onSubmit}
      >
        {isBusy ? underWay : submit}
      </button>
    </div>
  )
}
