/** @module The one-time session of this page: from the link to what its person may do, and each thing they do. */

import type { Finding, scopeBundles } from '@postern/core'
import { type Asked, Client, RefusedError, type ServerProblem } from '../client.ts'
import type {
  ConnectionMembers,
  GuideOutcome,
  GuideStep,
  Judged,
  Method,
  Session,
  TrialResult,
} from './answers.ts'
import { isEnding, type Outcome, type Way } from './page-state.ts'

interface Kept {
  readonly connectToken?: string
  readonly remembered?: Remembered
}

/** What the person chose for the guide. */
export interface GuideChoice {
  readonly orgUrl: string
  readonly method: Method
  readonly bundle?: keyof typeof scopeBundles
  readonly keys?: 'okta' | 'url'
}

/** Where the person is: nothing secret. */
export interface Remembered {
  readonly way?: Way
  readonly choice?: GuideChoice
  readonly outcome?: Outcome
}

/**
 * The session. Its token is kept in memory and in the state of this tab's history, which survives a reload and is shown to
 * nobody; the link in the address is taken out of it before anything else happens.
 */
export class ConnectSession {
  /** Told of a refusal that says that the session is over, whatever it was that was asked. */
  onEnd: ((problem: ServerProblem) => void) | undefined
  readonly #client = new Client()
  // Until it is exchanged: where no answer came it may still be good.
  #link = ''

  /**
   * Takes the link out of the address and exchanges it, or goes on after a reload.
   *
   * @returns undefined where the address has no link.
   * @throws {RefusedError} where the link or the session is over.
   */
  async open(): Promise<Session | undefined> {
    const link = location.hash.slice(1) || this.#link
    if (link !== '') {
      this.#link = link
      history.replaceState({}, '', location.pathname + location.search)
      const opened = await this.#ask<{ readonly token: string; readonly session: Session }>({
        path: '/v1/connect/open',
        body: { link },
      })
      this.#link = ''
      history.replaceState(
        { connectToken: opened.token } satisfies Kept,
        '',
        location.pathname + location.search,
      )
      this.#client.token = opened.token
      return opened.session
    }
    const { connectToken } = keptState()
    if (connectToken === undefined) return undefined
    this.#client.token = connectToken
    return this.look()
  }

  /** The session as it is now. */
  look(): Promise<Session> {
    return this.#ask({ method: 'GET', path: '/v1/connect/session' })
  }

  /** How long it is until then, by the server's clock. */
  msUntil(instant: string): number {
    return Date.parse(instant) - this.#client.now()
  }

  /** Where the person was before a reload. */
  get remembered(): Remembered {
    return keptState().remembered ?? {}
  }

  /** Keeps where the person is; a member that is undefined is forgotten. */
  remember(place: { readonly [Name in keyof Remembered]: Remembered[Name] | undefined }): void {
    const kept = keptState()
    const remembered = { ...kept.remembered, ...place }
    history.replaceState({ ...kept, remembered }, '', location.pathname + location.search)
  }

  async #ask<Answer>(asked: Asked): Promise<Answer> {
    try {
      return await this.#client.ask<Answer>(asked)
    } catch (error) {
      if (error instanceof RefusedError && isEnding(error.problem)) this.onEnd?.(error.problem)
      throw error
    }
  }

  /** Judges the URL of an org as the server does, and asks the org what it offers. */
  judgeOrg(orgUrl: string, signal?: AbortSignal): Promise<Judged> {
    return this.#ask({ path: '/v1/connect/org', body: { orgUrl }, ...given(signal) })
  }

  /** Tries the values out, and keeps the connection where all is well. What is left out is as it was at the last try. */
  try(
    members: Partial<ConnectionMembers> & { readonly keep?: boolean },
    onFinding: (finding: Finding) => void,
  ): Promise<TrialResult> {
    return this.#ask({
      path: '/v1/connect/try',
      body: members,
      onEvent: findingTo(onFinding),
    })
  }

  /** Begins the guide to a service app, or goes on with it. */
  beginGuide(wanted: {
    readonly orgUrl: string
    readonly bundle?: string
    readonly keys?: 'okta' | 'url'
  }): Promise<{
    readonly orgUrl: string
    readonly clientId: string | null
    readonly steps: readonly GuideStep[]
  }> {
    return this.#ask({ path: '/v1/connect/guide', body: wanted })
  }

  /** Looks whether a step of the guide is done. */
  checkStep(answer: {
    readonly step: string
    readonly clientId?: string
    readonly skip?: boolean
  }): Promise<GuideOutcome> {
    return this.#ask({ path: '/v1/connect/guide/check', body: answer })
  }

  /** Tries out the app of the guide, and keeps the connection where all is well. */
  finishGuide(keep: boolean, onFinding: (finding: Finding) => void): Promise<TrialResult> {
    return this.#ask({
      path: '/v1/connect/guide/finish',
      body: keep ? { keep } : {},
      onEvent: findingTo(onFinding),
    })
  }
}

/** What comes on the way to the result of a try are findings. */
function findingTo(onFinding: (finding: Finding) => void): (event: unknown) => void {
  return (event) => onFinding(event as Finding)
}

function keptState(): Kept {
  return (history.state ?? {}) as Kept
}

function given(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
