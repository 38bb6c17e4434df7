/** @module A field of one line of text. */

import type { ReactNode } from 'react'
import { Field, FieldLabel, FieldMessage, type FieldWords, fieldId } from '../field.tsx'
import { texts } from '../texts.ts'
import type { TextMember } from './draft.ts'
import type { FormPart } from './form-part.ts'
import { isRequired } from './judge-values.ts'
import { unassisted } from './unassisted.ts'

interface TextFieldProps extends FormPart {
  readonly member: TextMember
  readonly words: FieldWords & { readonly placeholder?: string }
  readonly inputMode?: 'url' | 'numeric' | 'text'
  readonly isProse?: boolean
}

/** A member of one line; nothing where the session does not let it be set. */
export function TextField(props: TextFieldProps): ReactNode {
  const { member, words, judgements, draft, change, inputMode = 'text', isProse = false } = props
  const state = judgements.get(member)
  if (state === undefined) return null
  return (
    <Field
      name={member}
      words={words}
      state={state}
      value={draft.texts[member]}
      isLeft={draft.left.has(member)}
      onLeft={() => change({ kind: 'left', field: member })}
      isRequired={isRequired(member)}
    >
      {(control) => (
        <input
          {...control}
          {...unassisted}
          className="input"
          inputMode={inputMode}
          {...(isProse ? { spellCheck: true, autoCapitalize: 'sentences' } : {})}
          placeholder={words.placeholder}
          value={draft.texts[member]}
          onChange={(event) => change({ kind: 'text', member, text: event.target.value })}
        />
      )}
    </Field>
  )
}

/** A value that is given, and cannot be changed here. */
export function GivenField({
  name,
  words,
  value,
  hint = texts.form.fixed,
}: {
  readonly name: string
  readonly words: Pick<FieldWords, 'label' | 'also'>
  readonly value: string
  readonly hint?: string
}): ReactNode {
  const id = fieldId(name)
  return (
    <div className="field">
      <FieldLabel id={id} words={words} isRequired />
      <input
        className="input is-given"
        id={id}
        readOnly
        value={value}
        aria-describedby={`${id}-message`}
      />
      <FieldMessage id={`${id}-message`} state={{ is: 'blank' }} hint={hint} isAlert={false} />
    </div>
  )
}
