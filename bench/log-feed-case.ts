/**
 * @module One run of bench/log-feed.ts, in a process of its own: a System Log to JSON lines, as a feed on the embedded store,
 * or as a loop without any durability. `log-feed-case.ts feed|bare ORG-URL FOLDER` prints events a second and memory;
 * `users` in the place of `feed` is the same feed of users.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { fetchTransport, type InputName, Org, Secret } from '@postern/core'
import { runFeed } from '../packages/postern/src/feeds/run.ts'
import { createTransport } from '../packages/postern/src/http/transport.ts'
import { openLog } from '../packages/postern/src/log.ts'
import { openPglite } from '../packages/postern/src/store/pglite.ts'
import { openTestSeal } from '../test/test-seal.ts'
import { declareFeed } from './declare-feed.ts'

const apiToken = `00TEST${'0'.repeat(36)}`

/** Tells how fast it went. */
interface Watch {
  /** Events are done with. */
  count(events: number): void
}

async function runAsFeed(
  input: InputName,
  url: string,
  folder: string,
  watch: Watch,
): Promise<void> {
  const store = await openPglite(folder)
  const org = new Org({
    url,
    dev: true,
    credential: { kind: 'api-token', apiToken: new Secret(apiToken) },
    transport: createTransport({ loopbackOrigins: new Set([url]) }),
  })
  await declareFeed(store, input, { url, folder })
  const context = {
    store,
    seal: await openTestSeal(store),
    clock: org.clock,
    outbound: fetchTransport,
    dev: true,
    log: openLog({ level: 'silent' }),
    connections: { open: async () => ({ org, signal: new AbortController().signal }) },
  }
  let emitted = 0
  const run = await runFeed(context, input, {
    trigger: 'schedule',
    budgetMs: 3_600_000,
    onProgress: (progress) => {
      watch.count(progress.emitted - emitted)
      emitted = progress.emitted
    },
  })
  if (run?.outcome !== 'ok') throw new Error(JSON.stringify(run?.report))
  await store.close()
}

/** Fetches, parses and writes, and is lost where it stops. */
async function runBare(url: string, folder: string, watch: Watch): Promise<void> {
  const lines = createWriteStream(join(folder, 'lines.jsonl'))
  const headers = { authorization: `SSWS ${apiToken}` }
  for (let next = `${url}/api/v1/logs?limit=1000&since=2026-01-01T00:00:00.000Z`; ; ) {
    const answer = await fetch(next, { headers })
    const events: readonly unknown[] = JSON.parse(await answer.text())
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
    if (!lines.write(text)) await once(lines, 'drain')
    watch.count(events.length)
    if (events.length < 1_000) break
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1] ?? ''
  }
  lines.end()
  await once(lines, 'finish')
}

/** The memory that this program has now. Its peak would be that of its start. */
function megabytes(): number {
  return process.memoryUsage.rss() / 1_024 ** 2
}

async function main([kind, url = '', folder = '']: readonly string[]): Promise<void> {
  let [events, first, startMs, startMb, peakMb] = [0, 0, 0, 0, 0]
  const watch: Watch = {
    count: (more) => {
      events += more
      peakMb = Math.max(peakMb, megabytes())
      // Starting a client is measured in bench/store-start.ts.
      if (startMs > 0 || events === 0) return
      first = events
      startMs = performance.now()
      startMb = megabytes()
    },
  }
  if (kind === 'bare') await runBare(url, folder, watch)
  else await runAsFeed(kind === 'users' ? 'users' : 'system-log', url, folder, watch)
  const seconds = (performance.now() - startMs) / 1_000
  const perSecond = (events - first) / seconds
  const { user, system } = process.cpuUsage()
  const grownMb = peakMb - startMb
  const cpuMs = (user + system) / 1_000
  process.stdout.write(JSON.stringify({ events, perSecond, cpuMs, grownMb }))
}

await main(process.argv.slice(2))
process.exit()
