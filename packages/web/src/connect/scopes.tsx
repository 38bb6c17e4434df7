/** @module The scopes: typed, by what they are for, or chosen from what the org offers. */

import { formatScopes, scopeBundles } from '@postern/core'
import type { ReactNode } from 'react'
import { Field } from '../field.tsx'
import { texts } from '../texts.ts'
import type { FormPart } from './form-part.ts'
import { ScopeList } from './scope-list.tsx'
import { namesIn, withScopes } from './scope-text.ts'
import { unassisted } from './unassisted.ts'

const bundles = Object.entries(scopeBundles) as readonly [
  keyof typeof scopeBundles,
  { readonly scopes: readonly string[] },
][]

/** The field, with its bundles and its list. */
export function ScopesField({ draft, judgements, change }: FormPart): ReactNode {
  const words = texts.form.scopes
  const state = judgements.get('scopes')
  if (state === undefined) return null
  const text = draft.texts.scopes
  const set = (scopes: string) => change({ kind: 'text', member: 'scopes', text: scopes })
  const offered = draft.org?.judged?.offeredScopes ?? []
  return (
    <div className="scopes">
      <Field
        name="scopes"
        words={words}
        state={state}
        value={text}
        isLeft={draft.left.has('scopes')}
        onLeft={() => change({ kind: 'left', field: 'scopes' })}
      >
        {(control) => (
          <textarea
            {...control}
            className="input is-code"
            rows={2}
            {...unassisted}
            placeholder={words.placeholder}
            value={text}
            onChange={(event) => set(event.target.value)}
          />
        )}
      </Field>
      <div className="row is-wrapping">
        <span className="quiet">{words.bundles}</span>
        {bundles.map(([name, { scopes }]) => (
          <button
            key={name}
            type="button"
            className="button small"
            title={formatScopes(scopes)}
            onClick={() => set(withScopes(text, scopes))}
          >
            {words.bundle[name]}
          </button>
        ))}
        <button
          type="button"
          className="link-button"
          disabled={text === ''}
          onClick={() => set('')}
        >
          {words.clear}
        </button>
      </div>
      <ScopeList
        chosen={namesIn(text)}
        offered={offered}
        onChange={(names) => set(formatScopes(names))}
      />
    </div>
  )
}
