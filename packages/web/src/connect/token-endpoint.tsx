/** @module Where the assertion goes and what its audience is: a choice among the org's own addresses, never free text. */

import { issuerUrl, type OrgUrl, tokenUrl } from '@postern/core'
import type { ReactNode } from 'react'
import { Field } from '../field.tsx'
import { texts } from '../texts.ts'
import { ChoiceField } from './choice-field.tsx'
import type { FormPart } from './form-part.ts'
import { orgOf } from './members.ts'
import { unassisted } from './unassisted.ts'

/** The token URL: of the org itself, or of a custom authorization server. */
export function TokenUrlField(part: FormPart): ReactNode {
  const { session, draft, judgements, change } = part
  const words = texts.form.advanced
  const state = judgements.get('tokenUrl')
  if (state === undefined) return null
  const org = orgOf(session.given.orgUrl ?? draft.texts.orgUrl, draft.org)
  const id = draft.authorizationServerId
  const setId = (next: string | undefined) => change({ kind: 'authorization-server', id: next })
  return (
    <>
      <Field
        name="tokenUrl"
        words={words.tokenUrl}
        state={{ is: 'blank' }}
        value=""
        isLeft
        onLeft={nothing}
      >
        {(control) => (
          <select
            {...control}
            className="input"
            value={id === undefined ? 'own' : 'custom'}
            onChange={(event) => setId(event.target.value === 'own' ? undefined : '')}
          >
            <option value="own">
              {org === undefined ? unknownOf(words.tokenUrl.path) : tokenUrl(org)}
            </option>
            <option value="custom">{words.tokenUrl.custom}</option>
          </select>
        )}
      </Field>
      {id !== undefined && (
        <Field
          name="authorizationServerId"
          words={words.authorizationServerId}
          state={state}
          value={id}
          isLeft={draft.left.has('tokenUrl')}
          onLeft={() => change({ kind: 'left', field: 'tokenUrl' })}
          isRequired
        >
          {(control) => (
            <input
              {...control}
              className="input"
              {...unassisted}
              placeholder={words.authorizationServerId.placeholder}
              value={id}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
      )}
    </>
  )
}

/** The audience: the token URL that is called, or the issuer behind it. */
export function AudienceField(part: FormPart): ReactNode {
  const { session, draft } = part
  const { jwtAudience, tokenUrl: url } = texts.form.advanced
  const org = orgOf(session.given.orgUrl ?? draft.texts.orgUrl, draft.org)
  const [token, issuer] = addressesOf(org, draft.authorizationServerId)
  return (
    <ChoiceField
      {...part}
      member="jwtAudience"
      words={jwtAudience}
      options={[
        ['', jwtAudience.tokenUrl(token ?? unknownOf(url.path))],
        ['issuer', jwtAudience.issuer(issuer ?? url.unknownOrg)],
      ]}
    />
  )
}

function addressesOf(org: OrgUrl | undefined, id: string | undefined): readonly string[] {
  if (org === undefined) return []
  try {
    const server = id?.trim() || undefined
    return [tokenUrl(org, server), issuerUrl(org, server)]
  } catch {
    // Said where the id is entered.
    return []
  }
}

function unknownOf(path: string): string {
  return `${texts.form.advanced.tokenUrl.unknownOrg}${path}`
}

function nothing(): void {}
