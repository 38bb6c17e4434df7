/**
 * @module Callers who ask for a token of one connection at the same time, none of which is there yet (figure P5's other
 * half): how many requests that makes at the org. `npm run token-flight -w bench [-- --write]`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startOrg } from '@postern/emulator'
import { openService } from '../packages/postern/src/service.ts'
import { report } from './report.ts'

const org = await startOrg()
let arrived = 0
const write = org.org.log.write.bind(org.org.log)
org.org.log.write = (draft, cause) => {
  if (draft.eventType === 'app.oauth2.token.grant.access_token') arrived++
  write(draft, cause)
}

const dataDir = mkdtempSync(path.join(tmpdir(), 'postern-bench-'))
await openAndAsk(async (post) => {
  await post('/v1/connections', {
    name: 'acme',
    orgUrl: org.url,
    clientId: org.app.clientId,
    key: JSON.stringify(org.app.key),
    scopes: org.app.scopes,
  })
})
const rows: (string | number)[][] = []
for (const callers of [1_000, 10_000]) {
  // A service that has just been opened has no token, and its connection is still sealed.
  await openAndAsk(async (post) => {
    arrived = 0
    const before = process.memoryUsage().heapUsed
    const beganMs = performance.now()
    const asked = Array.from({ length: callers }, () => post('/v1/connections/acme/token', {}))
    const heapBytes = process.memoryUsage().heapUsed - before
    const answers = await Promise.all(asked)
    const ms = performance.now() - beganMs
    const given = answers.filter(({ status }) => status === 200).length
    rows.push([
      callers.toLocaleString('en'),
      given.toLocaleString('en'),
      arrived,
      Math.round(ms).toLocaleString('en'),
      Math.round(heapBytes / 2 ** 20),
    ])
  })
}
report('token-flight', 'npm run token-flight -w bench', [
  {
    columns: ['callers at once', 'tokens given', 'requests to the org', 'ms', 'MB while they wait'],
    rows,
  },
])
await org.close()
rmSync(dataDir, { recursive: true })

type Post = (at: string, body: object) => Promise<Response>

async function openAndAsk(work: (post: Post) => Promise<void>): Promise<void> {
  const service = await openService({ dataDir, env: {}, dev: true })
  const headers = {
    authorization: `Bearer ${service.localKey.reveal()}`,
    'content-type': 'application/json',
  }
  const post: Post = async (at, body) =>
    service.app.request(at, { method: 'POST', headers, body: JSON.stringify(body) })
  try {
    await work(post)
  } finally {
    await service.close()
  }
}
