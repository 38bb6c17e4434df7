/** @module A sink that keeps what it is given in memory, and refuses what a test says. */

import { z } from 'zod'
import type { Sink, SinkBatch, SinkKind, Written } from '../../src/sinks/sink.ts'
import { SinkError } from '../../src/sinks/sink-error.ts'

/** What sinks of one test were given, by the name of the sink. */
export class MemorySinks {
  /** Names of sinks that take nothing. */
  readonly down = new Set<string>()
  /** What those say of how long to leave them alone. */
  retryAfterMs: number | undefined
  readonly batches = new Map<string, SinkBatch[]>()
  /** Told before each write; what it returns is waited for. */
  onWrite: ((batch: SinkBatch, sink: string) => void | Promise<void>) | undefined
  /** What is rejected of each batch. */
  rejects: (batch: SinkBatch, sink: string) => NonNullable<Written['rejected']> = () => []
  /** How often a write was asked for, the refused ones included. */
  attempts = 0

  /** The kind `memory`, for the context of feeds. */
  get kind(): SinkKind {
    return {
      name: 'memory',
      title: 'Memory',
      summary: 'Keeps records in memory.',
      guarantee: 'at-least-once',
      settings: z.object({}),
      secrets: {},
      check: () => Promise.resolve(),
      open: async ({ sink }) => this.#open(sink.name.split('-').at(-1) ?? ''),
    }
  }

  #open(name: string): Sink {
    return {
      write: async (batch, { position }) => {
        this.attempts++
        await this.onWrite?.(batch, name)
        if (this.down.has(name)) {
          throw new SinkError('sink_unreachable', 'The sink does not answer.', {
            remedy: 'Switch it on.',
            details: this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs },
          })
        }
        this.batches.set(name, [...(this.batches.get(name) ?? []), batch])
        const count = typeof position?.['count'] === 'number' ? position['count'] : 0
        return {
          position: { count: count + batch.records.length },
          rejected: this.rejects(batch, name),
        }
      },
      close: () => Promise.resolve(),
    }
  }

  /** The ids of the records that a sink was given, in order. */
  idsOf(name = 'main'): readonly string[] {
    return (this.batches.get(name) ?? []).flatMap(({ records }) => records.map(({ id }) => id))
  }
}
