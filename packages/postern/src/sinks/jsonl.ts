/**
 * @module JSON lines in files of this machine: each record is in them once.
 *
 * A batch is written at the place where the one before it ends, never "at the end": a process that was paused and wakes
 * late writes the bytes that are there already. Nobody has to lock anything for that.
 */

import { isAbsolute, join } from 'node:path'
import { type JsonObject, toJsonLines } from '@postern/core'
import { z } from 'zod'
import { toFileName, toSequenceName } from './file-name.ts'
import { type JsonlModes, proveFolder, readSize, writeAt } from './jsonl-file.ts'
import type { Sink, SinkBatch, SinkKind, WriteOptions, Written } from './sink.ts'
import { SinkError } from './sink-error.ts'

const DEFAULT_ROTATE_MIB = 256
const MAX_ROTATE_MIB = 1024 * 1024
const MIB = 1024 * 1024

const settings = z.strictObject({
  path: z
    .string()
    .refine(
      (path) => isAbsolute(path) && !/\p{Cc}/u.test(path),
      'Write the whole path of a folder, on one line.',
    )
    .describe('The folder. Each feed has a folder of its own in it.'),
  rotateMiB: z
    .int()
    .min(1)
    .max(MAX_ROTATE_MIB)
    .default(DEFAULT_ROTATE_MIB)
    .describe('A batch that would make its file larger begins the next one.'),
  rotateDaily: z
    .boolean()
    .default(false)
    .describe('Whether the first batch of a day, in UTC, begins the next file.'),
  groupReadable: z
    .boolean()
    .default(false)
    .describe('Whether the group of the process may read: files are 0640 instead of 0600.'),
})

type JsonlSettings = z.output<typeof settings>

/** Where a batch ends. */
type Position = {
  /** The file's name in the folder of the feed. */
  readonly file: string
  readonly bytes: number
  /** The day of the file's first batch, in UTC. */
  readonly day: string
}

const position = z.object({
  file: z.string().regex(/^[a-z0-9_-]+\.jsonl$/),
  bytes: z.int().min(0),
  day: z.string(),
})

/** Files of JSON lines: `<path>/<feed>/<input>-<number of the first batch>.jsonl`. */
export const jsonl: SinkKind<typeof settings> = {
  name: 'jsonl',
  title: 'JSON lines',
  summary: 'Appends records to files of this machine, one JSON text a line, each record once.',
  guarantee: 'effectively-once',
  settings,
  secrets: {},
  open: async ({ settings: kept }) => new JsonlSink(kept),
  continues: async ({ path }, { feed, position: before }) => {
    const { file, bytes } = parsePosition(before)
    const size = await readSize(join(path, toFileName(feed), file))
    return size !== undefined && size >= bytes
  },
  check: ({ settings: kept }, signal) => proveFolder(kept.path, modesOf(kept), signal),
}

class JsonlSink implements Sink {
  readonly #settings: JsonlSettings

  constructor(kept: JsonlSettings) {
    this.#settings = kept
  }

  async write(batch: SinkBatch, options: WriteOptions): Promise<Written> {
    options.signal?.throwIfAborted()
    const folder = join(this.#settings.path, toFileName(batch.feed.name))
    const lines = toJsonLines(batch.records.map(({ line }) => line))
    const at = await this.#place(folder, batch, { bytes: lines.length, before: options.position })
    await writeAt(
      { root: this.#settings.path, folder, file: at.file },
      {
        ...{ lines, offset: at.bytes, modes: modesOf(this.#settings) },
        isFirst: options.position === undefined,
      },
      options.signal,
    )
    const end: Position = { ...at, bytes: at.bytes + lines.length }
    return { position: end }
  }

  async close(): Promise<void> {}

  /**
   * Where a batch begins. Whoever writes it again comes to the same place, also after the settings were changed: the first
   * attempt left a file of the batch's number, or bytes behind the position, and that decides.
   */
  async #place(
    folder: string,
    batch: SinkBatch,
    { bytes, before }: { readonly bytes: number; readonly before: JsonObject | undefined },
  ): Promise<Position> {
    const day = batch.readAt.toISOString().slice(0, 10)
    const next = {
      file: `${toFileName(batch.input)}-${toSequenceName(batch.seq)}.jsonl`,
      bytes: 0,
      day,
    }
    if (before === undefined) return next
    const current = parsePosition(before)
    if ((await readSize(join(folder, next.file))) !== undefined) return next
    const size = await readSize(join(folder, current.file))
    if (size !== undefined && size > current.bytes) return current
    const isFull = current.bytes > 0 && current.bytes + bytes > this.#settings.rotateMiB * MIB
    const isOver = this.#settings.rotateDaily && current.day !== day
    return isFull || isOver ? next : current
  }
}

function parsePosition(kept: JsonObject): Position {
  const { data } = position.safeParse(kept)
  if (data !== undefined) return data
  throw new SinkError('sink_damaged', 'The position kept for the files cannot be read.', {
    remedy: 'Add the sink to the feed anew, with an empty folder.',
  })
}

function modesOf({ groupReadable }: JsonlSettings): JsonlModes {
  return groupReadable ? { file: 0o640, folder: 0o750 } : { file: 0o600, folder: 0o700 }
}
