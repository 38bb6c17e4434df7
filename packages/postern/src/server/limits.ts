/** @module How much one caller may ask: so many requests a second, and so many at the same time. */

import { isIPv6 } from 'node:net'
import type { Clock } from '@postern/core'
import { ServerError } from './problem.ts'

/** A rate: what a bucket holds when it is full, and what flows into it. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** What {@link Limits} allows. */
export interface LimitsOptions {
  /** Requests of one access key, and of one address. */
  readonly requests: Rate
  /** Requests of the person of one Connect session, and of those of one address who sign in at a provider. */
  readonly people: Rate
  /** Requests of one address whose access key, link or token is no good. */
  readonly failures: Rate
  /** Refused attempts of one access key to change something, each of which has a row in the audit log. */
  readonly refusals: Rate
  /** Requests of one access key, and of one address, that are under way at the same time. */
  readonly concurrent: number
}

/** The limits where nothing else is said. They keep one caller from taking all, and a program that guesses from going on. */
export const defaultLimits: LimitsOptions = {
  requests: { burst: 20_000, perSecond: 2_000 },
  people: { burst: 100, perSecond: 4 },
  failures: { burst: 20, perSecond: 1 },
  refusals: { burst: 10, perSecond: 0.1 },
  concurrent: 12_000,
}

// One entry is about 200 bytes. Whoever was not heard of for longest is forgotten first.
const MAX_CALLERS = 20_000
const MOVED_EVERY_MS = 1_000

/** Counts what callers ask. */
export class Limits {
  readonly #requests: Buckets
  readonly #people: Buckets
  readonly #failures: Buckets
  readonly #refusals: Buckets
  readonly #concurrent: number
  readonly #underWay = new Map<string, number>()

  constructor({
    clock,
    limits = defaultLimits,
  }: { readonly clock: Clock; readonly limits?: LimitsOptions | undefined }) {
    this.#requests = new Buckets(limits.requests, clock)
    this.#people = new Buckets(limits.people, clock)
    this.#failures = new Buckets(limits.failures, clock)
    this.#refusals = new Buckets(limits.refusals, clock)
    this.#concurrent = limits.concurrent
  }

  /**
   * Lets one request of a caller begin.
   *
   * @param caller - an actor, or an address.
   * @param concurrent - how many of its requests may be under way.
   * @returns what has to be called when it is over.
   * @throws {ServerError} `request_too_many`
   */
  begin(caller: string, concurrent = this.#concurrent): () => void {
    return this.#begin(caller, this.#requests, concurrent)
  }

  /** Lets one request of a person begin, who sends a few. @throws {ServerError} `request_too_many` */
  beginPerson(caller: string): () => void {
    return this.#begin(caller, this.#people, this.#concurrent)
  }

  #begin(caller: string, rate: Buckets, concurrent: number): () => void {
    const waitSeconds = rate.take(caller)
    if (waitSeconds > 0) throw tooMany('sends more requests than its rate allows', waitSeconds)
    const underWay = this.#underWay.get(caller) ?? 0
    if (underWay >= concurrent)
      throw tooMany(`has ${underWay} requests under way at the same time`, 1)
    this.#underWay.set(caller, underWay + 1)
    return () => this.#end(caller)
  }

  /** Counts a request whose credential is no good. @throws {ServerError} `request_too_many` after too many of them */
  countFailure(address: string): void {
    const waitSeconds = this.#failures.take(address)
    if (waitSeconds > 0)
      throw tooMany('sent too many credentials that are not good here', waitSeconds)
  }

  /** Whether one more refused attempt of a caller is worth a row. */
  mayNoteRefusal(caller: string): boolean {
    return this.#refusals.take(caller) === 0
  }

  #end(caller: string): void {
    const underWay = (this.#underWay.get(caller) ?? 1) - 1
    if (underWay === 0) this.#underWay.delete(caller)
    else this.#underWay.set(caller, underWay)
  }
}

/** What an address is counted as: one of IPv6 with everybody of its network of 64 bits, which one subscriber has. */
export function countedAddress(address: string): string {
  const mayBeSix = address.includes(':') && !address.startsWith('::ffff:')
  return mayBeSix && isIPv6(address) ? networkOf(address) : address
}

function networkOf(address: string): string {
  const [head = ''] = address.split('::')
  const groups = head.split(':')
  return [0, 1, 2, 3].map((at) => groups[at] || '0').join(':')
}

interface Bucket {
  left: number
  atMs: number
  movedMs: number
}

/** One bucket for each caller, in the order in which they were last heard of, to the second. */
class Buckets {
  readonly #rate: Rate
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
  }

  /** Takes one. @returns 0, or the seconds until there is one. */
  take(caller: string): number {
    const { burst, perSecond } = this.#rate
    const nowMs = this.#clock.monotonicMs()
    const bucket = this.#buckets.get(caller) ?? { left: burst, atMs: nowMs, movedMs: nowMs }
    if (bucket.movedMs === nowMs || nowMs - bucket.movedMs > MOVED_EVERY_MS) {
      // Whoever calls all the time need not be moved to the end each time.
      this.#buckets.delete(caller)
      this.#buckets.set(caller, bucket)
      bucket.movedMs = nowMs
      if (this.#buckets.size > MAX_CALLERS) this.#forgetOne()
    }
    bucket.left = Math.min(burst, bucket.left + ((nowMs - bucket.atMs) / 1_000) * perSecond)
    bucket.atMs = nowMs
    if (bucket.left < 1) return (1 - bucket.left) / perSecond
    bucket.left -= 1
    return 0
  }

  #forgetOne(): void {
    for (const caller of this.#buckets.keys()) {
      this.#buckets.delete(caller)
      return
    }
  }
}

function tooMany(what: string, waitSeconds: number): ServerError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitSeconds))
  return new ServerError('request_too_many', `This caller ${what}.`, {
    remedy: `Wait ${retryAfterSeconds} s, and send less at a time.`,
    details: { retryAfterSeconds },
  })
}
