/** @module The requests of one action: interactive, remembered by Okta's request id, and looked up where the answer is lost. */

import type { Org } from '../org/org.ts'
import type { OrgAnswer, OrgRequest } from '../org/request.ts'
import { UpstreamError, type UpstreamErrorCode } from '../transport.ts'
import { ActionError } from './action-error.ts'

/** How far an action has come. */
export interface ActionProgress {
  readonly done: number
  readonly of: number
}

/** Options of {@link Calls}. */
export interface CallsOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ActionProgress) => void) | undefined
}

// How long a change whose answer was lost may still be on its way inside the org before it is looked for a last time.
const SETTLE_MS = 2_000

/** What one run of an action sends. */
export class Calls {
  readonly org: Org
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: ActionProgress) => void
  readonly readIds: string[] = []
  readonly changeIds: string[] = []

  constructor(org: Org, { signal, onProgress = () => {} }: CallsOptions = {}) {
    this.org = org
    this.signal = signal
    this.onProgress = onProgress
  }

  /** Sends what changes nothing. @throws what `Org.request` throws. */
  async read(request: OrgRequest): Promise<OrgAnswer> {
    return this.#send(request, this.readIds)
  }

  /**
   * Sends a change.
   *
   * Where nobody answered for it, `isDone` looks whether it was made: then it counts as done, and there is no answer. A
   * request that its method makes idempotent was repeated before.
   *
   * @param isDone - reads the org; true where things are as the change would have made them. Left out where nothing shows it.
   * @throws {ActionError} `action_outcome_unknown` where it does not show, a while later either.
   * @throws what `Org.request` throws where the org refuses, or nothing was sent.
   */
  async change(
    request: OrgRequest,
    isDone?: () => Promise<boolean>,
  ): Promise<OrgAnswer | undefined> {
    try {
      return await this.#send(request, this.changeIds)
    } catch (error) {
      if (!isUnanswered(error)) throw error
      if (isDone === undefined) throw outcomeUnseen(request, error)
      if (await this.#seesDone(isDone)) return undefined
      throw outcomeUnknown(request, error)
    }
  }

  async #seesDone(isDone: () => Promise<boolean>): Promise<boolean> {
    this.signal?.throwIfAborted()
    if (await isDone()) return true
    await this.org.clock.sleep(SETTLE_MS, { signal: this.signal })
    return isDone()
  }

  async #send(request: OrgRequest, ids: string[]): Promise<OrgAnswer> {
    const answer = await this.org.request({ signal: this.signal, ...request })
    if (answer.requestId !== undefined) ids.push(answer.requestId)
    return answer
  }
}

// What a change may have been done behind: no answer, a gateway's, or one that cannot be read.
const UNANSWERED: readonly UpstreamErrorCode[] = [
  'upstream_connection_lost',
  'upstream_timeout',
  'upstream_unavailable',
  'upstream_bad_response',
  'upstream_response_too_large',
]

function isUnanswered(error: unknown): boolean {
  return error instanceof UpstreamError && UNANSWERED.includes(error.code)
}

function outcomeUnseen({ method, path }: OrgRequest, cause: unknown): ActionError {
  return new ActionError('action_outcome_unknown', `Nobody answered for ${method} ${path}.`, {
    remedy: 'Look in the org whether it was done before you send it again.',
    cause,
  })
}

function outcomeUnknown({ method, path }: OrgRequest, cause: unknown): ActionError {
  return new ActionError(
    'action_outcome_unknown',
    `Nobody answered for ${method} ${path}, and the org does not show the change.`,
    {
      remedy: 'Run the action again: it looks first, and does nothing where it is so already.',
      cause,
    },
  )
}
