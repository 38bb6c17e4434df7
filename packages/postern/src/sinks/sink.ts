/** @module What a sink is: a place that batches are written to, in order, each at least once. */

import type { Clock, InputName, JsonObject, Secret, Transport } from '@postern/core'
import type { z } from 'zod'
import type { Store } from '../store/store.ts'
import type { FeedRecord } from './record.ts'

/** Records of one feed, frozen: whenever they are written again, they are the same bytes under the same id. */
export interface SinkBatch {
  readonly feed: { readonly id: string; readonly name: string }
  /** The connection's name. */
  readonly connection: string
  /** The org's host. */
  readonly org: string
  readonly input: InputName
  /** 1, 2, 3 and so on, without a hole. */
  readonly seq: number
  /** SHA-256 of the feed's id, `seq` and the records' lines, hexadecimal. */
  readonly id: string
  /** When it was read, by the org's clock. */
  readonly readAt: Date
  /** Whether its records had been read before, or are late: they should raise no alarm. */
  readonly replay: boolean
  readonly records: readonly FeedRecord[]
}

/** A record that a sink will never take. */
export interface RejectedRecord {
  /** Its place in `records`. */
  readonly index: number
  /** `sink_record_too_large`, `sink_record_refused` … */
  readonly code: string
  /** What the sink said about it, without the record. */
  readonly reason: string
}

/** What a sink says once it has a batch. */
export interface Written {
  /** Where the batch ends in the sink: kept with the offset, and given back with the next batch. */
  readonly position?: JsonObject | undefined
  /** Those that it will never take; the others it has. */
  readonly rejected?: readonly RejectedRecord[]
}

/** What a batch is written with. */
export interface WriteOptions {
  /** What the sink said after the batch before this one; absent before the first. */
  readonly position?: JsonObject | undefined
  /**
   * Whether the batch is none of the sequence: records that the sink refused before, which come again under an id of their own.
   * What the sink keeps of where it is stays then as it is. Only for a sink that rejects records.
   */
  readonly isBeside?: boolean
  readonly signal?: AbortSignal | undefined
}

/** A sink in use by one feed. */
export interface Sink {
  /**
   * Writes every record but those it names, or throws; never some of them. Writing a batch twice leaves an effectively-once
   * sink as writing it once, also when a process that was paused writes it late, after others have gone on. Resolves only when
   * the records would survive a power cut at the other side, as far as that can be known.
   *
   * @throws {SinkError} where it may go better later; the same batch is then written again.
   */
  write(batch: SinkBatch, options: WriteOptions): Promise<Written>
  close(): Promise<void>
}

/** What a sink is opened with. */
export interface SinkContext<Settings> {
  readonly settings: Settings
  /** By name, as the kind lists them. */
  readonly secrets: Readonly<Record<string, Secret>>
  readonly sink: { readonly id: string; readonly name: string }
  /** Postern's own database. */
  readonly store: Store
  /** The way to receivers outside of Okta, which guards addresses (S24). */
  readonly transport: Transport
  readonly clock: Clock
  /** Allows receivers on this machine. */
  readonly dev: boolean
}

/** What every sink of a kind has in common. */
export interface SinkKind<Settings extends z.ZodObject = z.ZodObject> {
  readonly name: string
  /** As people know it. */
  readonly title: string
  /** What it does, in a sentence. */
  readonly summary: string
  /** `effectively-once`: whatever happens, no record is in it twice. `at-least-once`: twice after a crash, with the same id. */
  readonly guarantee: 'effectively-once' | 'at-least-once'
  readonly settings: Settings
  /** What is sealed, each with whether it has to be there. */
  readonly secrets: Readonly<
    Record<string, { readonly required: boolean; readonly summary: string }>
  >
  /** Written in Postern's own database, in the transaction that moves the offset. */
  readonly inStore?: true
  /** @throws {SinkError} for settings that no such sink can have, and where a client that it needs is not installed. */
  open(context: SinkContext<z.output<Settings>>): Promise<Sink>
  /**
   * Whether what a feed wrote is where the settings are, so that it goes on there. Absent: it goes on wherever that is.
   *
   * @param written - of one feed: its name, and what the sink said after its last batch
   */
  continues?(
    settings: z.output<Settings>,
    written: { readonly feed: string; readonly position: JsonObject },
  ): Promise<boolean>
  /** Proves that it can be written to, and leaves nothing behind. @throws {SinkError} why not */
  check(context: SinkContext<z.output<Settings>>, signal?: AbortSignal): Promise<void>
}
