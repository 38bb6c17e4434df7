/** @module The beginning of the guide: which org, how to sign in, and what for. */

import { scopeBundles } from '@postern/core'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { Emphasised } from '../../emphasised.tsx'
import { Field, fieldId } from '../../field.tsx'
import { texts } from '../../texts.ts'
import type { Method, Session } from '../answers.ts'
import { Choices } from '../choices.tsx'
import type { OrgAnswer } from '../draft.ts'
import { judgeOrgUrl, missing } from '../judge-values.ts'
import { orgOf } from '../members.ts'
import { useAskedOrg } from '../org-url.tsx'
import type { ConnectSession, GuideChoice } from '../session.ts'
import { unassisted } from '../unassisted.ts'

type Bundle = keyof typeof scopeBundles

const BUNDLES: readonly Bundle[] = ['read-only', 'system-log', 'access-management']

/** Asks what the guide leads to. */
export function GuideStart(of: {
  readonly session: Session
  readonly client: ConnectSession
  /** What was chosen before. */
  readonly earlier: GuideChoice | undefined
  readonly isBusy: boolean
  readonly onBegin: (choice: GuideChoice) => void
}): ReactNode {
  const { session, client, earlier, isBusy, onBegin } = of
  const { given, methods, jwksUrl, fields } = session
  const [orgText, setOrgText] = useState(given.orgUrl ?? earlier?.orgUrl ?? '')
  const [isLeft, setIsLeft] = useState(false)
  const [org, setOrg] = useState<OrgAnswer>()
  const [wasHeld, setWasHeld] = useState(false)
  const [isWanted, setIsWanted] = useState(false)
  const [method, setMethod] = useState<Method>(earlier?.method ?? methods[0] ?? 'service-app')
  const [bundle, setBundle] = useState<Bundle>(earlier?.bundle ?? 'read-only')
  const [keys, setKeys] = useState<'okta' | 'url'>(earlier?.keys ?? 'okta')
  const { form } = texts
  const words = texts.guide.start
  const isApp = method === 'service-app'
  const fixedScopes = given.scopes?.split(' ') ?? session.wants ?? undefined
  const mayUseUrl = jwksUrl !== null && fields.includes('keys')
  const judged = judgeOrgUrl({ text: orgText, org, isAsked: isLeft || isWanted })
  const { is } = judged
  // Nobody is asked about what somebody is still typing.
  useAskedOrg(
    client,
    { text: orgText, isWanted: is === 'asked' || (is === 'good' && isLeft), org },
    setOrg,
  )
  const isMissing = wasHeld && is === 'blank'
  const isWaiting = is === 'asked'
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that it is wanted
  useEffect(() => {
    if (!isWanted || isWaiting) return
    setIsWanted(false)
    const orgUrl = is === 'good' ? orgOf(orgText, org) : undefined
    if (orgUrl === undefined) {
      setWasHeld(true)
      return document.getElementById(fieldId('guide-org'))?.focus()
    }
    onBegin({
      orgUrl,
      method,
      ...(isApp && fixedScopes === undefined ? { bundle } : {}),
      ...(isApp && mayUseUrl ? { keys } : {}),
    })
  }, [isWanted, isWaiting])
  const begin = (event: FormEvent) => {
    event.preventDefault()
    setIsLeft(true)
    setIsWanted(true)
  }
  return (
    <form className="card guide-start" noValidate onSubmit={begin}>
      <Field
        name="guide-org"
        words={form.orgUrl}
        state={isMissing ? { is: 'bad', problem: missing('orgUrl') } : judged}
        value={orgText}
        isLeft={isLeft}
        onLeft={() => setIsLeft(true)}
        isRequired={true}
      >
        {(control) => (
          <input
            {...control}
            {...unassisted}
            className="input"
            inputMode="url"
            required
            readOnly={given.orgUrl !== undefined}
            value={orgText}
            onChange={(event) => setOrgText(event.target.value)}
          />
        )}
      </Field>
      <p className="quiet">
        <Emphasised text={words.orgUrlWhere} /> {words.noOrg}
      </p>
      {methods.length > 1 && (
        <Choices
          name="guide-method"
          legend={words.method}
          chosen={method}
          onChoose={setMethod}
          choices={methods.map((value) => ({
            value,
            name: form.method[value].label,
            hints: [form.method[value].hint],
          }))}
        />
      )}
      {isApp && fixedScopes === undefined && (
        <Choices
          name="guide-bundle"
          legend={words.bundle}
          chosen={bundle}
          onChoose={setBundle}
          choices={BUNDLES.map((value) => ({
            value,
            name: words.bundles[value].name,
            hints: [words.bundleScopes(scopeBundles[value].scopes), words.bundles[value].roles],
          }))}
        />
      )}
      {isApp && fixedScopes !== undefined && (
        <p className="quiet">
          {words.fixedScopes} {fixedScopes.join(', ')}.
        </p>
      )}
      {isApp && mayUseUrl && (
        <Choices
          name="guide-keys"
          legend={words.keys}
          chosen={keys}
          onChoose={setKeys}
          choices={[
            { value: 'okta', name: form.advanced.keys.okta, hints: [words.keysOktaHint] },
            { value: 'url', name: form.advanced.keys.url, hints: [words.keysUrlHint] },
          ]}
        />
      )}
      <div className="buttons">
        <button className="button primary" type="submit" disabled={isBusy || isWanted}>
          {isBusy || isWanted ? words.beginning : words.begin}
        </button>
      </div>
    </form>
  )
}
