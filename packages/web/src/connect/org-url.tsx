/** @module The Org URL, which core judges while it is typed, and the server once the field is left. */

import { type ReactNode, useCallback, useEffect } from 'react'
import { RefusedError, type ServerProblem } from '../client.ts'
import { worded } from '../problem.ts'
import { texts } from '../texts.ts'
import type { OrgAnswer } from './draft.ts'
import type { FormPart } from './form-part.ts'
import type { ConnectSession } from './session.ts'
import { TextField } from './text-field.tsx'

/** The field. */
export function OrgUrlField(props: FormPart): ReactNode {
  return <TextField {...props} member="orgUrl" words={texts.form.orgUrl} inputMode="url" />
}

/** Asks the server about the org: whether it is one, whether its host is a custom domain that is allowed, what it offers. */
export function useOrgAnswer(
  client: ConnectSession,
  { session, draft, judgements, change }: FormPart,
): void {
  const { given } = session
  const text = given.orgUrl ?? draft.texts.orgUrl
  const is = judgements.get('orgUrl')?.is
  const isWanted =
    given.orgUrl !== undefined || is === 'asked' || (is === 'good' && draft.left.has('orgUrl'))
  const onAnswer = useCallback((org: OrgAnswer) => change({ kind: 'org', org }), [change])
  useAskedOrg(client, { text, isWanted, org: draft.org }, onAnswer)
}

/** Asks the server about a text, where that is wanted, once. @param onAnswer - the same one each time. */
export function useAskedOrg(
  client: ConnectSession,
  of: { readonly text: string; readonly isWanted: boolean; readonly org: OrgAnswer | undefined },
  onAnswer: (org: OrgAnswer) => void,
): void {
  const { text, isWanted } = of
  const isKnown = of.org?.text === text
  useEffect(() => {
    if (!isWanted || isKnown) return
    const asking = new AbortController()
    const ask = () =>
      client.judgeOrg(text, asking.signal).then(
        (judged) => onAnswer({ text, judged }),
        (error: unknown) => {
          if (asking.signal.aborted) return
          if (!(error instanceof RefusedError)) throw error
          onAnswer({ text, ...refusalOf(error.problem) })
        },
      )
    const timer = setTimeout(ask, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      asking.abort()
    }
  }, [client, text, isWanted, isKnown, onAnswer])
}

const PAUSE_MS = 300

/** What the server has against the URL; nothing where it could not be asked. */
function refusalOf({
  code,
  detail,
  remedy,
  problems = [],
}: ServerProblem): Pick<OrgAnswer, 'problem'> {
  const [first] = problems
  if (first !== undefined) return { problem: worded(first) }
  return code.startsWith('org_url_') ? { problem: worded({ code, message: detail, remedy }) } : {}
}
