/** @module How carefully to go on in a bucket that others use too. No clock of its own: every call is told the time. */

import { WINDOW_MS } from './buckets.ts'

// The org's window opens when the first request arrives there, which is not seen: never shorter than that window, until
// an answer tells when it ends.
const ROUND_MS = WINDOW_MS + 2_000

/** The requests of one of the org's windows, as far as that can be told from here. */
interface Round {
  readonly startMs: number
  endMs: number
  sent: number
  refusals: number
  /** Whether nobody else was expected in it. */
  readonly isSurprise?: boolean
}

// A little less than what passed is safe, half of the budget is worth trying, and each round without a refusal more.
const SAFE_PART = 0.95
const TRIED_PART = 0.5
const FIRST_GROWTH = 0.05

// Whoever was met so many rounds ago may be gone, even if too little was sent since to know.
const LONG_AGO = 10

/**
 * What other callers leave of a bucket. Only refusals show it, so it is tried out: as many requests as passed the last
 * time go together, further ones one at a time, up to a ceiling that grows with each round without a refusal. So a round
 * has one refusal at most once the others' appetite is known.
 */
export class Caution {
  #round: Round | undefined
  /** Absent while nobody else was met. */
  #ceiling: number | undefined
  #safe = 0
  #calmRounds = 0
  /** Those of them, up to now, in which too little was sent to know whether others are still there. */
  #quietRounds = 0

  /**
   * Milliseconds until one more request may go; infinity until one that is under way has come back.
   *
   * @param budget - requests a minute if nobody else were there.
   */
  waitMs(nowMs: number, inFlight: number, budget: number, isUrgent: boolean): number {
    this.#roll(nowMs, inFlight, budget)
    if (this.#ceiling === undefined) return 0
    const sent = this.#round?.sent ?? inFlight
    if (sent >= this.#ceiling && !isUrgent) return (this.#round?.endMs ?? nowMs) - nowMs
    return sent >= this.#safe && inFlight > 0 ? Infinity : 0
  }

  take(nowMs: number, inFlight: number): void {
    this.#round ??= { startMs: nowMs, endMs: nowMs + ROUND_MS, sent: inFlight, refusals: 0 }
    this.#round.sent++
  }

  /** Ends the round with the org's window. @param endMs - never before the window's own end. */
  endBy(endMs: number): void {
    if (this.#round !== undefined) this.#round.endMs = Math.min(this.#round.endMs, endMs)
  }

  /** Learns from a refusal. @param endMs - when the org's window ends. */
  refuse(nowMs: number, endMs: number, inFlight: number, budget: number): void {
    const round = this.#round ?? { startMs: nowMs, endMs, sent: inFlight + 1, refusals: 0 }
    const isSurprise = this.#ceiling === undefined || round.isSurprise === true
    if (round.refusals === 0) this.#learn(round, nowMs, endMs, inFlight, budget)
    // Others came earlier than the last time, when several were under way: fewer go together the next time.
    if (round.refusals === 1 && !isSurprise) this.#safe = Math.floor(this.#safe / 2)
    this.#round = { ...round, endMs, refusals: round.refusals + 1, isSurprise }
  }

  /** The requests of a minute, if others leave fewer than the budget. */
  budget(nowMs: number, inFlight: number, budget: number): number {
    this.#roll(nowMs, inFlight, budget)
    return Math.min(budget, this.#ceiling ?? Infinity)
  }

  #learn(round: Round, nowMs: number, endMs: number, inFlight: number, budget: number): void {
    // What passed is what was sent, less this one and those whose answer is still to come, of the org's window alone.
    const sent = Math.max(0, round.sent - 1 - inFlight)
    const inWindow = (nowMs - endMs + WINDOW_MS) / Math.max(1, nowMs - round.startMs)
    this.#safe = Math.floor(sent * Math.min(1, Math.max(0, inWindow)) * SAFE_PART)
    this.#ceiling = Math.max(1, this.#safe, Math.floor(budget * TRIED_PART))
    this.#calmRounds = 0
    this.#quietRounds = 0
  }

  /** Ends a round that is over. */
  #roll(nowMs: number, inFlight: number, budget: number): void {
    const round = this.#round
    if (round === undefined || nowMs < round.endMs) return
    this.#round = undefined
    const isCalm = round.refusals === 0
    const idleRounds = Math.floor((nowMs - round.endMs) / WINDOW_MS)
    const calmRounds = idleRounds + Number(isCalm)
    if (this.#ceiling === undefined || calmRounds === 0) return
    const isQuiet = isCalm && round.sent * 2 <= Math.max(this.#safe, budget * FIRST_GROWTH)
    this.#calmRounds += calmRounds
    this.#quietRounds = isQuiet ? this.#quietRounds + calmRounds : idleRounds
    const growth = Math.ceil(budget * FIRST_GROWTH * 2 ** this.#calmRounds)
    // One calm round may be luck, however much passed in it; many of them show what is left.
    const part = this.#calmRounds < LONG_AGO ? SAFE_PART : 1
    const passed = isCalm ? Math.floor((round.sent - inFlight) * part) : 0
    this.#safe = Math.max(this.#safe, Math.min(passed, this.#safe + growth))
    this.#ceiling += growth
    if (this.#safe >= Math.floor(budget * SAFE_PART) || this.#quietRounds >= LONG_AGO) {
      this.#ceiling = undefined
    }
  }
}
