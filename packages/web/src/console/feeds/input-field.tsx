/** @module What a feed reads: one of the inputs, with what its connection lacks for it. */

import type { ReactNode } from 'react'
import { makeFeedTexts as texts } from '../../texts/console/make-feed.ts'
import { ChoiceField } from '../parts/choice-field.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import type { DraftFieldOf } from './draft-field.ts'

interface Input {
  readonly name: string
  readonly title: string
  readonly scopes: readonly string[]
  readonly connections: readonly {
    readonly name: string
    readonly missingScopes: readonly string[]
  }[]
}

/** The field. */
export function InputField({ draft, problems, onChange }: DraftFieldOf): ReactNode {
  const permissions = usePermissions()
  const { data } = useAnswer<{ readonly inputs: readonly Input[] }>('/v1/inputs', {
    isAsked: permissions.maySomewhere('read'),
  })
  const inputs = data?.inputs ?? []
  const missing =
    inputs
      .find(({ name }) => name === draft.input)
      ?.connections.find(({ name }) => name === draft.connection)?.missingScopes ?? []
  return (
    <ChoiceField
      label={texts.input}
      value={draft.input}
      hint={
        problems.input ?? (missing.length > 0 ? texts.needsScopes(missing.join(', ')) : undefined)
      }
      choices={[
        ...(draft.input === '' ? [['', texts.chooseInput] as const] : []),
        ...inputs.map(({ name, title }) => [name, title] as const),
      ]}
      onChoose={(input) => onChange({ input })}
    />
  )
}
