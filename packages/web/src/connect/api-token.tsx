/** @module The API token: entered unseen, and held nowhere but in its field and the memory of the page. */

import { Secret } from '@postern/core'
import type { ReactNode } from 'react'
import { Field } from '../field.tsx'
import { texts } from '../texts.ts'
import type { Draft } from './draft.ts'
import type { FormPart } from './form-part.ts'
import { KeptSecret } from './kept-secret.tsx'
import { unassisted } from './unassisted.ts'

/** The field. */
export function ApiTokenField({ draft, judgements, change }: FormPart): ReactNode {
  const words = texts.form.apiToken
  const state = judgements.get('apiToken')
  if (state === undefined) return null
  const { apiToken } = draft
  const take = (text: string) =>
    change({ kind: 'api-token', apiToken: text === '' ? 'none' : new Secret(text.trim()) })
  return (
    <Field
      name="apiToken"
      words={{ ...words, hint: hintOf(apiToken) }}
      state={state}
      // Not the token: what is shown of it depends on whether it is one.
      value={typeof apiToken === 'string' ? apiToken : state.is}
      isLeft={draft.left.has('apiToken')}
      onLeft={() => change({ kind: 'left', field: 'apiToken' })}
      isRequired
    >
      {(control) =>
        apiToken === 'kept' ? (
          <KeptSecret
            id={control.id}
            label={words.label}
            text={words.kept}
            onReplace={() => take('')}
          />
        ) : (
          <input
            {...control}
            {...unassisted}
            key={apiToken === 'cleared' ? 'cleared' : 'entered'}
            className="input"
            type="password"
            onChange={(event) => take(event.target.value)}
          />
        )
      }
    </Field>
  )
}

function hintOf(apiToken: Draft['apiToken']): string {
  const { apiToken: words, key } = texts.form
  if (apiToken === 'cleared') return words.cleared
  return apiToken === 'kept' ? key.keptHint : words.hint
}
