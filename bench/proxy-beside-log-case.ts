/**
 * @module The server of bench/proxy-beside-log.ts, in a process of its own: Postern on the embedded store, with a connection
 * whose requests go through it and others whose System Logs it reads. `proxy-beside-log-case.ts ORG-URL PACED-URL FAST-URL`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { createApp } from '../packages/postern/src/server/app.ts'
import { defaultLimits } from '../packages/postern/src/server/limits.ts'
import { listen } from '../packages/postern/src/server/listen.ts'
import { openService } from '../packages/postern/src/service.ts'

/** Where it listens, and what lets a caller in. */
export interface ServedProxy {
  readonly url: string
  readonly authorization: string
}

/** How long the event loop kept callers waiting. */
export interface Delays {
  readonly p99Ms: number
  readonly maxMs: number
  /** The most that the main thread worked at a stretch, without what it waited for: other processes do not change it. */
  readonly workMs: number
}

/** What it is to do while it is asked. */
export type Task = 'quiet' | 'paced' | 'fast'

const QUIET_MS = 10_000
const LOOK_EVERY_MS = 1
const [orgUrl, pacedUrl, fastUrl] = process.argv.slice(2)
const apiToken = `00TEST${'0'.repeat(36)}`
const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const service = await openService({ dataDir: folder, env: {}, dev: true })
const authorization = `Bearer ${service.localKey.reveal()}`
const delays = monitorEventLoopDelay({ resolution: 1 })
let feeds = 0

async function post(at: string, body: object): Promise<void> {
  const answer = await service.app.request(at, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${at}: ${await answer.text()}`)
  await answer.text()
}

await post('/v1/connections', { name: 'org', orgUrl, apiToken, force: true })
await post('/v1/connections', { name: 'paced', orgUrl: pacedUrl, apiToken, force: true })
await post('/v1/connections', { name: 'fast', orgUrl: fastUrl, apiToken, force: true })
// What one caller may ask in a second is no part of how fast it is answered.
const limits = { ...defaultLimits, requests: { burst: 1e9, perSecond: 1e9 } }
const { url } = await listen(createApp(service, { limits }))

/** A feed of its own for each time: the whole log from its start. */
async function syncLog(connection: string): Promise<void> {
  const name = `log-${++feeds}`
  await post('/v1/sinks', { name, kind: 'jsonl', settings: { path: join(folder, name) } })
  await post('/v1/feeds', { name, connection, input: 'system-log', sinks: [name] })
  const { outcome, report } = await service.feeds.run(name, { actor: 'bench' })
  if (outcome !== 'ok') throw new Error(JSON.stringify(report))
}

/** Notes the main thread's longest stretch of work. Its return ends it. */
function watchWork(): () => number {
  let longestMs = 0
  let before = process.threadCpuUsage()
  const timer = setInterval(() => {
    const now = process.threadCpuUsage()
    const workedMs = (now.user - before.user + now.system - before.system) / 1_000
    longestMs = Math.max(longestMs, workedMs)
    before = now
  }, LOOK_EVERY_MS)
  return () => {
    clearInterval(timer)
    return longestMs
  }
}

process.on('message', async (task: Task | 'end') => {
  if (task === 'end') {
    await service.close()
    rmSync(folder, { recursive: true, force: true })
    process.exit()
  }
  const endWork = watchWork()
  delays.reset()
  delays.enable()
  await (task === 'quiet' ? setTimeout(QUIET_MS) : syncLog(task))
  delays.disable()
  const ms = (nanoseconds: number) => nanoseconds / 1e6
  process.send?.({
    p99Ms: ms(delays.percentile(99)),
    maxMs: ms(delays.max),
    workMs: endWork(),
  } satisfies Delays)
})
process.send?.({ url, authorization } satisfies ServedProxy)
