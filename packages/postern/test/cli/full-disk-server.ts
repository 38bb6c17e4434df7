/**
 * @module A process that mounts a small disk, starts a server on it, asks that for what it writes down until there is no room for
 * the journal, starts it again without and with room, and says how all that went. For full-disk.test.ts.
 */

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { readServerFile } from '../../src/config/server-file.ts'
import { openService } from '../../src/service.ts'
import { openPglite } from '../../src/store/pglite.ts'
import { createPlace } from './run.ts'

const SEGMENT_BYTES = 16 * 1024 * 1024
// Beyond three quarters of a segment PostgreSQL makes the next one when it starts.
const LEFT_BYTES = 4_400_000
const MAX_REQUESTS = 500

const [data] = process.argv.slice(2)
if (data === undefined) throw new Error('Usage: full-disk-server.ts EMPTY-FOLDER')
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=700', 'tmpfs', data])
await fillSegment(data)
const place = createPlace()
try {
  const started = Promise.withResolvers<void>()
  const start = ['start', '--data', data, '--port', '0', '--output', 'json']
  const ended = place.run(start, { onOutput: () => started.resolve(), timeoutMs: 10_000 })
  await Promise.race([started.promise, ended])
  const { acknowledged, refusal } = await addAccessKeys(data)
  const first = await ended
  const withoutRoom = await place.run(start)
  execFileSync('mount', ['-o', 'remount,size=200m', data])
  const store = await openPglite(data)
  const rows = await store.db.selectFrom('access_key').select('id').execute()
  await store.close()
  const kept = new Set(rows.map(({ id }) => id))
  const lost = acknowledged.filter((id) => !kept.has(id))
  const ends = [first, withoutRoom].map(({ code, stderr }) => [
    code,
    /"code": "store_disk_full"/.test(stderr),
  ])
  process.stdout.write(JSON.stringify({ acknowledged: acknowledged.length, refusal, ends, lost }))
} finally {
  place.remove()
}

/** Leaves little of the first segment of the journal, after the queue has its tables. */
async function fillSegment(dataDir: string): Promise<void> {
  const service = await openService({ dataDir, env: {}, dev: true })
  await service.begin()
  await sql`
    select pg_logical_emit_message(true, '', repeat('x',
      (${SEGMENT_BYTES - LEFT_BYTES} - (pg_current_wal_insert_lsn() - '0/0'::pg_lsn) % ${SEGMENT_BYTES})::int))
  `.execute(service.store.db)
  await service.close()
}

/** The ids of those that were answered well, and the code of the first refusal. */
async function addAccessKeys(dataDir: string) {
  const server = await readServerFile(dataDir)
  if (server === undefined) throw new Error('No server runs.')
  const acknowledged: string[] = []
  for (let number = 1; number <= MAX_REQUESTS; number++) {
    // What cannot be compressed takes most room.
    const paths = Array.from({ length: 100 }, () => `/${randomBytes(300).toString('base64url')}`)
    const rule = { connections: ['*'], verbs: ['proxy'], paths }
    const answer = await fetch(`${server.url}/v1/access-keys`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.accessKey.reveal()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: `key-${number}`, rules: [rule] }),
    })
    const body: Record<string, unknown> = JSON.parse(await answer.text())
    if (!answer.ok) return { acknowledged, refusal: body['code'] }
    acknowledged.push(String(body['id']))
  }
  throw new Error('There was room for everything.')
}
