/** @module The requests of one action: interactive, remembered by Okta's request id, and looked up where the answer is lost. */

import { PosternError } from '../error.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { isUnanswered } from '../org/lost-change.ts'
import type { Org } from '../org/org.ts'
import { parseRecord } from '../org/page.ts'
import type { PagesOptions } from '../org/pages.ts'
import { type OrgAnswer, type OrgRequest, requireReadable } from '../org/request.ts'
import { UpstreamError } from '../transport.ts'
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

/** An answer to a request of an action. */
export interface ActionResponse extends OrgAnswer {
  /** The body, which has to be an object. @throws {UpstreamError} `upstream_bad_response` */
  object(): JsonObject
  /** The objects of the body, which has to be a list. @throws {UpstreamError} `upstream_bad_response` */
  objects(): readonly JsonObject[]
}

/** What became of a change. */
export interface Made {
  /** Whether it was this run that made it. */
  readonly changed: boolean
  /** Absent where nobody answered for it, or it was so already. */
  readonly answer?: ActionResponse
}

// How long a change whose answer was lost may still be on its way inside the org before it is looked for a last time.
const SETTLE_MS = 2_000

const MAX_ATTEMPTS = 3

// RFC 9110, section 9.2.2: of those that change something.
const IDEMPOTENT: readonly string[] = ['PUT', 'DELETE']

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
  async read(request: OrgRequest): Promise<ActionResponse> {
    return this.#send(request, this.readIds)
  }

  /** The objects of a list, page after page. @throws what `Org.pages` throws. */
  async *list(
    path: string,
    options: Omit<PagesOptions, 'signal'> = {},
  ): AsyncGenerator<JsonObject, void, undefined> {
    for await (const page of this.org.pages(path, { ...options, signal: this.signal })) {
      if (page.requestId !== undefined) this.readIds.push(page.requestId)
      yield* page.records.map((record) => objectOf(parseRecord(record), path))
    }
  }

  /**
   * Sends a change.
   *
   * Where nobody answered for it, `isDone` looks whether it was made: then it counts as done, and there is no answer. Where
   * it was not, a request that may be repeated is sent again, and none before somebody looked. Where the org refuses it,
   * `isDone` looks too: what somebody else did meanwhile is no failure.
   *
   * @param request - `retryable` says whether a second one does no more than the first; default by its method.
   * @param isDone - reads the org; true where things are as the change would have made them. Left out where nothing shows it.
   * @throws {ActionError} `action_outcome_unknown` where it does not show, a while later either.
   * @throws what `Org.request` throws where the org refuses, or nothing was sent.
   */
  async change(
    request: OrgRequest,
    isDone?: () => Promise<boolean>,
  ): Promise<ActionResponse | undefined> {
    return (await this.make(request, isDone)).answer
  }

  /** Sends a change as {@link Calls.change} does, and tells it from one that somebody else made first. */
  async make(request: OrgRequest, isDone?: () => Promise<boolean>): Promise<Made> {
    const { retryable = IDEMPOTENT.includes(request.method ?? 'GET') } = request
    const sent = isDone === undefined ? request : { ...request, retryable: false }
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#send(sent, this.changeIds)
        // Okta says in the head of its answer that it is done; a page of somebody else says nothing.
        const isTrusted = isDone === undefined && answer.requestId !== undefined
        if (!isTrusted) requireReadable(answer, named(request))
        return { changed: true, answer }
      } catch (error) {
        // What the first one is refused for was there before it came.
        if (isDone !== undefined && isRefusedByState(error) && (await seesNow(isDone)))
          return { changed: attempt > 1 }
        if (!isUnanswered(error)) throw attempt > 1 ? asUnknown(request, error) : error
        if (isDone === undefined) throw outcomeUnseen(request, error)
        if (await this.#seesDone(request, isDone)) return { changed: true }
        if (!retryable || attempt === MAX_ATTEMPTS) throw outcomeUnknown(request, error)
      }
    }
  }

  async #seesDone(request: OrgRequest, isDone: () => Promise<boolean>): Promise<boolean> {
    try {
      this.signal?.throwIfAborted()
      if (await isDone()) return true
      await this.org.clock.sleep(SETTLE_MS, { signal: this.signal })
      return await isDone()
    } catch (error) {
      // Whoever may not look any more, or is refused, does not know it either.
      throw error instanceof PosternError ? outcomeUnknown(request, error) : error
    }
  }

  async #send(request: OrgRequest, ids: string[]): Promise<ActionResponse> {
    const answer = await this.org.request({ signal: this.signal, ...request })
    if (answer.requestId !== undefined) ids.push(answer.requestId)
    const { path } = request
    return {
      ...answer,
      object: () => objectOf(answer.json(), path),
      objects: () => objectsOf(answer.json(), path),
    }
  }
}

function objectOf(value: unknown, path: string): JsonObject {
  // What was parsed as JSON is a value of JSON.
  const parsed = value as JsonValue | undefined
  if (isJsonObject(parsed)) return parsed
  throw unusable(path, 'an object')
}

function objectsOf(value: unknown, path: string): readonly JsonObject[] {
  if (Array.isArray(value)) return value.map((item: unknown) => objectOf(item, path))
  throw unusable(path, 'a list')
}

function unusable(path: string, expected: string): UpstreamError {
  return new UpstreamError('upstream_bad_response', `The answer of ${path} is not ${expected}.`, {
    remedy: 'Check for a proxy that answers in the place of Okta, then try again.',
  })
}

// Refusals that the state of an object can bring about; who asks is judged by 401.
const BY_STATE: readonly number[] = [400, 403, 404, 409, 412]

function isRefusedByState(error: unknown): boolean {
  return error instanceof ApiError && BY_STATE.includes(error.okta.status)
}

/** Whether it is done; false where that cannot be seen: then the refusal is what there is to tell. */
async function seesNow(isDone: () => Promise<boolean>): Promise<boolean> {
  try {
    return await isDone()
  } catch {
    return false
  }
}

/** A request for a sentence, without what a query may say. */
function named({ method, path }: OrgRequest): string {
  return `${method} ${path.split('?', 1)[0]}`
}

/** The error after one that nobody answered: where the org did not refuse, that one may still be on its way. */
function asUnknown(request: OrgRequest, error: unknown): unknown {
  const isNews = error instanceof PosternError && !(error instanceof ApiError)
  return isNews ? outcomeUnknown(request, error) : error
}

function outcomeUnseen(request: OrgRequest, cause: unknown): ActionError {
  return new ActionError('action_outcome_unknown', `Nobody answered for ${named(request)}.`, {
    remedy: 'Look in the org whether it was done before you send it again.',
    cause,
  })
}

function outcomeUnknown(request: OrgRequest, cause: unknown): ActionError {
  return new ActionError(
    'action_outcome_unknown',
    `Nobody answered for ${named(request)}, and the org does not show that it was done.`,
    {
      remedy: 'Run the action again: it looks first, and does nothing where it is so already.',
      cause,
    },
  )
}
