/** @module A field whose value is one of a few. */

import type { ReactNode } from 'react'
import { Field, type FieldWords } from '../field.tsx'
import type { TextMember } from './draft.ts'
import type { FormPart } from './form-part.ts'

interface ChoiceFieldProps extends FormPart {
  readonly member: TextMember
  readonly words: FieldWords
  /** Value and label; the first one is the default, whose value is empty. */
  readonly options: readonly (readonly [value: string, label: string])[]
}

/** A member with a list; nothing where the session does not let it be set. */
export function ChoiceField(props: ChoiceFieldProps): ReactNode {
  const { member, words, options, judgements, draft, change } = props
  const state = judgements.get(member)
  if (state === undefined) return null
  return (
    <Field
      name={member}
      words={words}
      state={state}
      value={draft.texts[member]}
      isLeft
      onLeft={() => undefined}
    >
      {(control) => (
        <select
          {...control}
          className="input"
          value={draft.texts[member]}
          onChange={(event) => change({ kind: 'text', member, text: event.target.value })}
        >
          {options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
