/** @module What is counted and timed, for Prometheus. No label is a name from outside, and what is labelled by feed is bounded. */

import { actions, type Clock } from '@postern/core'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { FeedMetrics } from './feed-metrics.ts'
import { isReachable } from './readiness.ts'

// From a token out of memory to a doctor that looks at everything.
const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60]

/** What {@link Metrics} looks at. */
export interface MetricsContext {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
}

/** Counts and times. */
export class Metrics {
  readonly #clock: Clock
  readonly #registry = new Registry()
  readonly #requests: Counter<'route' | 'status'>
  readonly #requestSeconds: Histogram<'route'>
  readonly #handOuts: Counter<'route'>
  readonly #actions: Counter<'action' | 'outcome'>
  readonly #upstream: Counter<'outcome'>
  readonly #upstreamSeconds: Histogram
  readonly #waits: Histogram
  readonly #handOutCounts = new Map<string, ReturnType<Counter['labels']>>()
  readonly #outcomes = new Map<number | 'failed', ReturnType<Counter['labels']>>()
  readonly #counts = new Map<string, (seconds: number) => void>()
  readonly #feeds: FeedMetrics
  #processIsWatched = false

  constructor({ store, seal, clock }: MetricsContext) {
    this.#clock = clock
    this.#feeds = new FeedMetrics(this.#registry, { store, clock })
    const registers = [this.#registry]
    this.#requests = new Counter({
      name: 'postern_requests_total',
      help: 'Requests to the API, by route and status.',
      labelNames: ['route', 'status'],
      registers,
    })
    this.#requestSeconds = new Histogram({
      name: 'postern_request_seconds',
      help: 'How long requests to the API took, by route.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    })
    this.#handOuts = new Counter({
      name: 'postern_hand_outs_total',
      help: 'Tokens and proofs that were handed out, by route.',
      labelNames: ['route'],
      registers,
    })
    this.#actions = new Counter({
      name: 'postern_actions_total',
      help: 'Runs of actions, by action and outcome; declared: of those that an operator declared.',
      labelNames: ['action', 'outcome'],
      registers,
    })
    this.#upstream = new Counter({
      name: 'postern_upstream_requests_total',
      help: 'Requests to orgs, by status; failed: no answer came.',
      labelNames: ['outcome'],
      registers,
    })
    this.#upstreamSeconds = new Histogram({
      name: 'postern_upstream_request_seconds',
      help: 'How long orgs took until the headers of their answers.',
      buckets: SECONDS,
      registers,
    })
    this.#waits = new Histogram({
      name: 'postern_upstream_wait_seconds',
      help: 'How long requests to orgs waited for their turn under the rate limit.',
      buckets: SECONDS,
      registers,
    })
    new Gauge({
      name: 'postern_store_reachable',
      help: 'Whether the database answers: 1 or 0.',
      registers,
      async collect() {
        this.set((await isReachable(store)) ? 1 : 0)
      },
    })
    new Gauge({
      name: 'postern_seal_unlocked',
      help: 'Whether the master key is at hand: 1 or 0.',
      registers,
      collect() {
        this.set(seal.state.status === 'unlocked' ? 1 : 0)
      },
    })
  }

  /** Counts a request. @param route - its operation id. */
  countRequest(
    route: string,
    { status, seconds }: { readonly status: number; readonly seconds: number },
  ): void {
    const key = `${route} ${status}`
    const count = this.#counts.get(key) ?? this.#countOf(route, status)
    this.#counts.set(key, count)
    count(seconds)
  }

  /** Counts a token or a proof that was handed out. @param route - the operation id. */
  countHandOut(route: string): void {
    const count = this.#handOutCounts.get(route) ?? this.#handOuts.labels(route)
    this.#handOutCounts.set(route, count)
    count.inc()
  }

  /** Counts a run of an action. @param outcome - `ok`, `partial`, or the code of the error. */
  countAction(action: string, outcome: string): void {
    const isBuiltIn = actions.some(({ name }) => name === action)
    this.#actions.inc({ action: isBuiltIn ? action : 'declared', outcome })
  }

  /** Notes how long a request to an org waited for its turn. */
  observeWait(waitMs: number): void {
    this.#waits.observe(waitMs / 1_000)
  }

  /** The same way to an org, counted. */
  watch<Request, Answer extends { readonly status: number }>(
    send: (request: Request) => Promise<Answer>,
  ): (request: Request) => Promise<Answer> {
    return async (request) => {
      const end = this.beginUpstream()
      try {
        const response = await send(request)
        end(response.status)
        return response
      } catch (error) {
        end(undefined)
        throw error
      }
    }
  }

  /** Begins a request to an org. @returns what is told the status of its answer, or undefined where none came. */
  beginUpstream(): (status: number | undefined) => void {
    const beganMs = this.#clock.monotonicMs()
    return (status) => {
      if (status !== undefined)
        this.#upstreamSeconds.observe((this.#clock.monotonicMs() - beganMs) / 1_000)
      const outcome = status ?? 'failed'
      const count = this.#outcomes.get(outcome) ?? this.#upstream.labels(String(outcome))
      this.#outcomes.set(outcome, count)
      count.inc()
    }
  }

  /** Everything, as Prometheus reads it. What the process itself is like is watched from the first time on. */
  async text(): Promise<string> {
    if (!this.#processIsWatched) {
      this.#processIsWatched = true
      collectDefaultMetrics({ register: this.#registry })
    }
    await this.#feeds.refresh()
    return this.#registry.metrics()
  }

  /** The media type of {@link Metrics.text}. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** To look a series up by its labels takes longer than the rest of counting, so it is done once. */
  #countOf(route: string, status: number): (seconds: number) => void {
    const counter = this.#requests.labels(route, String(status))
    const timer = this.#requestSeconds.labels(route)
    return (seconds) => {
      counter.inc()
      timer.observe(seconds)
    }
  }
}
