/** @module How far the complete read of a feed's objects is, and what is known of those before it. */

import type { JsonObject, JsonValue } from '@postern/core'
import type { Reach } from './reach.ts'
import type { SpoolWriter } from './stream.ts'
import { momentIn, numberIn, objectIn, textIn } from './stream-state.ts'

/** The name of the stream. */
export const SWEEP = 'sweep'

/** `reading`: it is under way. `judging`: everything was seen, and what was missed is looked at. `done`: it waits for its time. */
export type SweepPhase = 'reading' | 'judging' | 'done'

/** The state of a sweep. Times are the org's. */
export interface SweepState {
  /** Counts the sweeps, with the lists that were read between them; what a sweep sees gets it. */
  readonly generation: number
  readonly phase: SweepPhase
  readonly startedAt: Date
  /** Where it goes on; absent at its start. */
  readonly cursor?: string | undefined
  /** Records so far. */
  readonly seen: number
  /** How many there were when the database last counted the mirror, in this sweep or an earlier one. */
  readonly analyzed?: number | undefined
  /** What the credential might see when it began. */
  readonly reach: Reach
  /** What it might see in the last sweep whose deletions were believed. */
  readonly trusted?: Reach | undefined
  /** When the last sweep that came to its end began. */
  readonly completedSince?: Date | undefined
  /**
   * The last sweep that passes on every object: one that is known from an earlier one alone goes on when it is seen, changed or
   * not. Absent: no sweep was asked to.
   */
  readonly resyncedBy?: number | undefined
  /** When the next one is due. */
  readonly nextAt?: Date | undefined
}

/** The state of a feed's sweep; undefined before the first. */
export async function readSweepState(spool: SpoolWriter): Promise<SweepState | undefined> {
  const state = await spool.readState(SWEEP)
  return state === undefined ? undefined : parseSweepState(state)
}

/** A state that was written by {@link sweepStateJson}. */
export function parseSweepState(state: JsonObject): SweepState {
  const phase = textIn(state['phase'])
  const resyncedBy = numberIn(state['resyncedBy'])
  const analyzed = numberIn(state['analyzed'])
  return {
    generation: numberIn(state['generation']),
    phase: phase === 'reading' || phase === 'judging' ? phase : 'done',
    startedAt: momentIn(state['startedAt']) ?? new Date(0),
    cursor: textIn(state['cursor']),
    seen: numberIn(state['seen']),
    analyzed: analyzed === 0 ? undefined : analyzed,
    reach: reachIn(state['reach']) ?? {},
    trusted: reachIn(state['trusted']),
    completedSince: momentIn(state['completedSince']),
    resyncedBy: resyncedBy === 0 ? undefined : resyncedBy,
    nextAt: momentIn(state['nextAt']),
  }
}

/** A state as it is stored. */
export function sweepStateJson(state: SweepState): JsonObject {
  const { generation, phase, cursor, seen, reach, trusted } = state
  return {
    generation,
    phase,
    startedAt: state.startedAt.toISOString(),
    ...(cursor === undefined ? {} : { cursor }),
    seen,
    ...(state.analyzed && { analyzed: state.analyzed }),
    reach: reachJson(reach),
    ...(trusted === undefined ? {} : { trusted: reachJson(trusted) }),
    ...(state.completedSince && { completedSince: state.completedSince.toISOString() }),
    ...(state.resyncedBy && { resyncedBy: state.resyncedBy }),
    ...(state.nextAt && { nextAt: state.nextAt.toISOString() }),
  }
}

function reachJson({ scopes, roles }: Reach): JsonObject {
  return { ...(scopes && { scopes }), ...(roles && { roles }) }
}

function reachIn(value: JsonValue | undefined): Reach | undefined {
  const reach = objectIn(value)
  if (reach === undefined) return undefined
  const { scopes, roles }: { readonly scopes?: JsonValue; readonly roles?: JsonValue } = reach
  return {
    ...(scopes === undefined ? {} : { scopes: textsIn(scopes) }),
    ...(roles === undefined ? {} : { roles: textsIn(roles) }),
  }
}

function textsIn(value: JsonValue): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
