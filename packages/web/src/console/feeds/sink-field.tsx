/** @module Where a feed writes: sinks that there are, and kinds that need no settings. */

import { type ReactNode, useState } from 'react'
import { makeFeedTexts as texts } from '../../texts/console/make-feed.ts'
import { CheckList, type Choice } from '../parts/check-list.tsx'
import { TextField } from '../parts/text-field.tsx'
import { useAnswer } from '../server.ts'
import { usePermissions } from '../session.ts'
import type { DraftFieldOf } from './draft-field.ts'

interface Sink {
  readonly name: string
  readonly kind: string
}

interface Kind {
  readonly name: string
  readonly title: string
  readonly settings: { readonly required?: readonly string[] }
  readonly secrets: Readonly<Record<string, { readonly required: boolean }>>
}

/** The field. Who may not list the sinks names them. */
export function SinkField({ draft, problems, onChange }: DraftFieldOf): ReactNode {
  const mayList = usePermissions().may('admin')
  const { data: kept } = useAnswer<{ readonly sinks: readonly Sink[] }>('/v1/sinks', {
    isAsked: mayList,
  })
  const { data: known } = useAnswer<{ readonly kinds: readonly Kind[] }>('/v1/sink-kinds')
  if (!mayList) return <NamedSinks draft={draft} problems={problems} onChange={onChange} />
  const sinks = kept?.sinks ?? []
  const plain = (known?.kinds ?? []).filter(
    (kind) => needsNothing(kind) && !sinks.some(({ name }) => name === kind.name),
  )
  const choices: readonly Choice[] = [
    ...plain.map(({ name, title }) => [name, name, title] as const),
    ...sinks.map(({ name, kind }) => [name, name, kind === name ? undefined : kind] as const),
  ].map(([value, name, hint]) => (hint === undefined ? [value, name] : [value, name, hint]))
  return (
    <CheckList
      legend={texts.sinks}
      choices={choices}
      chosen={draft.sinks}
      onChoose={(chosen) => onChange({ sinks: chosen })}
      problem={problems.sinks}
      hint={texts.sinksHint}
      isLong={choices.length > 12}
    />
  )
}

function NamedSinks({ draft, problems, onChange }: DraftFieldOf): ReactNode {
  const [text, setText] = useState(draft.sinks.join(', '))
  const name = (entered: string) => {
    setText(entered)
    const names = entered.split(',').map((one) => one.trim())
    onChange({ sinks: names.filter((one) => one !== '') })
  }
  return (
    <TextField
      label={texts.sinksByName}
      hint={texts.sinksByNameHint}
      problem={problems.sinks}
      spellCheck={false}
      value={text}
      onText={name}
    />
  )
}

function needsNothing({ settings, secrets }: Kind): boolean {
  const { required = [] } = settings
  return required.length === 0 && !Object.values(secrets).some((secret) => secret.required)
}
