/** @module The door of an emulated org: what happens to a request that changes something, before the org sees it or once it has done it. */

import type { RunningOrg } from '@postern/emulator'

type Before = NonNullable<ReturnType<RunningOrg['faults']['before']>>
type After = NonNullable<ReturnType<RunningOrg['faults']['after']>>
type Answer = Extract<Before, { answer: unknown }>['answer']

/** What becomes of a change whose caller is to be left guessing. `before`: the org never sees it. `after`: the org has done it. */
export type Disturbance = { readonly at: 'before' | 'after'; readonly how: How }

/** How the exchange ends. */
export type How =
  | 'reset'
  | 'silence'
  | 'cut'
  | 'half JSON'
  | 'web page'
  | 'redirect'
  | 'rate limit'
  | 500
  | 502
  | 503
  | 504

const page = (status: number): Answer => ({
  status,
  text: `<html><body><h1>${status}</h1></body></html>`,
  headers: { 'Content-Type': 'text/html' },
})

/** Every way in which an answer can be lost or another one can stand in its place. */
export const disturbances: readonly Disturbance[] = [
  ...(['reset', 'silence', 'web page', 'redirect', 'rate limit', 500, 502, 503, 504] as const).map(
    (how) => ({ at: 'before', how }) as const,
  ),
  ...(
    ['reset', 'silence', 'cut', 'half JSON', 'web page', 'redirect', 500, 502, 503, 504] as const
  ).map((how) => ({ at: 'after', how }) as const),
]

function answerOf(how: How, nowMs: number): Answer | undefined {
  switch (how) {
    case 'redirect':
      return { status: 302, headers: { Location: 'https://login.example/' } }
    case 'web page':
      return page(200)
    case 'rate limit':
      return {
        status: 429,
        json: { errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit' },
        headers: {
          'X-Rate-Limit-Limit': '600',
          'X-Rate-Limit-Remaining': '0',
          'X-Rate-Limit-Reset': String(Math.ceil(nowMs / 1_000) + 30),
        },
      }
    case 500:
      return {
        status: 500,
        json: { errorCode: 'E0000009', errorSummary: 'Internal Server Error' },
      }
    case 502:
    case 503:
    case 504:
      return page(how)
    default:
      return undefined
  }
}

/** Watches an org's changes by request, and disturbs them as it is told. */
export class Gate {
  readonly #org: RunningOrg
  /** How many requests for a change came to the org, done or not. */
  arrived = 0
  #disturbance: Disturbance | undefined
  #left = 0
  /** Told as a request arrives, and once it is done. */
  #onMoment: ((moment: 'before' | 'after') => void) | undefined

  constructor(running: RunningOrg) {
    this.#org = running
    const { faults } = running
    const [before, after] = [faults.before.bind(faults), faults.after.bind(faults)]
    faults.before = (request) => {
      if (!isChange(request)) return before(request)
      this.arrived++
      this.#onMoment?.('before')
      return this.#instead() ?? before(request)
    }
    faults.after = (request, answer) => {
      if (!isChange(request)) return after(request, answer)
      this.#onMoment?.('after')
      return this.#afterwards(answer) ?? after(request, answer)
    }
  }

  /** Disturbs so many changes from now on. */
  disturb(
    disturbance: Disturbance,
    times: number,
    onMoment?: (moment: 'before' | 'after') => void,
  ): void {
    this.#disturbance = disturbance
    this.#left = times
    this.#onMoment = onMoment
  }

  clear(): void {
    this.#disturbance = undefined
    this.#onMoment = undefined
  }

  #instead(): Before | undefined {
    const how = this.#take('before')
    if (how === undefined) return undefined
    const answer = answerOf(how, this.#org.org.time.nowMs())
    if (answer !== undefined) return { answer, fromGateway: typeof how !== 'number' || how !== 500 }
    return { loss: { kind: how === 'silence' ? 'silence' : 'reset' } }
  }

  #afterwards(given: Answer): After | undefined {
    const how = this.#take('after')
    if (how === undefined) return undefined
    const answer = answerOf(how, this.#org.org.time.nowMs())
    if (answer !== undefined) return { answer }
    switch (how) {
      case 'silence':
        return { delivery: { kind: 'silence' } }
      case 'cut':
        return { delivery: { kind: 'cut', fraction: 0.5 } }
      case 'half JSON': {
        const text = JSON.stringify(given.json ?? { half: 'of an object' })
        return { answer: { ...given, status: 200, text: text.slice(0, text.length / 2) } }
      }
      default:
        return { delivery: { kind: 'reset' } }
    }
  }

  #take(at: Disturbance['at']): How | undefined {
    if (this.#disturbance?.at !== at || this.#left === 0) return undefined
    this.#left--
    return this.#disturbance.how
  }
}

function isChange({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method !== 'GET' && method !== 'HEAD' && path.startsWith('/api/v1/')
}
