/** @module The connection that something is about: one of those on which the person has a verb. */

import type { ReactNode } from 'react'
import { connectionTexts } from '../../texts/console/connections.ts'
import { withQuery } from '../address.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import type { Verb } from '../permissions.ts'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import { CONNECTIONS } from './connection.ts'

const { field: texts } = connectionTexts

// More than these are found by typing a name.
const MOST_CHOICES = 200

/** The names of the connections on which the person has a verb; undefined while, or where, nobody can tell. */
export function useConnectionNames(verb: Verb): readonly string[] | undefined {
  const permissions = usePermissions()
  const given = permissions.connectionsFor(verb)
  const { data } = useAnswer<{
    readonly connections: readonly { readonly name: string }[]
    readonly next?: string
  }>(withQuery(CONNECTIONS, { limit: MOST_CHOICES }), {
    isAsked: given === undefined && permissions.maySomewhere('read'),
  })
  if (given !== undefined) return given
  if (data === undefined || data.next !== undefined) return undefined
  return data.connections.map(({ name }) => name)
}

/** The field. */
export function ConnectionField(of: {
  readonly verb: Verb
  readonly value: string
  readonly problem?: string | undefined
  readonly onChoose: (connection: string) => void
}): ReactNode {
  const { verb, value, problem, onChoose } = of
  const names = useConnectionNames(verb)
  if (names === undefined || names.length > MOST_CHOICES) {
    return <TextField label={texts.label} problem={problem} value={value} onText={onChoose} />
  }
  // A name in an address may be that of none.
  const isKnown = value === '' || names.includes(value)
  return (
    <ChoiceField
      label={texts.label}
      value={value}
      hint={problem}
      choices={[
        ...(value === '' ? [['', texts.choose] as const] : []),
        ...(isKnown ? [] : [[value, value] as const]),
        ...names.map((name) => [name, name] as const),
      ]}
      onChoose={onChoose}
    />
  )
}
