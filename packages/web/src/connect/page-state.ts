/** @module What the page shows now, and how each thing that happens changes it. Pure: the page around it asks and waits. */

import type { Finding } from '@postern/core'
import type { FieldProblem, ServerProblem } from '../client.ts'
import type { ConnectionView, Method, Session, TrialResult } from './answers.ts'

/** How a person begins: with values at hand, or guided. */
export type Way = 'values' | 'guide'

/** What is tried: values that were sent, or the app of the guide. */
export interface Tried {
  readonly source: 'values' | 'guided-app'
  readonly method: Method
}

/** A session that lives, and what every view of it knows. */
export interface Live {
  readonly session: Session
  readonly way: Way
}

/** What the page shows. */
export type PageState =
  | { readonly at: 'opening' }
  /** The server did not answer; the link may still be good. */
  | { readonly at: 'unreached'; readonly problem: ServerProblem }
  | {
      readonly at: 'over'
      readonly problem: ServerProblem | undefined
      /** The session that has ended, where one was open. */
      readonly session?: Session
    }
  | (Live & {
      readonly at: 'form'
      readonly problems: readonly FieldProblem[]
      readonly refusal?: ServerProblem
    })
  | (Live & {
      readonly at: 'trying'
      readonly tried: Tried
      readonly findings: readonly Finding[]
      /** What the try before came to, where this one repeats it. */
      readonly before?: Outcome
    })
  | (Live & {
      readonly at: 'problems'
      readonly outcome: Outcome
      readonly refusal?: ServerProblem
    })
  | {
      readonly at: 'connected'
      readonly session: Session
      readonly result: TrialResult
      readonly connection: ConnectionView
    }

/** A try that did not end in a connection. */
export interface Outcome {
  readonly tried: Tried
  readonly status: 'warning' | 'failed'
  readonly findings: readonly Finding[]
}

/** What happens. */
export type PageEvent =
  | {
      readonly type: 'opened'
      readonly session: Session | undefined
      /** Where the person was before a reload. */
      readonly way?: Way | undefined
      readonly outcome?: Outcome | undefined
    }
  | { readonly type: 'chosen'; readonly way: Way }
  | { readonly type: 'tried'; readonly tried: Tried }
  | { readonly type: 'found'; readonly finding: Finding }
  | { readonly type: 'judged'; readonly result: TrialResult }
  | { readonly type: 'refused'; readonly problem: ServerProblem }
  | { readonly type: 'seen'; readonly session: Session }
  | { readonly type: 'changing' }
  /** Something is asked that is no try: what was refused before is past. */
  | { readonly type: 'asked' }

/** Where the page begins. */
export const opening: PageState = { at: 'opening' }

// One and the same, so that nobody takes it for news.
const NONE: readonly FieldProblem[] = []

// After these the token is worth nothing.
const ENDINGS = [
  'connect_session_ended',
  'connect_session_invalid',
  'connect_link_invalid',
  'connect_link_used',
]

/** What the page shows after an event. One that does not fit what is shown changes nothing. */
export function nextState(state: PageState, event: PageEvent): PageState {
  if (event.type === 'opened') return openedState(event)
  if (event.type === 'refused') return refusedState(state, event.problem)
  if (!isLive(state)) return state
  const { session, way } = state
  switch (event.type) {
    case 'chosen':
      return { at: 'form', session, way: event.way, problems: NONE }
    case 'changing':
      return { at: 'form', session, way, problems: NONE }
    case 'tried': {
      const before = state.at === 'problems' ? { before: state.outcome } : {}
      return { at: 'trying', session, way, tried: event.tried, findings: [], ...before }
    }
    case 'found':
      if (state.at !== 'trying') return state
      return { ...state, findings: [...state.findings, event.finding] }
    case 'judged':
      return state.at === 'trying' ? judgedState(state, event.result) : state
    case 'asked': {
      if (state.at === 'trying') return state
      const { refusal: _past, ...rest } = state
      return rest
    }
    case 'seen':
      return { ...state, session: event.session }
  }
}

/** Whether a refusal says that there is no session any more. */
export function isEnding({ code }: ServerProblem): boolean {
  return ENDINGS.includes(code)
}

/** Whether a session lives and may be worked with. */
export function isLive(state: PageState): state is Extract<PageState, Live> {
  return state.at === 'form' || state.at === 'trying' || state.at === 'problems'
}

function openedState(event: Extract<PageEvent, { type: 'opened' }>): PageState {
  const { session, way = 'values', outcome } = event
  if (session === undefined) return { at: 'over', problem: undefined }
  if (outcome !== undefined) return { at: 'problems', session, way, outcome }
  return { at: 'form', session, way, problems: NONE }
}

function judgedState(
  { way, tried }: Extract<PageState, { at: 'trying' }>,
  result: TrialResult,
): PageState {
  const { session, status, findings, connection } = result
  if (connection !== null) return { at: 'connected', session, result, connection }
  // What is well and not kept has no reason; it is shown as a problem that can be tried again.
  const outcome = { tried, findings, status: status === 'failed' ? 'failed' : 'warning' } as const
  // The tenth try that comes to nothing ends the session, and its findings still say why.
  return { at: 'problems', session, way, outcome }
}

function refusedState(state: PageState, problem: ServerProblem): PageState {
  if (isEnding(problem)) {
    return 'session' in state
      ? { at: 'over', problem, session: state.session }
      : { at: 'over', problem }
  }
  if (state.at === 'opening' || state.at === 'unreached') return { at: 'unreached', problem }
  if (!isLive(state)) return state
  const { session, way } = state
  const { problems = [] } = problem
  if (problems.length > 0) return { at: 'form', session, way, problems }
  if (state.at === 'problems') return { ...state, refusal: problem }
  const before = state.at === 'trying' ? state.before : undefined
  if (before !== undefined) {
    return { at: 'problems', session, way, outcome: before, refusal: problem }
  }
  return { at: 'form', session, way, problems: NONE, refusal: problem }
}
