/** @module Directs the day: owns the time, lets troubles come and go, and starts a Postern again that was killed. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { startOf } from '../../../../../test/test-programs.ts'
import type { Answer, DayTask, Seen, Told, Wish } from './talk.ts'

/** When something happens, in milliseconds since the epoch, and what. */
export interface Moment {
  readonly atMs: number
  readonly act: () => void | Promise<void>
}

// A supervisor starts what was killed again; leases and shares of rate limits end meanwhile.
const DEAD_MS = 45_000
const READY_WITHIN_MS = 120_000

/** A clock that stands where it was put. */
class PutClock {
  nowMs: number

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  now(): Date {
    return new Date(this.nowMs)
  }
}

/** Directs one day. */
export class Director {
  readonly clock: PutClock
  readonly #moments: Moment[] = []
  readonly #task: Omit<DayTask, 'nowMs'>
  readonly #writes = new Map<string, Map<number, number>>()
  readonly #over = Promise.withResolvers<void>()
  readonly #fulfilled = new Map<Wish, (seen: Seen | undefined) => void>()
  #child: ChildProcess | undefined
  #next: Omit<Answer, 'nowMs'> = {}
  #isDying = false
  #isSetUp = false
  kills = 0
  starts = 0
  maxRssKb = 0

  constructor(nowMs: number, task: Omit<DayTask, 'nowMs'>) {
    this.clock = new PutClock(nowMs)
    this.#task = task
  }

  /** When each batch of a feed was safe in a sink, in milliseconds since the epoch. */
  writtenBy(feed: string, sink: string): ReadonlyMap<number, number> {
    return this.#writes.get(`${feed} ${sink}`) ?? new Map()
  }

  /** Lets something happen at a time. */
  at(atMs: number, act: Moment['act']): void {
    const place = this.#moments.findLastIndex((moment) => moment.atMs <= atMs)
    this.#moments.splice(place + 1, 0, { atMs, act })
  }

  /** Plays everything. Resolves when the last Postern has stopped. */
  async play(): Promise<void> {
    this.#start()
    await this.#over.promise
  }

  /** Has the process die at its next such step. */
  kill(die: NonNullable<Answer['die']>): void {
    this.#isDying = true
    this.#next = { ...this.#next, die }
  }

  /** Has the operator do something. What comes of it is there some time later. */
  wish(wish: Wish): Promise<Seen | undefined> {
    this.#next = { ...this.#next, wish }
    return new Promise((resolve) => this.#fulfilled.set(wish, resolve))
  }

  /** Ends whatever runs. */
  close(): void {
    this.#child?.kill('SIGKILL')
  }

  #start(): void {
    this.starts++
    const { setUp, ...rest } = this.#task
    const task: DayTask = {
      ...rest,
      nowMs: this.clock.nowMs,
      ...(this.#isSetUp || setUp === undefined ? {} : { setUp }),
    }
    this.#isSetUp = true
    const args = [...startOf('feeds/day/process'), JSON.stringify(task)]
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    this.#child = child
    let complaint = ''
    // Whoever was killed hears nothing any more.
    child.on('error', () => undefined)
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk
    })
    const tooLate = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS)
    child.on('message', (told: Told) => {
      if (told.what === 'ready') clearTimeout(tooLate)
      this.#hear(child, told).catch((error: unknown) => this.#over.reject(error))
    })
    once(child, 'close').then(
      ([code, signal]) => {
        clearTimeout(tooLate)
        this.#ended(code, signal, complaint)
      },
      (error: unknown) => this.#over.reject(error),
    )
  }

  async #hear(child: ChildProcess, told: Told): Promise<void> {
    switch (told.what) {
      case 'ready':
        return
      case 'leap': {
        await this.#pass(told.toMs)
        const answer: Answer = { nowMs: this.clock.nowMs, ...this.#next }
        this.#next = {}
        if (child.connected) child.send(answer)
        return
      }
      case 'wrote': {
        const name = `${told.feed} ${told.sink}`
        const writes = this.#writes.get(name) ?? new Map<number, number>()
        this.#writes.set(name, writes)
        if (!writes.has(told.seq)) writes.set(told.seq, told.atMs)
        this.maxRssKb = Math.max(this.maxRssKb, told.rssKb)
        return
      }
      case 'fulfilled':
        this.#fulfilled.get(told.wish)?.(told.seen)
        return
      case 'failed':
        throw new Error(`${told.wish}: ${told.why}`)
    }
  }

  /** Lets time pass until then, or until something happens before. */
  async #pass(toMs: number): Promise<void> {
    const [next] = this.#moments
    if (next === undefined || next.atMs > toMs) {
      this.clock.nowMs = Math.max(this.clock.nowMs, toMs)
      return
    }
    this.#moments.shift()
    this.clock.nowMs = Math.max(this.clock.nowMs, next.atMs)
    await next.act()
  }

  #ended(code: number | null, signal: NodeJS.Signals | null, complaint: string): void {
    if (signal === 'SIGKILL' && this.#isDying) {
      this.#isDying = false
      this.kills++
      const untilMs = this.clock.nowMs + DEAD_MS
      const wait = async () => {
        while (this.clock.nowMs < untilMs) await this.#pass(untilMs)
        this.#start()
      }
      wait().catch((error: unknown) => this.#over.reject(error))
    } else if (code !== 0) {
      this.#over.reject(new Error(`Postern ended with ${code ?? signal}: ${complaint}`))
    } else if (this.#moments.length > 0) this.#start()
    else this.#over.resolve()
  }
}
