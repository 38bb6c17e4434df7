/** @module Repairs what a finding names, in the org, after somebody has seen what that is. */

import { type Finding, findRepair } from '@postern/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { say } from '../parts/notices.tsx'
import { useDeed } from '../server.ts'
import { AdminChoice, type AdminDraft, adminBody, isComplete, noAdmin } from './admin-choice.tsx'
import { CONNECTIONS, type Connection, connectionPath } from './connection.ts'

const { repair: texts, doctor } = connectionTexts

/** Asks who does it, and does it. */
export function RepairDialog(of: {
  readonly connection: Connection
  readonly finding: Finding
  readonly onClose: () => void
  readonly onRepaired: () => void
}): ReactNode {
  const { connection, finding, onClose, onRepaired } = of
  const { code = '', details } = finding
  const [admin, setAdmin] = useState<AdminDraft>({ ...noAdmin, way: 'token' })
  const [isAsked, setAsked] = useState(false)
  const needs = {
    ...(isTexts(details['scopes']) ? { scopes: details['scopes'] } : {}),
    ...(isTexts(details['roles']) ? { roles: details['roles'] } : {}),
  }
  const deed = useDeed<object>(
    (body) => ({ path: connectionPath(connection.name, '/repair'), body }),
    { changes: [CONNECTIONS, '/v1/audit'] },
  )
  const repair = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (!isComplete(admin)) return
    deed.mutate(
      { finding: code, ...needs, ...adminBody(admin) },
      {
        onSuccess: () => {
          say(doctor.repaired(code))
          onClose()
          onRepaired()
        },
      },
    )
  }
  return (
    <Dialog
      isOpen
      title={texts.title}
      description={
        <>
          <p>{texts.what}</p>
          <p className="remedy">{findRepair(code)?.describe(needs)}</p>
        </>
      }
      onClose={deed.isPending ? undefined : onClose}
    >
      <form onSubmit={repair} noValidate>
        <AdminChoice
          draft={admin}
          onChange={setAdmin}
          org={connection}
          ways={['connection', 'token']}
          isMissing={isAsked && !isComplete(admin)}
        />
        {deed.error !== null && <ErrorState problem={deed.error.problem} />}
        <DialogButtons
          submit={texts.button}
          underWay={texts.underWay}
          isBusy={deed.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
