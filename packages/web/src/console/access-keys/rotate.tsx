/** @module Gives an access key a new text. */

import { type ReactNode, useState } from 'react'
import { accessKeyTexts } from '../../texts/console/access-keys.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { useDeed } from '../server.ts'
import { ACCESS_KEYS, type AccessKey, type NewAccessKey } from './access-key.ts'

const { rotate: texts } = accessKeyTexts

type Overlap = keyof typeof texts.overlaps

/** Asks how long the text before is accepted, and rotates. */
export function RotateDialog(of: {
  readonly accessKey: AccessKey
  readonly onClose: () => void
  readonly onRotated: (key: NewAccessKey) => void
}): ReactNode {
  const { accessKey, onClose, onRotated } = of
  const [overlap, setOverlap] = useState<Overlap>('86400')
  const rotating = useDeed<void, NewAccessKey>(
    () => ({
      path: `${ACCESS_KEYS}/${accessKey.id}/rotate`,
      body: { overlapSeconds: Number(overlap) },
    }),
    { changes: [ACCESS_KEYS, '/v1/audit'] },
  )
  const isBusy = rotating.isPending
  return (
    <Dialog
      isOpen
      title={texts.title(accessKey.name)}
      description={<p>{texts.what}</p>}
      onClose={isBusy ? undefined : onClose}
    >
      <ChoiceField
        label={texts.overlap}
        value={overlap}
        choices={Object.entries(texts.overlaps) as [Overlap, string][]}
        onChoose={setOverlap}
      />
      {rotating.error !== null && <ErrorState problem={rotating.error.problem} />}
      <DialogButtons
        submit={texts.submit}
        underWay={texts.underWay}
        isBusy={isBusy}
        onCancel={onClose}
        onSubmit={() => rotating.mutate(undefined, { onSuccess: onRotated })}
      />
    </Dialog>
  )
}
