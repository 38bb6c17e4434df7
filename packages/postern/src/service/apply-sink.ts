/** @module Makes a sink what a configuration file declares. */

import { hash, timingSafeEqual } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { PosternError, type Secret } from '@postern/core'
import type { DeclaredSink } from '../config/file/declared.ts'
import { type ReferenceSources, readReference } from '../config/file/reference.ts'
import type { Sinks } from '../feeds/sinks.ts'
import type { Seal } from '../store/seal.ts'
import { findSink, readSinkSecrets } from '../store/sinks.ts'
import type { Store } from '../store/store.ts'
import { type Applied, byConfig } from './applied.ts'

/** What {@link applySink} works with. */
export interface ApplySinkContext {
  readonly store: Store
  readonly seal: Seal
  readonly sinks: Sinks
  readonly sources: ReferenceSources
  readonly signal?: AbortSignal | undefined
}

class SinkConflict extends PosternError<'sink_other_kind'> {
  override readonly name = 'SinkConflict'
}

/**
 * Adds the sink, or changes what is other than the file says: each setting and secret that it names, and no others. It is
 * proven first that it can be written to, as it is for everybody.
 *
 * @throws {PosternError} where it cannot be so; the sink is then as it was before.
 */
export async function applySink(
  declared: DeclaredSink,
  context: ApplySinkContext,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  const { store, seal, sinks, signal } = context
  const { name, kind, settings } = declared
  const secrets = await readSecrets(declared, context)
  const row = await findSink(store, name)
  if (row === undefined) {
    await sinks.add({ name, kind, settings, secrets: textsOf(secrets) }, byConfig, { signal })
    return { outcome: 'added' }
  }
  if (row.kind !== kind) throw otherKind(name, row.kind)
  const kept = await readSinkSecrets(store, seal, row.id)
  const otherSettings = Object.entries(settings).filter(
    ([setting, value]) => !isDeepStrictEqual(row.settings[setting], value),
  )
  const otherSecrets = secrets.filter(([label, secret]) => !isSame(kept[label], secret))
  const changed = [...otherSettings, ...otherSecrets].map(([member]) => member).sort()
  if (changed.length === 0) return { outcome: 'unchanged' }
  const change = { settings: Object.fromEntries(otherSettings), secrets: textsOf(otherSecrets) }
  await sinks.update(name, change, byConfig, { signal })
  return { outcome: 'changed', changed }
}

type NamedSecret = readonly [label: string, secret: Secret]

async function readSecrets(
  { name, secrets }: DeclaredSink,
  { sources }: ApplySinkContext,
): Promise<readonly NamedSecret[]> {
  const read: NamedSecret[] = []
  for (const [label, reference] of Object.entries(secrets)) {
    read.push([label, await readReference(reference, `sinks.${name}.secrets.${label}`, sources)])
  }
  return read
}

function textsOf(secrets: readonly NamedSecret[]): Readonly<Record<string, string>> {
  return Object.fromEntries(secrets.map(([label, secret]) => [label, secret.reveal()]))
}

/** Whether two secrets are the same, in a time that does not tell how much of them is. */
function isSame(kept: Secret | undefined, wanted: Secret): boolean {
  if (kept === undefined) return false
  return timingSafeEqual(
    hash('sha256', kept.reveal(), 'buffer'),
    hash('sha256', wanted.reveal(), 'buffer'),
  )
}

function otherKind(name: string, kind: string): SinkConflict {
  return new SinkConflict('sink_other_kind', `The sink ${name} is of the kind ${kind}.`, {
    remedy: `Give the sink in the file another name, or remove that one: postern sink remove ${name}.`,
    details: { sink: name, kind },
  })
}
