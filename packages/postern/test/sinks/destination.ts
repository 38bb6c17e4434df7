/** @module What a sink writes to, as tests see it: what it holds, and how it is broken. */

import type { Secret } from '@postern/core'
import { TestClock } from '../../../../test/test-clock.ts'
import type { RecordKind } from '../../src/sinks/record.ts'
import { getSinkKind } from '../../src/sinks/registry.ts'
import type { Sink, SinkContext } from '../../src/sinks/sink.ts'

/** A record as a destination holds it. */
export interface Held {
  readonly kind: RecordKind
  readonly id: string
  /** The text of the event or object, as Okta sent it; absent where it is gone. */
  readonly raw?: string
}

/** One destination, empty at first. */
export interface Destination {
  /** A sink that writes to it: each as another process would open it. */
  open(): Promise<Sink>
  check(signal?: AbortSignal): Promise<void>
  /** What it holds, in the order it was written; of an object each change, or how it is now. */
  read(): Promise<readonly Held[]>
  /** Everything there is at the other side, to see whether anything changed. */
  dump(): Promise<string>
  /** Makes the other side take nothing. */
  break(): Promise<void>
  close(): Promise<void>
}

/** What a kind of the registry is opened and checked with. */
export function destinationOf(
  name: string,
  given: {
    readonly settings: object
    readonly secrets?: Readonly<Record<string, Secret>>
  } & Partial<Pick<SinkContext<unknown>, 'store' | 'transport' | 'clock'>>,
): Pick<Destination, 'open' | 'check'> {
  const kind = getSinkKind(name)
  const context: SinkContext<Record<string, unknown>> = {
    secrets: {},
    sink: { id: 'sink-1', name },
    clock: new TestClock(),
    dev: true,
    get store(): never {
      throw new Error('This sink was given no store.')
    },
    transport: () => Promise.reject(new Error('This sink was given no way to the network.')),
    ...given,
    settings: kind.settings.parse(given.settings),
  }
  return { open: () => kind.open(context), check: (signal) => kind.check(context, signal) }
}
