/** @module What can be chosen about the assertion and the token request; every value has a default that Okta accepts. */

import { assertionType, signingAlgs } from '@postern/core'
import type { ReactNode } from 'react'
import { texts } from '../texts.ts'
import { ChoiceField } from './choice-field.tsx'
import type { FormPart } from './form-part.ts'
import { RowsField } from './rows-field.tsx'
import { TextField } from './text-field.tsx'
import { AudienceField, TokenUrlField } from './token-endpoint.tsx'

// What has a place of its own above.
const NOT_ADVANCED = ['orgUrl', 'clientId', 'key', 'keyId', 'scopes', 'description']

/** The part, closed until it is wanted. */
export function AdvancedJwt(part: FormPart): ReactNode {
  const words = texts.form.advanced
  const { session, draft, judgements } = part
  if ([...judgements.keys()].every((member) => NOT_ADVANCED.includes(member))) return null
  const { key } = draft
  const { jwtAlg, keys, jwksUrl, dpop, headers } = words
  const kept = session.draft?.headerNames ?? []
  const headerHint = kept.length === 0 ? headers.hint : headers.kept(kept.join(', '))
  return (
    <details className="advanced">
      <summary>
        <span>{words.title}</span>
        <span className="quiet">{words.hint}</span>
      </summary>
      <div className="advanced-fields">
        <ChoiceField
          {...part}
          member="jwtAlg"
          words={jwtAlg}
          options={[
            ['', key.at === 'understood' ? jwtAlg.byThisKey(key.key.alg) : jwtAlg.byKey],
            ...signingAlgs.map((alg) => [alg, jwtAlg.option(alg)] as const),
          ]}
        />
        <TextField
          {...part}
          member="jwtExpirySeconds"
          words={words.jwtExpirySeconds}
          inputMode="numeric"
        />
        <TextField {...part} member="jwtIssuer" words={words.jwtIssuer} />
        <TextField {...part} member="jwtSubject" words={words.jwtSubject} />
        <TokenUrlField {...part} />
        <AudienceField {...part} />
        <TextField {...part} member="assertionKey" words={words.assertionKey} />
        <RowsField {...part} member="jwtClaims" words={words.jwtClaims} />
        <RowsField {...part} member="headers" words={{ ...headers, hint: headerHint }} />
        <ChoiceField
          {...part}
          member="dpop"
          words={dpop}
          options={[
            ['', dpop.auto],
            ['always', dpop.always],
            ['never', dpop.never],
          ]}
        />
        <ChoiceField
          {...part}
          member="keys"
          words={keys}
          options={[
            ['', keys.okta],
            ['url', keys.url],
          ]}
        />
        {draft.texts.keys === 'url' && (
          <TextField
            {...part}
            member="jwksUrl"
            words={
              session.jwksUrl === null
                ? jwksUrl
                : { ...jwksUrl, hint: jwksUrl.own(session.jwksUrl) }
            }
            inputMode="url"
          />
        )}
        <FixedValues />
      </div>
    </details>
  )
}

/** What no org leaves a choice about. */
function FixedValues(): ReactNode {
  const { fixed } = texts.form.advanced
  return (
    <section className="fixed-values" aria-label={fixed.title}>
      <p className="quiet">{fixed.title}</p>
      <dl>
        <dt>grant_type</dt>
        <dd>client_credentials</dd>
        <dt>client_assertion_type</dt>
        <dd>{assertionType}</dd>
        <dt>scope</dt>
        <dd>{fixed.scope}</dd>
        <dt>Accept</dt>
        <dd>application/json</dd>
        <dt>Content-Type</dt>
        <dd>application/x-www-form-urlencoded</dd>
      </dl>
    </section>
  )
}
