/** @module The long proof that feeds lose nothing, and keep within their limits: `node --conditions=source scripts/nightly.ts --runs 1000 --seed 7`. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

interface Kills {
  readonly events: number
  readonly runs: readonly {
    readonly sink: string
    readonly step: string
    readonly killed: boolean
  }[]
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    schedules: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
// A night's worth of schedules in one test.
const TEST_TIMEOUT_MS = 3_600_000
const root = fileURLToPath(new URL('..', import.meta.url))
const log = path.join(mkdtempSync(path.join(tmpdir(), 'postern-nightly-')), 'kills')
process.stdout.write(
  `${values.runs} kills and ${values.schedules} schedules, seed ${values.seed}\n`,
)
const kills = run('kill-feed', {
  // Half of them on each kind of store.
  POSTERN_KILL_RUNS: String(Math.ceil(Number(values.runs) / 2)),
  POSTERN_KILL_SEED: values.seed,
  POSTERN_KILL_LOG: log,
})
for (const store of ['PGlite', 'PostgreSQL']) show(store)
const schedules = run('lossless', {
  POSTERN_PROOF_RUNS: String(Math.ceil(Number(values.schedules) / 2)),
  POSTERN_PROOF_SEED: values.seed,
})
const pace = run('pace', {
  POSTERN_PROOF_RUNS: values.schedules,
  POSTERN_PROOF_SEED: values.seed,
})
const races = run('races', { POSTERN_RACES: 'all' })
const copies = run('copies', {
  POSTERN_PROOF_RUNS: String(Math.ceil(Number(values.schedules) / 4)),
  POSTERN_PROOF_SEED: values.seed,
})
process.exitCode = [kills, schedules, pace, races, copies].every(Boolean) ? 0 : 1

function run(name: string, settings: Readonly<Record<string, string>>): boolean {
  const file = `packages/postern/test/feeds/${name}.test.ts`
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', file, `--testTimeout=${TEST_TIMEOUT_MS}`],
    {
      cwd: root,
      env: { ...process.env, ...settings },
      stdio: 'inherit',
    },
  )
  return status === 0
}

function show(store: string): void {
  const { runs, verdicts, events }: Kills = JSON.parse(readFileSync(`${log}.${store}`, 'utf8'))
  const rows = Object.entries(verdicts).map(([sink, verdict]) => {
    const own = runs.filter((one) => one.sink === sink)
    const counts = Object.entries(verdict).map(([name, ids]) => [name, ids.length])
    return [
      sink,
      { kills: own.filter(({ killed }) => killed).length, ...Object.fromEntries(counts) },
    ]
  })
  process.stdout.write(`${store}: ${events} events, ${runs.length} processes\n`)
  // biome-ignore lint/suspicious/noConsole: a table for whoever looks in the morning.
  console.table(Object.fromEntries(rows))
}
