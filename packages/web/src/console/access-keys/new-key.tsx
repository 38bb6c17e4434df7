/** @module The text of an access key that was just made, which is shown this once. */

import type { ReactNode } from 'react'
import { accessKeyTexts } from '../../texts/console/access-keys.ts'
import { CopiedText } from '../parts/copied-text.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { useHeldPage } from '../session.ts'
import type { NewAccessKey } from './access-key.ts'

const { made: texts } = accessKeyTexts

/** The text. Escape does not close it: it would be lost by a slip. */
export function NewKeyDialog(of: {
  readonly made: NewAccessKey
  readonly onClose: () => void
}): ReactNode {
  const { made, onClose } = of
  // Whoever rotates the key that signed them in is signed out by it, before they have its text.
  useHeldPage()
  return (
    <Dialog
      isOpen
      title={texts.title(made.name)}
      description={<p>{texts.once}</p>}
      onClose={undefined}
    >
      <CopiedText text={made.text} label={texts.label} />
      <div className="buttons">
        <button className="button primary" type="button" onClick={onClose}>
          {texts.stored}
        </button>
      </div>
    </Dialog>
  )
}
