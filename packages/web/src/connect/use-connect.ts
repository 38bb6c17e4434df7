/** @module What the page does with its session: opens it, tries what it is given, and keeps what it shows up to date. */

import { type Dispatch, useCallback, useEffect, useReducer } from 'react'
import { RefusedError, type ServerProblem } from '../client.ts'
import type { ConnectionMembers } from './answers.ts'
import {
  isLive,
  nextState,
  opening,
  type PageEvent,
  type PageState,
  type Tried,
} from './page-state.ts'
import type { ConnectSession } from './session.ts'

/** The state of the page, and what changes it. */
export interface Connecting {
  readonly state: PageState
  readonly dispatch: Dispatch<PageEvent>
  /** Opens the session, or goes on with it. */
  readonly open: () => void
  /** Asks how the session is, for the case that it has ended. */
  readonly look: () => void
  readonly tryValues: (members: TriedMembers) => void
  readonly tryApp: () => void
  /** Repeats a try with what is kept of it. @param keep - also with problems, if it can be used. */
  readonly tryAgain: (tried: Tried, keep: boolean) => void
  /** Shows why something that was asked is refused; then undefined. What was refused before is shown no more. */
  readonly ask: <Answer>(asking: () => Promise<Answer>) => Promise<Answer | undefined>
}

type TriedMembers = Partial<ConnectionMembers> & { readonly keep?: boolean }

/** The state of the page of a session. */
export function useConnect(client: ConnectSession): Connecting {
  const [state, dispatch] = useReducer(nextState, opening)
  const refuse = useCallback(
    (error: unknown) => dispatch({ type: 'refused', problem: problemOf(error) }),
    [],
  )
  const open = useCallback(() => {
    client.open().then((session) => {
      const { way, outcome } = client.remembered
      dispatch({ type: 'opened', session, way, outcome })
    }, refuse)
  }, [client, refuse])
  const look = useCallback(() => {
    client.look().then((session) => dispatch({ type: 'seen', session }), refuse)
  }, [client, refuse])
  useEffect(() => {
    client.onEnd = (problem) => dispatch({ type: 'refused', problem })
  }, [client])
  useEffect(open, [open])
  useEffect(() => {
    if (!isLive(state)) return
    const outcome = state.at === 'problems' ? state.outcome : undefined
    client.remember({ way: state.way, outcome })
  }, [client, state])

  const run = (tried: Tried, ask: (onFinding: OnFinding) => ReturnType<ConnectSession['try']>) => {
    dispatch({ type: 'tried', tried })
    ask((finding) => dispatch({ type: 'found', finding })).then(
      (result) => dispatch({ type: 'judged', result }),
      (error: unknown) => {
        refuse(error)
        // What was refused may have counted as a try.
        look()
      },
    )
  }
  const tryValues = (members: TriedMembers) => {
    const method = isOfToken(state, members) ? 'api-token' : 'service-app'
    run({ source: 'values', method }, (onFinding) => client.try(members, onFinding))
  }
  const finish = (keep: boolean) => {
    const tried = { source: 'guided-app', method: 'service-app' } as const
    run(tried, (onFinding) => client.finishGuide(keep, onFinding))
  }
  const tryAgain = ({ source }: Tried, keep: boolean) => {
    if (source === 'guided-app') finish(keep)
    else tryValues(keep ? { keep } : {})
  }
  const ask = async <Answer>(asking: () => Promise<Answer>): Promise<Answer | undefined> => {
    dispatch({ type: 'asked' })
    try {
      return await asking()
    } catch (error) {
      refuse(error)
      return undefined
    }
  }
  return { state, dispatch, open, look, tryValues, tryApp: () => finish(false), tryAgain, ask }
}

type OnFinding = Parameters<ConnectSession['try']>[1]

/** Whether a try signs in with an API token: one that was sent, or the one of an earlier try. */
function isOfToken(state: PageState, { apiToken, key }: TriedMembers): boolean {
  const drafted = isLive(state) && state.session.draft?.hasApiToken === true
  return Boolean(apiToken) || (drafted && !key)
}

/** What to show of an error. One that is none of the server's is a defect of this page: the console has it. */
function problemOf(error: unknown): ServerProblem {
  if (error instanceof RefusedError) return error.problem
  reportError(error)
  return {
    code: 'page_failed',
    status: 0,
    detail: `The page could not go on: ${String(error)}`,
    remedy: 'Load it again: it goes on where it was.',
  }
}
