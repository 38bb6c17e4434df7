/**
 * @module A process with a small disk of its own: feeds write to files on it until there is no room, and go on when there is. For
 * ailing.test.ts.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { addEvents, startOrg } from '@postern/emulator'
import { testKeySource } from '../../../../test/test-seal.ts'
import { runFeed } from '../../src/feeds/run.ts'
import { openStore } from '../../src/store/open.ts'
import { openSeal } from '../../src/store/seal.ts'
import { countWrong, judge, type Verdict } from './checker.ts'
import { jsonlSink } from './held.ts'
import { addConnection, addFeed, eventsOf, openWorker, runToEnd } from './scene.ts'

const DISK_BYTES = 4 * 2 ** 20

const [disk, cases = '1'] = process.argv.slice(2)
if (disk === undefined) throw new Error('Usage: full-disk-feed.ts EMPTY-FOLDER [CASES]')
execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk])
const dataDir = mkdtempSync(path.join(tmpdir(), 'full-disk-feed-'))
const store = await openStore({ dataDir })
const seal = await openSeal(store, { source: testKeySource() })
const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
const options = { store, seal }
const worker = openWorker(options)
await addConnection(worker, running)
const verdicts: Verdict[] = []
let refused = 0
for (let number = 0; number < Number(cases); number++) {
  const name = `files-${number}`
  const sink = await jsonlSink(path.join(disk, name), name)
  const settings = { since: new Date().toISOString() }
  const feed = await addFeed(worker, { name: `log-${number}`, sinks: [sink], settings })
  const first = running.org.log.size
  const filler = path.join(disk, 'filler')
  // Now nothing fits, now some blocks do.
  fill(filler, (number % 4) * 7)
  addEvents(running.org, { count: 40 + 61 * (number % 9) })
  const { report } = (await runFeed(worker, feed.id, { trigger: 'request' })) ?? {}
  if (report?.notes.join().includes('sink_disk_full')) refused++
  addEvents(running.org, { count: 30 })
  await runFeed(worker, feed.id, { trigger: 'request' })
  const due = new Set(
    eventsOf(running)
      .slice(first)
      .map(({ uuid }) => uuid),
  )
  rmSync(filler)
  await runToEnd(options, feed)
  const verdict = judge(eventsOf(running).slice(first), await sink.read(feed.name))
  verdicts.push({ ...verdict, lost: verdict.lost.filter((uuid) => due.has(uuid)) })
  rmSync(path.join(disk, name), { recursive: true })
}
await worker.connections.close()
await running.close()
await store.close()
rmSync(dataDir, { recursive: true })
process.stdout.write(
  JSON.stringify({ cases: verdicts.length, refused, wrong: countWrong(verdicts) }),
)

/** Leaves so many blocks of the disk free. */
function fill(file: string, blocks: number): void {
  const { bavail, bsize } = statfsSync(path.dirname(file))
  writeFileSync(file, Buffer.alloc((bavail - blocks) * bsize))
}
