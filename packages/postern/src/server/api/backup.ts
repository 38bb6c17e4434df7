/** @module The route for a backup of everything that is kept. */

import { createWriteStream } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from '@hono/zod-openapi'
import { writeBackup } from '../../store/backup.ts'
import type { Api } from '../api.ts'
import type { Services } from '../services.ts'

const TYPE = 'application/gzip'
const CHUNK_BYTES = 65_536

/** Adds the route. */
export function addBackupRoute(api: Api): void {
  api.add(
    {
      method: 'get',
      path: '/v1/backup',
      operationId: 'writeBackup',
      tag: 'backup',
      summary:
        'Gives all that is kept as one file. Secrets stay sealed; the master key is not in it.',
      access: { verb: 'admin' },
      answer: z.string(),
      answerType: TYPE,
    },
    async ({ services, by, signal }) => {
      const file = await openSpooled(services, (output) =>
        writeBackup(services.store, output, { by, now: services.clock.now(), signal }),
      )
      const { size } = await file.stat()
      return new Response(streamOf(file), {
        headers: {
          'content-type': TYPE,
          'content-length': String(size),
          'cache-control': 'no-store',
        },
      })
    },
  )
}

/** A file that has no name any more. However slowly it is fetched, the store waits for the disk alone. */
async function openSpooled(
  { auditBatch }: Services,
  write: (output: ReturnType<typeof createWriteStream>) => Promise<unknown>,
) {
  // What is to be noted by now is part of the backup.
  await auditBatch.flush()
  const folder = await mkdtemp(join(tmpdir(), 'postern-backup-'))
  try {
    const path = join(folder, 'backup')
    await write(createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return await open(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a file holds; it is closed at its end, or when nobody wants more. */
function streamOf(file: FileHandle): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: async (controller) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES)
      if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
      await file.close()
      controller.close()
    },
    cancel: () => file.close(),
  })
}
