/**
 * @module How much of a proof is played, and what it came to. `npm test` plays a few cases of each, `npm run prove` as many as
 * the proof aims at. A failure prints its seed and path, which play it again:
 * `POSTERN_PROOF_SEED=… POSTERN_PROOF_PATH=… npm test -- FILE`.
 */

import { appendFileSync } from 'node:fs'

const {
  POSTERN_PROOF_CASES: wanted,
  POSTERN_PROOF_SEED: seed,
  POSTERN_PROOF_PATH: path,
  POSTERN_PROOF_LOG: log,
} = process.env

/** Whether a case that failed is played again. Its path counts the examples, too. */
export const isReplay = path !== undefined

/** What random choices begin with; the same ones each time where nothing else was asked for. */
export const proofSeed = Number(seed ?? 1)

/** Time for a test that may play all cases of a proof. */
export const PROOF_TIMEOUT_MS = 7_200_000

/**
 * How many cases to play.
 *
 * @param few - in `npm test`
 * @param part - of all cases, where several tests play them
 */
export function casesOf(few: number, part = 1): number {
  return wanted === undefined ? few : Math.max(1, Math.ceil(Number(wanted) * part))
}

/** The same for `fc.assert`. In `npm test` each run has another seed. */
export function parametersOf(few: number, part = 1) {
  return {
    numRuns: casesOf(few, part),
    endOnFailure: true,
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
  }
}

/** What was played and seen. */
export interface Played {
  readonly cases: number
  /** What went through it: `events: 12_000`. */
  readonly seen?: Readonly<Record<string, number>>
  /** What must not be: `lost: 0`. */
  readonly wrong: Readonly<Record<string, number>>
}

/** Tells `npm run prove` of one thing that was tried. @param of - which: `PostgreSQL, files` */
export function tellProof(of: string, { cases, seen = {}, wrong }: Played): void {
  if (log !== undefined) appendFileSync(log, `${JSON.stringify({ of, cases, seen, wrong })}\n`)
}
