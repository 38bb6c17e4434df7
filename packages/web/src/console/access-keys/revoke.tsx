/** @module Revokes an access key, after somebody has seen whose it is. */

import type { ReactNode } from 'react'
import { accessKeyTexts } from '../../texts/console/access-keys.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { Facts } from '../parts/facts.tsx'
import { say } from '../parts/notices.tsx'
import { Time } from '../parts/time.tsx'
import { useDeed } from '../server.ts'
import { ACCESS_KEYS, type AccessKey, ruleText } from './access-key.ts'

const { revoke: texts, columns } = accessKeyTexts

/** Asks, and revokes. */
export function RevokeDialog(of: {
  readonly accessKey: AccessKey
  readonly onClose: () => void
}): ReactNode {
  const { accessKey, onClose } = of
  const { id, name, rules, lastUsedAt } = accessKey
  const revoking = useDeed<void>(() => ({ method: 'DELETE', path: `${ACCESS_KEYS}/${id}` }), {
    changes: [ACCESS_KEYS, '/v1/audit'],
  })
  const isBusy = revoking.isPending
  const revoke = () =>
    revoking.mutate(undefined, {
      onSuccess: () => {
        say(texts.done(name))
        onClose()
      },
    })
  return (
    <Dialog
      isOpen
      title={texts.title(name)}
      description={<p>{texts.what}</p>}
      onClose={isBusy ? undefined : onClose}
    >
      <Facts
        facts={{
          [columns.id]: <code>{id}</code>,
          [columns.rules]: <bdi>{rules.map(ruleText).join('; ')}</bdi>,
          [texts.lastUsed]: <Time at={lastUsedAt} />,
        }}
      />
      {revoking.error !== null && <ErrorState problem={revoking.error.problem} />}
      <DialogButtons
        submit={texts.submit}
        underWay={texts.underWay}
        isBusy={isBusy}
        isDanger
        onCancel={onClose}
        onSubmit={revoke}
      />
    </Dialog>
  )
}
