/** @module The form for whoever has the values: each one judged while it is typed, all of them sent to be tried. */

import { type ReactNode, type SubmitEvent, useEffect, useReducer } from 'react'
import type { FieldProblem } from '../client.ts'
import { fieldId } from '../field.tsx'
import { texts } from '../texts.ts'
import { AdvancedJwt } from './advanced-jwt.tsx'
import type { Session } from './answers.ts'
import { ApiTokenField } from './api-token.tsx'
import { changeDraft, type Draft, newDraft } from './draft.ts'
import type { FormPart } from './form-part.ts'
import { judgeValues, problemsOf } from './judge-values.ts'
import { membersOf, type SentMembers } from './members.ts'
import { MethodChoice } from './method.tsx'
import { OrgUrlField, useOrgAnswer } from './org-url.tsx'
import { PrivateKeyField } from './private-key.tsx'
import { ScopesField } from './scopes.tsx'
import type { ConnectSession } from './session.ts'
import { GivenField, TextField } from './text-field.tsx'

interface ValuesFormProps {
  readonly session: Session
  readonly client: ConnectSession
  /** What the server refused at the last try; none where it refused nothing. */
  readonly problems: readonly FieldProblem[]
  readonly onTry: (members: SentMembers) => void
}

/** The form. */
export function ValuesForm({ session, client, problems, onTry }: ValuesFormProps): ReactNode {
  const [draft, change] = useReducer(changeDraft, session, newDraft)
  const part: FormPart = { session, draft, judgements: judgeValues(draft, session), change }
  const { given } = session
  useEffect(() => {
    change({ kind: 'refused', problems })
    focusField(problems[0]?.member)
  }, [problems])
  useEffect(() => change({ kind: 'session', session }), [session])
  useFileDropsKept()
  useOrgAnswer(client, part)
  useTry(part, onTry)
  const { name, orgUrl, clientId, keyId, scopes, description } = texts.form
  const isServiceApp = draft.method === 'service-app'
  return (
    <form className="values" noValidate onSubmit={(event) => begin(event, change)}>
      <GivenField name="name" words={name} value={session.name} hint={name.hint} />
      <MethodChoice {...part} />
      {given.orgUrl === undefined ? (
        <OrgUrlField {...part} />
      ) : (
        <GivenField name="orgUrl" words={orgUrl} value={given.orgUrl} />
      )}
      {isServiceApp && (
        <>
          {given.clientId === undefined ? (
            <TextField {...part} member="clientId" words={clientId} />
          ) : (
            <GivenField name="clientId" words={clientId} value={given.clientId} />
          )}
          <PrivateKeyField {...part} />
          {asksKeyId(draft) && <TextField {...part} member="keyId" words={keyId} />}
          {given.scopes === undefined ? (
            <ScopesField {...part} />
          ) : (
            <GivenField name="scopes" words={scopes} value={given.scopes} />
          )}
        </>
      )}
      <ApiTokenField {...part} />
      {given.description === undefined ? (
        <TextField {...part} member="description" words={description} isProse />
      ) : (
        <GivenField name="description" words={description} value={given.description} />
      )}
      {isServiceApp && <AdvancedJwt {...part} />}
      <SubmitRow {...part} />
    </form>
  )
}

/** A key that has an id of its own needs no other, unless one was entered. */
function asksKeyId({ key, texts: { keyId } }: Draft): boolean {
  return key.at !== 'understood' || !key.key.kidGiven || keyId !== ''
}

function begin(event: SubmitEvent, change: FormPart['change']): void {
  event.preventDefault()
  change({ kind: 'try' })
}

function SubmitRow({ draft, judgements }: FormPart): ReactNode {
  const { submit, submitting, privacy, problems } = texts.form
  const count = draft.wasHeld ? problemsOf(judgements).size : 0
  return (
    <div className="submit">
      <div className="message is-bad" role="alert">
        {count > 0 && <p>{problems(count)}</p>}
        {draft.refused
          .filter(({ member }) => !judgements.has(member))
          .map(({ member, message, remedy }) => (
            <p key={member}>
              {message} {remedy}
            </p>
          ))}
      </div>
      <button
        type="submit"
        className="button primary"
        // The field that has the focus keeps it until the click: what is said when it is left could move the button away.
        onMouseDown={(event) => event.preventDefault()}
      >
        {draft.wantsTry ? submitting : submit}
      </button>
      <p className="quiet">{privacy}</p>
    </div>
  )
}

/** Sends what is wanted as soon as nothing is asked any more, or shows what holds it back. */
function useTry({ session, draft, judgements, change }: FormPart, onTry: ValuesFormProps['onTry']) {
  const isWaiting = [...judgements.values()].some(({ is }) => is === 'asked')
  const isDue = draft.wantsTry && !isWaiting
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that it is due
  useEffect(() => {
    if (!isDue) return
    const held = [...problemsOf(judgements).keys()]
    if (held.length > 0) {
      change({ kind: 'held', fields: held })
      focusField(held[0])
      return
    }
    onTry(membersOf(draft, session))
    change({ kind: 'sent' })
  }, [isDue])
}

/** Goes to a field, and opens what it is folded away in. */
function focusField(name: string | undefined): void {
  const control = document.getElementById(fieldId(name ?? ''))
  const folded = control?.closest('details')
  if (folded) folded.open = true
  control?.focus()
}

/** A file that misses its place would be opened in the place of this page. */
function useFileDropsKept(): void {
  useEffect(() => {
    const keep = (event: DragEvent) => event.preventDefault()
    addEventListener('dragover', keep)
    addEventListener('drop', keep)
    return () => {
      removeEventListener('dragover', keep)
      removeEventListener('drop', keep)
    }
  }, [])
}
