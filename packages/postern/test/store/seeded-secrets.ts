/** @module Secrets of several connections, kinds and labels, to be found again. */

import { Secret } from '@postern/core'
import type { Seal, SecretKind, SecretPlace } from '../../src/store/seal.ts'
import { putSecret, readSecret } from '../../src/store/secrets.ts'
import type { Store } from '../../src/store/store.ts'

// Names that would be the same one after the other without a boundary between them.
const connectionIds = ['c', 'cp', 'cpr']
const kinds: readonly SecretKind[] = ['private-key', 'api-token', 'headers']
const labels = ['', 'key', '"],["']

/** Places of secrets, 27 at most. */
export function secretPlaces(count = 27): readonly SecretPlace[] {
  return connectionIds
    .flatMap((connectionId) =>
      kinds.flatMap((kind) => labels.map((label) => ({ connectionId, kind, label }))),
    )
    .slice(0, count)
}

/** The secret of a place. */
export function secretOf({ connectionId, kind, label }: SecretPlace): string {
  return `the secret of ${connectionId} ${kind} ${label}`
}

/** Keeps the secret of each place. */
export async function putSecrets(
  store: Store,
  seal: Seal,
  places: readonly SecretPlace[],
): Promise<void> {
  for (const place of places) await putSecret(store, seal, place, new Secret(secretOf(place)))
}

/** The places whose secret does not come back as it was put. */
export async function findUnopened(
  store: Store,
  seal: Seal,
  places: readonly SecretPlace[],
): Promise<readonly string[]> {
  const found = places.map(async (place) => {
    const opened = await readSecret(store, seal, place).catch((error: unknown) => error)
    return opened instanceof Secret && opened.reveal() === secretOf(place)
      ? []
      : [`${secretOf(place)}: ${opened}`]
  })
  return (await Promise.all(found)).flat()
}
