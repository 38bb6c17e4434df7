/** @module Opens a stored sink: its settings as its kind reads them, and its secrets unsealed. */

import type { Clock, Transport } from '@postern/core'
import { getSinkKind } from '../sinks/registry.ts'
import type { Sink, SinkContext, SinkKind } from '../sinks/sink.ts'
import { SinkError } from '../sinks/sink-error.ts'
import type { Seal } from '../store/seal.ts'
import { readSinkSecrets, type SinkRow } from '../store/sinks.ts'
import type { Store } from '../store/store.ts'

/** What sinks are opened with. */
export interface OpenSinkContext {
  readonly store: Store
  readonly seal: Seal
  readonly clock: Clock
  /** The way to receivers outside of Okta. */
  readonly outbound: Transport
  /** Allows receivers on this machine. */
  readonly dev: boolean
  /** The kinds of sinks. Default: every one that there is. */
  readonly kinds?: readonly SinkKind[]
}

/**
 * Opens a sink for one feed; whoever opens it closes it.
 *
 * @throws {SinkError} where it cannot be opened; {@link SealError} where its secrets do not open.
 */
export async function openSink(context: OpenSinkContext, row: SinkRow): Promise<Sink> {
  const { kind, given } = await prepareSink(context, row)
  return kind.open(given)
}

/** A sink's kind and what it is opened with. @throws {SinkError} {@link SealError} */
export async function prepareSink(
  { store, seal, clock, outbound, dev, kinds }: OpenSinkContext,
  { id, name, kind: kindName, settings: stored }: SinkRow,
): Promise<{
  readonly kind: SinkKind
  readonly given: SinkContext<Readonly<Record<string, unknown>>>
}> {
  const kind = getSinkKind(kindName, kinds)
  const settings = parseStored(kind, stored)
  const takesSecrets = Object.keys(kind.secrets).length > 0
  const secrets = takesSecrets ? await readSinkSecrets(store, seal, id) : {}
  const sink = { id, name }
  return { kind, given: { settings, secrets, sink, store, transport: outbound, clock, dev } }
}

/** What was stored by another version may not be what this one takes. */
function parseStored(kind: SinkKind, stored: unknown): Readonly<Record<string, unknown>> {
  const parsed = kind.settings.safeParse(stored)
  if (parsed.success) return parsed.data
  const members = parsed.error.issues
    .flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : issue.path.join('.')))
    .join(', ')
  throw new SinkError(
    'sink_settings_invalid',
    `The settings of the sink are not in order: ${members}.`,
    {
      remedy: 'Set each anew with postern sink update NAME --set KEY=VALUE; KEY= takes it away.',
    },
  )
}
