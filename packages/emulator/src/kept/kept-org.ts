/** @module What is kept of an org so that it can be started again: when it was filled, how to get in, and what changed since. */

import { type Clock, HeldClock } from '../clock.ts'
import { isJsonObject } from '../json.ts'
import type { PrivateJwk } from '../ready-app.ts'
import { SetupError } from '../setup-error.ts'
import type { Org } from '../state/org.ts'
import type { JournalEntry } from '../system-log/journal.ts'
import { addEvents } from '../system-log/traffic.ts'
import { applyChanges, type ChangedRows, changesOf, type Rows, rowsOf } from './rows.ts'

const STEP_MS = 100_000

/**
 * An org without what follows from its options: the same seed, numbers and `sinceMs` fill it the same way. As JSON, to be
 * written where nobody else reads it: its API token and the key of its ready app are in it.
 */
export interface KeptOrg {
  readonly version: 1
  /** When it was filled, in milliseconds since the epoch. */
  readonly sinceMs: number
  readonly adminToken: string
  readonly key: PrivateJwk
  /** How many ids it gave out, by prefix. */
  readonly ids: Readonly<Record<string, number>>
  readonly clientPrivileges: boolean
  readonly changed: Readonly<Record<string, ChangedRows>>
  readonly journal: readonly JournalEntry[]
}

/** How an org that is kept is entered. */
export interface KeptEntrance {
  readonly adminToken: string
  readonly key: PrivateJwk
}

/** The clock of an org that is kept: it stands at the time of the filling until everything is there again. */
export function holdClock(clock: Clock, kept: KeptOrg | 'new'): HeldClock {
  return new HeldClock(clock, kept === 'new' ? clock.now().getTime() : kept.sinceMs)
}

/** Tells what is to be kept of one org. */
export class OrgKeeper {
  readonly #org: Org
  readonly #entrance: KeptEntrance
  readonly #sinceMs: number
  readonly #filled: Rows
  readonly #journalFrom: number

  /** @param org - as it was filled, its clock still held; nobody has asked it anything. */
  constructor(org: Org, entrance: KeptEntrance) {
    this.#org = org
    this.#entrance = entrance
    this.#sinceMs = org.time.nowMs()
    this.#filled = rowsOf(org)
    this.#journalFrom = org.log.journal.length
  }

  /** What is to be kept now. */
  keep(): KeptOrg {
    const org = this.#org
    return {
      version: 1,
      sinceMs: this.#sinceMs,
      ...this.#entrance,
      ids: org.ids.counts,
      clientPrivileges: org.clientPrivileges,
      changed: changesOf(this.#filled, rowsOf(org)),
      journal: org.log.journal.slice(this.#journalFrom),
    }
  }
}

/** Lets everything happen again that happened to an org which was filled just now, and its clock go. */
export function restore(org: Org, kept: KeptOrg, clock: HeldClock): void {
  for (const entry of kept.journal) {
    passTo(org, clock, entry.atMs)
    happenAgain(org, entry)
  }
  applyChanges(org, kept.changed)
  org.ids.goOn(kept.ids)
  org.clientPrivileges = kept.clientPrivileges
  passTo(org, clock, clock.behind().getTime())
  clock.release()
}

function happenAgain(org: Org, entry: JournalEntry): void {
  if ('draft' in entry) org.log.write(entry.draft, entry.cause)
  else if ('added' in entry) addEvents(org, entry.added)
  else org.log.addRecorded(entry.recorded, { persistedMs: entry.persistedMs })
}

/**
 * What was kept, read again.
 *
 * @throws {SetupError} `org_invalid` for anything that {@link OrgKeeper.keep} does not write.
 */
export function parseKeptOrg(value: unknown): KeptOrg {
  const kept = value as Partial<Record<keyof KeptOrg, unknown>>
  const isWhole =
    isJsonObject(value) &&
    kept.version === 1 &&
    Number.isSafeInteger(kept.sinceMs) &&
    typeof kept.adminToken === 'string' &&
    isJsonObject(kept.key) &&
    isJsonObject(kept.ids) &&
    isJsonObject(kept.changed) &&
    Array.isArray(kept.journal)
  if (isWhole) return value as unknown as KeptOrg
  throw new SetupError(
    'org_invalid',
    'What was kept of the org cannot be read.',
    'Start a new org: what was kept of this one is damaged, or of another version.',
  )
}

// In steps, none of which is too long for a stream to bring all of its events: each uuid follows from how many came before.
function passTo(org: Org, clock: HeldClock, epochMs: number): void {
  for (let atMs = clock.now().getTime(); atMs < epochMs; atMs += STEP_MS) {
    clock.holdAt(Math.min(atMs + STEP_MS, epochMs))
    org.log.catchUp()
  }
}
