/** @module A Postern of the day: a process with everything that runs feeds, in time that the process which started it owns. */

import { Secret } from '@postern/core'
import { masterKeyFromFile } from '../../../src/config/master-key/file.ts'
import { Connections } from '../../../src/connections/connections.ts'
import { Rotations } from '../../../src/connections/rotations.ts'
import { rotateDue } from '../../../src/connections/scheduled-rotation.ts'
import { Feeds } from '../../../src/feeds/feeds.ts'
import { runFeed } from '../../../src/feeds/run.ts'
import { Schedules } from '../../../src/feeds/schedule.ts'
import { Sinks } from '../../../src/feeds/sinks.ts'
import { openOrgTransports } from '../../../src/http/org-transport.ts'
import { createOutboundTransport } from '../../../src/http/outbound.ts'
import { openLog } from '../../../src/log.ts'
import { Repeating } from '../../../src/service/repeating.ts'
import { sinkKinds } from '../../../src/sinks/registry.ts'
import type { Sink, SinkBatch, WriteOptions } from '../../../src/sinks/sink.ts'
import { openStore } from '../../../src/store/open.ts'
import { openSeal } from '../../../src/store/seal.ts'
import type { Store } from '../../../src/store/store.ts'
import { endLeases } from '../scene.ts'
import { type OnStep, steppedStore, steppedTransport, watchSinks, withSteps } from '../steps.ts'
import { holdDuringWork } from './held-work.ts'
import { SharedTime } from './shared-time.ts'
import type { Answer, DayTask, Seen, SetUp, Told, Wish } from './talk.ts'
import { TimedJobs } from './timed-jobs.ts'

const by = { actor: 'access-key:day', requestId: 'day' }
const LATENCY_MS = 200
const MINUTE_MS = 60_000

const task: DayTask = JSON.parse(process.argv[2] ?? '{}')
let answered = Promise.withResolvers<number>()
const tell = (told: Told) => void process.send?.(told)

let dieAt: { readonly step: string; left: number } | undefined
const onStep: OnStep = (step) => {
  if (step === dieAt?.step && --dieAt.left === 0) process.kill(process.pid, 'SIGKILL')
}

const time = new SharedTime(new Date(task.nowMs), (toMs) => {
  answered = Promise.withResolvers()
  tell({ what: 'leap', toMs })
  return answered.promise
})
holdDuringWork(time)
await watchSinks()
tellOfWrites()

const opened = await openStore({ dataDir: task.dataDir, database: new Secret(task.database) })
const seal = await openSeal(opened, { source: masterKeyFromFile(task.keyFile) })
await forgetTheDead(opened)
const store = steppedStore(opened, onStep)
const log = openLog({ level: 'silent' })
const openTransport = openOrgTransports({ dev: true })
const given = {
  store,
  seal,
  clock: time,
  log,
  dev: true,
  outbound: createOutboundTransport({ dev: true }),
}
const orgs = {
  ...given,
  customDomains: async () => [],
  openTransport: (org: string) =>
    time.delay(LATENCY_MS, steppedTransport(openTransport(org), onStep)),
}
const connections = new Connections(orgs)
const rotations = new Rotations({ ...orgs, connections })
const context = { ...given, connections }
const schedules = new Schedules({
  ...given,
  jobs: new TimedJobs(time),
  run: (feedId, options) =>
    time.task(() => withSteps(onStep, () => runFeed(context, feedId, options))),
})
const sinks = new Sinks(context)
const feeds = new Feeds({ ...context, schedules, sinks })
const repeating = new Repeating(given)

process.on('message', (answer: Answer) => {
  const { nowMs, die, wish } = answer
  if (die !== undefined) dieAt = { step: die.step, left: die.nth }
  if (wish !== undefined) void time.task(() => fulfil(wish))
  answered.resolve(nowMs)
})
const { setUp: first } = task
if (first !== undefined) await time.task(() => setUp(first))
await time.task(() => schedules.begin({ concurrency: 10 }))
repeating.begin({
  name: 'rotations that are due',
  everyMs: MINUTE_MS / 2,
  work: (signal) => time.task(() => rotateDue({ ...given, rotations }, signal)),
})
tell({ what: 'ready' })

async function setUp({ orgUrl, app, adminToken, sinks: wanted, feeds: named }: SetUp) {
  const key = new Secret(app.key)
  const { clientId, scopes } = app
  const values = { orgUrl, clientId, key, scopes, dpopRequired: true }
  await connections.connect({ name: 'acme', values, force: true }, by)
  const apiToken = new Secret(adminToken)
  await connections.connect({ name: 'admin', values: { orgUrl, apiToken }, force: true }, by)
  for (const members of wanted) await sinks.add(members, by)
  for (const members of named) await feeds.add(members, by)
}

async function fulfil(wish: Wish): Promise<void> {
  try {
    tell({ what: 'fulfilled', wish, seen: await doAs(wish) })
  } catch (error) {
    tell({ what: 'failed', wish, why: error instanceof Error ? `${error.message}` : String(error) })
  }
  if (wish !== 'stop') return
  process.disconnect()
  process.exit(0)
}

async function doAs(wish: Wish): Promise<Seen | undefined> {
  switch (wish) {
    case 'look':
      return look()
    case 'rotate':
      await rotations.rotate('acme', { admin: 'admin' }, by)
      return undefined
    case 'stop':
      await schedules.stop()
      await repeating.stop()
      await connections.close()
      await opened.close()
      return undefined
  }
}

/** What an operator is told: the state of the feeds, and what the doctor finds. */
async function look(): Promise<Seen> {
  const findings: string[] = []
  for await (const { status, code } of connections.examine('acme')) {
    if (status === 'failed' || status === 'warning') findings.push(code ?? '')
  }
  const views = await feeds.list({ limit: 100 })
  const seen = views.map(async ({ name, lastRun, lagSeconds = 0, sinks: of }) => {
    const ended = (await feeds.runs(name, 5)).find(({ outcome }) => outcome !== null)
    return {
      ...{ name, lagSeconds },
      code: ended?.report?.error?.code,
      waitedMs: Math.max(lastRun?.report?.waitedMs ?? 0, ended?.report?.waitedMs ?? 0),
      sinks: of.flatMap(({ error }) => error?.code ?? []),
    }
  })
  return { findings, feeds: await Promise.all(seen) }
}

/** Lets whoever started this process know when each batch is safe in a sink. */
function tellOfWrites(): void {
  for (const kind of sinkKinds) {
    const { open } = kind
    Object.assign(kind, {
      open: async (opening: Parameters<typeof open>[0]) => {
        const sink: Sink = await open.call(kind, opening)
        return {
          write: async (batch: SinkBatch, options: WriteOptions) => {
            const written = await time.during(() => sink.write(batch, options))
            const { feed, seq } = batch
            const rssKb = process.resourceUsage().maxRSS
            const atMs = time.now().getTime()
            const name = kind.name === 'jsonl' ? 'files' : 'tables'
            tell({ what: 'wrote', sink: name, feed: feed.name, seq, atMs, rssKb })
            return written
          },
          close: () => time.during(() => sink.close()),
        }
      },
    })
  }
}

/** Whoever was killed has no lease and takes no part of a rate limit by now: a minute has passed for it, though not here. */
async function forgetTheDead(dead: Store): Promise<void> {
  await endLeases(dead)
  await dead.db.deleteFrom('connection_use').execute()
}
