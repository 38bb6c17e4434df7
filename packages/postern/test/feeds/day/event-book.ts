/** @module What an org's log says, so that millions of events can be held against it: numbers and digests, no texts. */

import { createHash } from 'node:crypto'
import type { RunningOrg } from '@postern/emulator'
import type { countWrong } from '../checker.ts'

const MAX_LOAD = 0.5

/** What is wrong with a sink. */
type Wrong = ReturnType<typeof countWrong>

/** The events of an org by their uuids. */
export class EventBook {
  readonly first: number
  readonly size: number
  readonly #running: RunningOrg
  readonly #digests: BigUint64Array
  /** Open addressing: places of events, from 1; 0 is free. */
  readonly #table: Uint32Array
  readonly #seqs: Uint32Array

  /** The events that the log showed since a time. */
  constructor(running: RunningOrg, sinceMs: number) {
    const { log } = running.org
    this.#running = running
    this.first = log.firstPersistedFrom(sinceMs)
    this.size = log.size - this.first
    this.#digests = new BigUint64Array(this.size)
    this.#seqs = new Uint32Array(this.size)
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(this.size / MAX_LOAD + 2)))
    for (let place = 0; place < this.size; place++) {
      const text = log.readText(this.first + place)
      this.#digests[place] = digestOf(text)
      this.#put(uuidOf(text), place)
    }
  }

  /** What is wrong with what a sink holds. @param held - seq: the batch that it came with, where the sink says so. */
  async judge(
    held: AsyncIterable<{ readonly text: string; readonly seq?: number }>,
  ): Promise<Wrong> {
    const seen = new Uint8Array(this.size)
    const wrong = { lost: 0, duplicates: 0, invented: 0, changed: 0 }
    for await (const { text, seq } of held) {
      const place = this.#placeOf(uuidOf(text))
      if (place === undefined) {
        wrong.invented++
        continue
      }
      if (seen[place] === 1) wrong.duplicates++
      seen[place] = 1
      if (this.#digests[place] !== digestOf(text)) wrong.changed++
      if (seq !== undefined) this.#seqs[place] = seq
    }
    for (const once of seen) if (once === 0) wrong.lost++
    return wrong
  }

  /** The batch that an event came with, once a sink that says so was judged. */
  seqOf(place: number): number {
    return this.#seqs[place] ?? 0
  }

  /** When the log showed an event. */
  shownMs(place: number): number {
    return this.#running.org.log.persistedMs(this.first + place)
  }

  #put(uuid: string, place: number): void {
    const mask = this.#table.length - 1
    let slot = hashOf(uuid) & mask
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask
    this.#table[slot] = place + 1
  }

  #placeOf(uuid: string): number | undefined {
    const { log } = this.#running.org
    const mask = this.#table.length - 1
    for (let slot = hashOf(uuid) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#table[slot] ?? 0
      if (entry === 0) return undefined
      if (log.describe(this.first + entry - 1).uuid === uuid) return entry - 1
    }
  }
}

const UUID = /"uuid":"([^"]+)"/

function uuidOf(text: string): string {
  return UUID.exec(text)?.[1] ?? text
}

function digestOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE()
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash ^ (hash >>> 15)) >>> 0
}
