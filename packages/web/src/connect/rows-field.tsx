/** @module A field of rows, each with a name and a value. */

import type { ReactNode } from 'react'
import { FieldMessage, type FieldWords, fieldId } from '../field.tsx'
import { texts } from '../texts.ts'
import type { Row, RowsMember } from './draft.ts'
import type { FormPart } from './form-part.ts'
import { unassisted } from './unassisted.ts'

interface RowsFieldProps extends FormPart {
  readonly member: RowsMember
  readonly words: FieldWords & { readonly add: string }
}

/** The rows; nothing where the session does not let them be set. */
export function RowsField({ member, words, draft, judgements, change }: RowsFieldProps): ReactNode {
  const state = judgements.get(member)
  if (state === undefined) return null
  const rows = draft.rows[member]
  const id = fieldId(member)
  const isLeft = draft.left.has(member)
  const set = (next: readonly Row[]) => change({ kind: 'rows', member, rows: next })
  const setRow = (at: number, part: Partial<Row>) =>
    set(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  const input = (at: number, part: keyof Row, label: string) => (
    <input
      className="input"
      aria-label={`${words.label}: ${label}`}
      {...unassisted}
      placeholder={texts.form.row[part]}
      value={rows[at]?.[part] ?? ''}
      onChange={(event) => setRow(at, { [part]: event.target.value })}
    />
  )
  const numbered = texts.form.row
  return (
    <fieldset
      className="field"
      id={id}
      tabIndex={-1}
      aria-describedby={`${id}-message`}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) change({ kind: 'left', field: member })
      }}
    >
      <legend className="field-label">
        {words.label}
        <span className="field-optional"> {texts.form.optional}</span>
      </legend>
      {rows.map((_row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name, and rows never move
        <div className="row name-value" key={at}>
          {input(at, 'name', numbered.nameOf(at + 1))}
          {input(at, 'value', numbered.valueOf(at + 1))}
          <button
            type="button"
            className="link-button"
            aria-label={`${words.label}: ${numbered.remove(at + 1)}`}
            onClick={() => set(rows.filter((_other, index) => index !== at))}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button small"
        onClick={() => set([...rows, { name: '', value: '' }])}
      >
        {words.add}
      </button>
      <FieldMessage
        id={`${id}-message`}
        state={state.is === 'bad' && !isLeft ? { is: 'blank' } : state}
        hint={words.hint}
        isAlert={isLeft}
      />
    </fieldset>
  )
}
