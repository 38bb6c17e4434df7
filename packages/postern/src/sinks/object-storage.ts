/** @module Records to object storage as Amazon S3 offers it: an object for each batch, and a list of them for each day. */

import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { toFileName, toSequenceName } from './file-name.ts'
import { type Bucket, openBucket } from './object-storage/bucket.ts'
import { addToManifest, manifestName } from './object-storage/manifest.ts'
import { type ObjectStorageSettings, objectStorageSettings } from './object-storage/settings.ts'
import type { SinkBatch, SinkKind } from './sink.ts'

const gzip = promisify(gzipCallback)

const NEWLINE = Buffer.from('\n')

/** Where RFC 1952 has the system that made a file, and what it says where that is nobody's business. */
const GZIP_SYSTEM = { at: 9, unknown: 255 } as const

/**
 * Writes each batch as `PREFIX/ORG/FEED/INPUT/dt=DATE/SEQ-ID.jsonl.gz`, where the date is that of the reading, and then adds it
 * to the list of its day. Key and bytes follow from the batch alone, so that a batch that is written again is the same object.
 */
export const objectStorage: SinkKind<typeof objectStorageSettings> = {
  name: 'object-storage',
  title: 'Object storage',
  summary: 'Writes gzipped JSON lines to Amazon S3 or what speaks its language.',
  guarantee: 'effectively-once',
  settings: objectStorageSettings,
  secrets: {
    accessKeyId: {
      required: false,
      summary: 'Absent: what this machine has, as the AWS SDK finds it.',
    },
    secretAccessKey: { required: false, summary: 'Of the access key.' },
    sessionToken: { required: false, summary: 'Of an access key that ends.' },
  },
  open: async (context) => {
    const bucket = await openBucket(context)
    return {
      write: async (batch, { signal }) => {
        await write(bucket, context.settings, batch, signal)
        return {}
      },
      close: async () => bucket.close(),
    }
  },
  check: async (context, signal) => {
    const bucket = await openBucket(context)
    const key = `${context.settings.prefix}/_check-${randomUUID()}`
    try {
      await bucket.get(key, signal)
      await bucket.put({ key, body: NEWLINE, contentType: 'text/plain' }, signal)
      await bucket.remove(key, signal)
    } finally {
      bucket.close()
    }
  },
}

async function write(
  bucket: Bucket,
  settings: ObjectStorageSettings,
  batch: SinkBatch,
  signal?: AbortSignal,
): Promise<void> {
  const lines = Buffer.concat(batch.records.flatMap(({ line }) => [line, NEWLINE]))
  const body = await gzip(lines)
  body[GZIP_SYSTEM.at] = GZIP_SYSTEM.unknown
  const folder = folderOf(settings, batch)
  const key = `${folder}/${toSequenceName(batch.seq)}-${batch.id.slice(0, 12)}.jsonl.gz`
  await bucket.put({ key, body, contentType: 'application/gzip' }, signal)
  const entry = {
    key,
    seq: batch.seq,
    records: batch.records.length,
    bytes: lines.length,
    sha256: createHash('sha256').update(lines).digest('hex'),
  }
  // Last: what is in the list is there.
  await addToManifest(bucket, { key: `${folder}/${manifestName(batch.seq)}`, entry, batch }, signal)
}

function folderOf({ prefix }: ObjectStorageSettings, batch: SinkBatch): string {
  const { org, feed, input, readAt } = batch
  const date = readAt.toISOString().slice(0, 10)
  return `${prefix}/${hostName(org)}/${toFileName(feed.name)}/${input}/dt=${date}`
}

/** A host as people know it; whatever no host has is written as {@link toFileName} does. */
function hostName(org: string): string {
  return org
    .split('.')
    .map((label) => toFileName(label) || '_')
    .join('.')
}
