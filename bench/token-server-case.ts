/** @module A server of bench/token-server.ts, in a process of its own: Postern with a cached token, or `node:http` alone. */

import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startOrg } from '@postern/emulator'
import { createApp } from '../packages/postern/src/server/app.ts'
import { defaultLimits } from '../packages/postern/src/server/limits.ts'
import { listen } from '../packages/postern/src/server/listen.ts'
import { openService } from '../packages/postern/src/service.ts'

/** What is measured. */
export type ServerKind = 'bare' | 'postern'

/** Where it listens, and what lets a caller in. */
export interface ServedCase {
  readonly port: number
  readonly authorization: string
}

const org = await startOrg()
const dataDir = mkdtempSync(path.join(tmpdir(), 'postern-bench-'))
const service = await openService({ dataDir, env: {}, dev: true })
const authorization = `Bearer ${service.localKey.reveal()}`
const post = (at: string, body: object) =>
  service.app.request(at, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
await post('/v1/connections', {
  name: 'acme',
  orgUrl: org.url,
  clientId: org.app.clientId,
  key: JSON.stringify(org.app.key),
  scopes: org.app.scopes,
})
const answer = await (await post('/v1/connections/acme/token', {})).text()

if (process.argv[2] === 'postern') {
  // What one caller may ask in a second is no part of how fast it is answered.
  const rate = { burst: 1e9, perSecond: 1e9 }
  const limits = { ...defaultLimits, requests: rate }
  const { url } = await listen(createApp(service, { limits }))
  tell(Number(new URL(url).port))
} else {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-request-id': randomUUID(),
        'cache-control': 'no-store',
        'content-length': Buffer.byteLength(answer),
      })
      response.end(answer)
    })
  })
  server.listen(0, '127.0.0.1', () => tell((server.address() as AddressInfo).port))
}

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})

function tell(port: number): void {
  const served: ServedCase = { port, authorization }
  process.send?.(served)
}
