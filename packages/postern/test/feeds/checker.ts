/** @module Compares what an org's ledger says happened with what a sink holds: lost, twice, invented, changed. */

/** A record as a sink holds it. */
export interface HeldRecord {
  readonly id: string
  /** The record's own JSON, where the sink keeps it byte for byte. */
  readonly text?: string
}

/** An event that a sink holds as the text that it was. */
export function heldEvent(text: string): HeldRecord {
  const { uuid }: { readonly uuid: string } = JSON.parse(text)
  return { id: uuid, text }
}

/** An event as the org has it. */
export interface OrgEvent {
  readonly uuid: string
  readonly text: string
}

/** What is wrong with a sink; every list is empty where nothing is. */
export interface Verdict {
  /** Events of the org that the sink does not have. */
  readonly lost: readonly string[]
  /** Records that the sink has more than once. */
  readonly duplicates: readonly string[]
  /** Records that the org never had. */
  readonly invented: readonly string[]
  /** Records whose bytes are not those of the org. */
  readonly changed: readonly string[]
}

/** The verdict on a sink with which nothing is wrong. */
export const flawless: Verdict = { lost: [], duplicates: [], invented: [], changed: [] }

/** Compares a sink with the org. @param events - what the sink should have, and nothing else */
export function judge(events: Iterable<OrgEvent>, held: Iterable<HeldRecord>): Verdict {
  const missing = new Map<string, string>()
  for (const { uuid, text } of events) missing.set(uuid, text)
  const wanted = new Map(missing)
  const duplicates: string[] = []
  const invented: string[] = []
  const changed: string[] = []
  const seen = new Set<string>()
  for (const { id, text } of held) {
    const original = wanted.get(id)
    if (original === undefined) invented.push(id)
    else if (text !== undefined && text !== original) changed.push(id)
    if (seen.has(id)) duplicates.push(id)
    seen.add(id)
    missing.delete(id)
  }
  return { lost: [...missing.keys()], duplicates, invented, changed }
}

/** How many records are wrong, and how, in all sinks together. */
export function countWrong(verdicts: readonly Verdict[]) {
  const count = (what: keyof Verdict) =>
    verdicts.reduce((sum, verdict) => sum + verdict[what].length, 0)
  return {
    lost: count('lost'),
    duplicates: count('duplicates'),
    invented: count('invented'),
    changed: count('changed'),
  }
}
