/** @module What a format of the HTTP sink is: how a receiver wants records, and what its answers mean. */

import type { AnswerHeaders, Clock, Secret } from '@postern/core'
import type { FeedRecord } from '../record.ts'
import type { RejectedRecord, SinkBatch } from '../sink.ts'
import type { HttpSettings } from './settings.ts'

/** Neighbouring records of a batch that go out in one request. */
export interface BatchPart {
  readonly batch: SinkBatch
  /** The place of its first record in the batch. */
  readonly first: number
  /** What stands in the body for each record. */
  readonly pieces: readonly Uint8Array[]
}

/** A request of a format. Its method is POST. */
export interface HttpRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** An answer that was read. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** Its beginning, where it is very long. */
  readonly text: string
}

/** What a format is opened with. */
export interface HttpFormatContext {
  readonly settings: HttpSettings
  readonly secrets: Readonly<Record<string, Secret>>
  readonly clock: Clock
}

/** A format with its settings. */
export interface OpenHttpFormat {
  /** What stands in a body for a record; never depends on anything but the record, its batch and the settings. */
  encode(record: FeedRecord, batch: SinkBatch): Uint8Array
  request(part: BatchPart): HttpRequest
  /**
   * The records that an answer 2xx refuses.
   *
   * @throws {SinkError} where it says that the part has to be sent again
   */
  refusedIn(answer: HttpAnswer, part: BatchPart): readonly RejectedRecord[]
  /** Whether an answer 400 can be about single records. */
  isAboutRecords(answer: HttpAnswer): boolean
  /** A request that leaves nothing behind. */
  checkRequest(): HttpRequest
  /** Whether the answer to it, 2xx or 400, says that records would be taken. */
  isReady(answer: HttpAnswer): boolean
}

/** How a kind of receiver wants records. */
export interface HttpFormat {
  /** The most bytes of a request where the settings do not say. */
  readonly maxBytes: number
  /** What the `token` is called by when it is sent: `Bearer`, `Splunk`, `ApiKey`. */
  readonly tokenScheme: string
  /** @throws {SinkError} `sink_settings_invalid` for what it needs and is not there */
  open(context: HttpFormatContext): OpenHttpFormat
}
