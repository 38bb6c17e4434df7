/** @module JSON lines on the standard output of the process: what a container's log collector reads. */

import { toJsonLines } from '@postern/core'
import { z } from 'zod'
import type { Sink, SinkBatch, SinkKind, WriteOptions, Written } from './sink.ts'
import { SinkError } from './sink-error.ts'

const settings = z.strictObject({})

/** Standard output, no faster than it is read there. A record can be there twice after a crash, with the same id. */
export const stdout: SinkKind<typeof settings> = {
  name: 'stdout',
  title: 'Standard output',
  summary: 'Writes records to the standard output of Postern, one JSON text a line.',
  guarantee: 'at-least-once',
  settings,
  secrets: {},
  open: async () => new StreamSink(process.stdout),
  check: async (_context, signal) => {
    signal?.throwIfAborted()
    new StreamSink(process.stdout).requireOpen()
  },
}

/** A sink that writes to a stream of this process. Nothing is closed but the sink: others write to the stream too. */
export class StreamSink implements Sink {
  readonly #stream: NodeJS.WritableStream

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  async write({ records }: SinkBatch, { signal }: WriteOptions): Promise<Written> {
    signal?.throwIfAborted()
    this.requireOpen()
    const lines = toJsonLines(records.map(({ line }) => line))
    await new Promise<void>((resolve, reject) => {
      // Without a listener, a reader that has gone would end the process.
      const ignore = () => undefined
      this.#stream.once('error', ignore)
      this.#stream.write(lines, (error) => {
        if (error === undefined || error === null) {
          this.#stream.removeListener('error', ignore)
          resolve()
        } else {
          reject(explain(error))
        }
      })
    })
    return {}
  }

  /** @throws {SinkError} `sink_unreachable` where nobody can read any more. */
  requireOpen(): void {
    if (!this.#stream.writable) throw closed()
  }

  async close(): Promise<void> {}
}

function closed(cause?: Error): SinkError {
  return new SinkError('sink_unreachable', 'Nobody reads the standard output of Postern.', {
    remedy: 'Start Postern with a reader of its standard output, or remove this sink.',
    cause,
  })
}

function explain(error: NodeJS.ErrnoException): SinkError {
  if (error.code === 'ENOSPC') {
    return new SinkError('sink_disk_full', 'The disk behind the standard output is full.', {
      remedy: 'Make room on it. The feed goes on by itself, and nothing is lost.',
      cause: error,
    })
  }
  return closed(error)
}
