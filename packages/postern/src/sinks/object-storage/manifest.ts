/** @module What a feed wrote on a day: a list beside the objects, from which a reader knows that it has all of them, and whole. */

import { z } from 'zod'
import type { SinkBatch } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import type { Bucket } from './bucket.ts'

const entrySchema = z.object({
  /** Of the object. */
  key: z.string(),
  seq: z.int(),
  records: z.int(),
  /** Of the lines, unpacked. */
  bytes: z.int(),
  /** Of the lines, unpacked: what packs them may change between two versions of a program. */
  sha256: z.string(),
})

/** An object of a feed. */
export type ManifestEntry = z.output<typeof entrySchema>

const manifestSchema = z.object({ objects: z.array(entrySchema) })

// A list is written anew with each batch, so it must not grow with the day.
const SEQS_IN_LIST = 100

const MAX_ATTEMPTS = 10

/** The name of the list that has a batch: `_manifest-` and the first number that it can hold. */
export function manifestName(seq: number): string {
  const first = Math.floor((seq - 1) / SEQS_IN_LIST) * SEQS_IN_LIST + 1
  return `_manifest-${String(first).padStart(12, '0')}.json`
}

/**
 * Adds an object to the list of its day. An entry is the same whoever writes it, and lists are joined, never replaced:
 * writing it again, or late, changes nothing. The storage is asked to take the list only where nobody was faster.
 */
export async function addToManifest(
  bucket: Bucket,
  {
    key,
    entry,
    batch,
  }: { readonly key: string; readonly entry: ManifestEntry; readonly batch: SinkBatch },
  signal?: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const found = await bucket.get(key, signal)
    const before = parseEntries(found?.text)
    if (before.some((one) => isSame(one, entry))) return
    const objects = [...before.filter((one) => one.key !== entry.key), entry]
    const body = Buffer.from(textOf(batch, objects))
    const ifTag = found === undefined ? 'none' : found.tag
    const isPut = await bucket.put({ key, body, contentType: 'application/json', ifTag }, signal)
    if (isPut) return
  }
  throw new SinkError('sink_unreachable', 'Others write the list of the same day all the time.', {
    remedy: 'Check that no other Postern has a feed of the same name and prefix.',
  })
}

/** A list that is none was written by somebody else, and gives way. */
function parseEntries(text = ''): readonly ManifestEntry[] {
  try {
    return manifestSchema.parse(JSON.parse(text)).objects
  } catch {
    return []
  }
}

function isSame(one: ManifestEntry, other: ManifestEntry): boolean {
  return one.key === other.key && one.sha256 === other.sha256 && one.records === other.records
}

/** The same text for the same objects. */
function textOf(batch: SinkBatch, objects: readonly ManifestEntry[]): string {
  const { org, input, feed, readAt } = batch
  const sorted = objects.toSorted((one, other) => (one.key < other.key ? -1 : 1))
  const head = { org, feed: feed.name, input, date: readAt.toISOString().slice(0, 10) }
  return `${JSON.stringify({ ...head, objects: sorted }, undefined, 1)}\n`
}
