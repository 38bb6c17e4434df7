/** @module The admin roles of a connection, as far as they are known, and the doctor who asks for them. */

import { type FormEvent, type ReactNode, useState } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { Dialog } from '../parts/dialog.tsx'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { say } from '../parts/notices.tsx'
import { Time } from '../parts/time.tsx'
import { useDeed } from '../server.ts'
import { usePermissions } from '../session.ts'
import { AdminChoice, type AdminDraft, adminBody, isComplete, noAdmin } from './admin-choice.tsx'
import { CONNECTIONS, type Connection, connectionPath } from './connection.ts'

const { roles: texts } = connectionTexts

/** The names of the roles, in a line. */
export function RoleNames(of: { readonly roles: Connection['roles'] | undefined }): ReactNode {
  const { roles } = of
  if (roles === undefined) return <span className="quiet">{texts.unknown}</span>
  return roles.names.length === 0 ? (
    texts.none
  ) : (
    <bdi className="is-short">{roles.names.join(', ')}</bdi>
  )
}

/** The roles, since when that is known, and the way to ask again. */
export function Roles({ connection }: { readonly connection: Connection }): ReactNode {
  const { name, roles } = connection
  const mayAsk = usePermissions().may('read', name)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      {roles === undefined ? (
        <span className="quiet">{texts.unknownHint}</span>
      ) : (
        <>
          {roles.names.length === 0 ? texts.none : <bdi>{roles.names.join(', ')}</bdi>}{' '}
          <span className="quiet">
            {texts.asOf} <Time at={roles.at} />
          </span>
        </>
      )}{' '}
      {mayAsk && (
        <button className="button small" type="button" onClick={() => setOpen(true)}>
          {texts.ask}
        </button>
      )}
      {isOpen && <AskDialog connection={connection} onClose={() => setOpen(false)} />}
    </>
  )
}

interface Checked {
  readonly findings: readonly { readonly details: Readonly<Record<string, unknown>> }[]
}

function AskDialog(of: {
  readonly connection: Connection
  readonly onClose: () => void
}): ReactNode {
  const { connection, onClose } = of
  const [admin, setAdmin] = useState<AdminDraft>({ ...noAdmin, way: 'connection' })
  const [isAsked, setAsked] = useState(false)
  const checking = useDeed<object, Checked>(
    (body) => ({ path: connectionPath(connection.name, '/doctor'), body }),
    { changes: [CONNECTIONS] },
  )
  const check = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    if (!isComplete(admin)) return
    checking.mutate(adminBody(admin), {
      onSuccess: ({ findings }) => {
        if (!findings.some(({ details }) => 'assignedRoles' in details)) say(texts.notTold)
        onClose()
      },
    })
  }
  return (
    <Dialog
      isOpen
      title={texts.askTitle}
      description={<p>{texts.askHint}</p>}
      onClose={checking.isPending ? undefined : onClose}
    >
      <form onSubmit={check} noValidate>
        <AdminChoice
          draft={admin}
          onChange={setAdmin}
          org={connection}
          ways={['connection', 'token', 'none']}
          isMissing={isAsked && !isComplete(admin)}
        />
        {checking.error !== null && <ErrorState problem={checking.error.problem} />}
        <DialogButtons
          submit={texts.submit}
          underWay={texts.underWay}
          isBusy={checking.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}
