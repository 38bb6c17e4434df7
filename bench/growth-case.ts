/** @module A server with the connections of a store, for bench/growth-connections.ts, in a process of its own. */

import { Secret } from '@postern/core'
import { createApp } from '../packages/postern/src/server/app.ts'
import { defaultLimits } from '../packages/postern/src/server/limits.ts'
import { listen } from '../packages/postern/src/server/listen.ts'
import { openService } from '../packages/postern/src/service.ts'

/** What it is started with, as JSON. */
export interface GrowthCaseOptions {
  readonly dataDir: string
  readonly database: string
}

/** What it has taken so far; told once it listens, and whenever it is asked. */
export interface Taken {
  readonly url: string
  readonly authorization: string
  readonly processorMs: number
  readonly megabytes: number
}

const { dataDir, database }: GrowthCaseOptions = JSON.parse(process.argv[2] ?? '')
const service = await openService({ dataDir, database: new Secret(database), env: {}, dev: true })
await service.begin()
// What one caller may ask in a second is no part of how fast it is answered.
const limits = { ...defaultLimits, requests: { burst: 1e9, perSecond: 1e9 } }
const { url } = await listen(createApp(service, { limits }))
const authorization = `Bearer ${service.localKey.reveal()}`

function tell(): void {
  const { user, system } = process.cpuUsage()
  globalThis.gc?.()
  const megabytes = process.memoryUsage.rss() / 2 ** 20
  process.send?.({
    ...{ url, authorization, megabytes },
    processorMs: (user + system) / 1_000,
  } satisfies Taken)
}

process.on('message', tell)
// Whoever started this one has ended.
process.on('disconnect', () => process.exit())
tell()
