/** @module The org that a person names: judged by core with every key, and by the server after a pause. */

import { parseOrgUrl } from '@postern/core'
import { useEffect, useState } from 'react'
import { RefusedError } from '../../client.ts'
import { type Judgement, judgeText, notesOf } from '../../judgement.ts'
import { worded } from '../../problem.ts'
import { texts } from '../../texts.ts'
import { isAskable } from '../judge-values.ts'
import type { ConnectSession } from '../session.ts'

/** What is known of the org. */
export interface NamedOrg {
  readonly state: Judgement
  /** As Okta writes it; undefined where the text is none. */
  readonly orgUrl?: string
}

const PAUSE_MS = 400

/** Judges the text of an org. */
export function useOrg(client: ConnectSession, text: string): NamedOrg {
  const [answer, setAnswer] = useState<NamedOrg & { readonly text: string }>()
  const here = judgeHere(text)
  const isAsked =
    here.orgUrl !== undefined || (here.state.is === 'bad' && isAskable(here.state.problem))
  useEffect(() => {
    if (!isAsked) return
    const leaving = new AbortController()
    const timer = setTimeout(async () => {
      const there = await judgeThere(client, text, leaving.signal)
      if (!leaving.signal.aborted) setAnswer({ text, ...there })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [client, text, isAsked])
  if (!isAsked) return here
  return answer?.text === text
    ? answer
    : { ...here, state: { is: 'asked', note: texts.form.orgUrl.asking } }
}

function judgeHere(text: string): NamedOrg {
  let orgUrl: string | undefined
  const state = judgeText(text, () => {
    orgUrl = parseOrgUrl(text).org
    return {}
  })
  return orgUrl === undefined ? { state } : { state, orgUrl }
}

async function judgeThere(
  client: ConnectSession,
  text: string,
  signal: AbortSignal,
): Promise<NamedOrg> {
  try {
    const { orgUrl, warnings, isOrg } = await client.judgeOrg(text, signal)
    const { echo, noOrg } = texts.form.orgUrl
    const notes = [...notesOf(warnings), ...(isOrg ? [] : [noOrg])]
    return { orgUrl, state: { is: 'good', echo: echo(orgUrl), notes } }
  } catch (error) {
    // Whoever typed on asked anew.
    if (!(error instanceof RefusedError)) return { state: { is: 'blank' } }
    const { code, detail: message, remedy } = error.problem
    return { state: { is: 'bad', problem: worded({ code, message, remedy }) } }
  }
}
