/** @module As which administrator something is done at Okta: a stored connection, or an API token that is used once. */

import type { ReactNode } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { withQuery } from '../address.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { CONNECTIONS, type Connection, type ConnectionPage } from './connection.ts'

const { admin: texts } = connectionTexts

const MOST_ADMINS = 1_000

type Way = 'none' | 'connection' | 'token'

/** What was chosen so far. */
export interface AdminDraft {
  readonly way: Way
  readonly connection: string
  readonly token: string
}

/** Nothing was chosen. */
export const noAdmin: AdminDraft = { way: 'none', connection: '', token: '' }

/** Whether somebody is named who does it. */
export function isComplete({ way, connection, token }: AdminDraft): boolean {
  if (way === 'connection') return connection !== ''
  return way === 'none' || token.trim() !== ''
}

/** The members of a request that name them. */
export function adminBody({ way, connection, token }: AdminDraft): object {
  if (way === 'connection') return { admin: connection }
  return way === 'token' ? { adminToken: token.trim() } : {}
}

/** The fields. @param of.org - the connection whose org it is. */
export function AdminChoice(of: {
  readonly draft: AdminDraft
  readonly onChange: (draft: AdminDraft) => void
  readonly org: Pick<Connection, 'name' | 'orgUrl'>
  readonly ways: readonly Way[]
  readonly isMissing: boolean
}): ReactNode {
  const { draft, onChange, org, ways, isMissing } = of
  const permissions = usePermissions()
  const { data } = useAnswer<ConnectionPage>(
    withQuery(CONNECTIONS, { text: org.orgUrl, limit: MOST_ADMINS }),
  )
  const others = (data?.connections ?? []).filter(
    ({ name, orgUrl }) =>
      orgUrl === org.orgUrl && name !== org.name && permissions.may('admin', name),
  )
  return (
    <>
      <ChoiceField
        label={texts.legend}
        value={draft.way}
        choices={ways.map((way) => [way, texts[way]] as const)}
        onChoose={(way) => onChange({ ...draft, way })}
      />
      {draft.way === 'connection' && (
        <ChoiceField
          label={texts.connectionLabel}
          value={draft.connection}
          choices={[['', texts.choose], ...others.map(({ name }) => [name, name] as const)]}
          hint={isMissing ? texts.missing : undefined}
          onChoose={(connection) => onChange({ ...draft, connection })}
        />
      )}
      {draft.way === 'token' && (
        <TextField
          label={texts.tokenLabel}
          hint={texts.tokenHint}
          problem={isMissing ? texts.missing : undefined}
          type="password"
          spellCheck={false}
          value={draft.token}
          onText={(token) => onChange({ ...draft, token })}
        />
      )}
    </>
  )
}
