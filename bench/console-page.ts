/**
 * @module What the console takes of a browser where there is much: a million events, 10,000 connections, 100,000 rows of the audit
 * log, 5,000 access keys. For each view the time until it stands, the time that scripts and the layout take, the requests and what
 * they weigh, and the elements of the page; for each deed of somebody who looks for events, until what it leads to is shown.
 * Build first: `npm run build`. Then: `npm run console-page -w bench [-- --write] [-- --small]`, five minutes.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { chromium, type Page } from 'playwright-core'
import { listen } from '../packages/postern/src/server/listen.ts'
import { openService } from '../packages/postern/src/service.ts'
import { chromiumPath } from '../test/chromium-path.ts'
import { type Deed, exploreLog, watchPage } from './console-journey.ts'
import { fillConsole } from './console-rows.ts'
import { report } from './report.ts'

const ROUNDS = 5
const ACCESS_KEYS = 5_000
const amounts = {
  events: process.argv.includes('--small') ? 20_000 : 1_000_000,
  auditRows: 100_000,
  connections: 10_000,
}
const LOG = '/log?connection=connection-0'
const views: readonly (readonly [name: string, path: string])[] = [
  ['Overview', '/'],
  ['Connections', '/connections'],
  ['Connections, searched', '/connections?search=connection-99'],
  ['Connections, those that are broken', '/connections?state=failed'],
  ['one connection', '/connections/connection-7'],
  ['Access keys', '/access-keys'],
  ['Audit', '/audit'],
  ['Audit, far back', '/audit?before=2000'],
  ['Audit, of one connection', '/audit?connection=connection-7'],
  ['System Log', LOG],
  ['Settings', '/settings'],
]

const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const service = await openService({ dataDir: folder, env: {}, dev: true })
await fillConsole(service.store, amounts, new Date())
await sql`insert into access_key (id, name, rules, secret_hash, created_at)
  select 'k' || i, 'program ' || i, '[{"connections":["*"],"verbs":["read"]}]'::jsonb,
    sha256(i::text::bytea), now()
  from generate_series(1, ${ACCESS_KEYS}::integer) as i`.execute(service.store.db)
const listening = await listen(service.app)
const browser = await chromium.launch({
  executablePath: await chromiumPath(),
  args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
})

/** Has the browser count what a page takes. @returns what asks for it. */
async function countersOf(page: Page): Promise<() => Promise<Readonly<Record<string, number>>>> {
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable')
  return async () => {
    const { metrics } = await client.send('Performance.getMetrics')
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
  }
}

function middle(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

try {
  const context = await browser.newContext()
  const first = await context.newPage()
  await first.goto(`${listening.url}/console/`)
  await first.getByLabel('Access key').fill(service.localKey.reveal())
  await first.getByRole('button', { name: 'Sign in', exact: true }).click()
  await first.getByRole('button', { name: 'Sign out' }).waitFor()
  await first.close()
  const rows: (readonly (string | number)[])[] = []
  for (const [name, path] of views) {
    const taken: (readonly number[])[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const page = await context.newPage()
      const readCounters = await countersOf(page)
      const sizes: number[] = []
      page.on('response', async (response) => {
        if (!new URL(response.url()).pathname.startsWith('/v1/')) return
        if (response.url().endsWith('/v1/changes')) return
        sizes.push((await response.body().catch(() => Buffer.of())).length)
      })
      const start = performance.now()
      await page.goto(`${listening.url}/console${path}`)
      await page.locator('.view h1').waitFor()
      await page.locator('.awaited').first().waitFor({ state: 'detached' })
      const ms = performance.now() - start
      const {
        ScriptDuration = 0,
        LayoutDuration = 0,
        RecalcStyleDuration = 0,
      } = await readCounters()
      const elements = Number(await page.evaluate('document.querySelectorAll("*").length'))
      const bytes = sizes.reduce((sum, size) => sum + size, 0)
      const layoutMs = (LayoutDuration + RecalcStyleDuration) * 1e3
      taken.push([ms, ScriptDuration * 1e3, layoutMs, sizes.length, bytes / 1_024, elements])
      await page.close()
    }
    const medians = [0, 1, 2, 3, 4, 5].map((column) =>
      Math.round(middle(taken.map((round) => round[column] ?? 0))),
    )
    rows.push([name, ...medians])
    process.stderr.write(`${name}: ${medians.join(' ')}\n`)
  }
  const journeys: (readonly Deed[])[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const page = await context.newPage()
    await page.addInitScript(watchPage)
    journeys.push(await exploreLog(page, `${listening.url}/console${LOG}`))
    await page.close()
    process.stderr.write(`\rjourney ${round + 1} of ${ROUNDS}`)
  }
  process.stderr.write('\n')
  const deeds = (journeys[0] ?? []).map(({ name }, at) => {
    const of = (figure: (deed: Deed) => number) =>
      journeys.flatMap((deeds) => deeds[at] ?? []).map(figure)
    return [
      name,
      ...[of(({ shownMs }) => shownMs), of(({ answerMs }) => answerMs)].map(middle),
      ...[of(({ taskMs }) => taskMs), of(({ paintMs }) => paintMs)].map((all) => Math.max(...all)),
    ].map((cell) => (typeof cell === 'number' ? Math.round(cell) : cell))
  })
  report('console-page', 'npm run console-page -w bench', [
    {
      columns: [
        'view',
        'ms',
        'scripts, ms',
        'layout, ms',
        'requests',
        'KiB of answers',
        'elements',
      ],
      rows,
    },
    {
      columns: [
        'in the System Log (*: 200 ms of it wait for a pause in typing)',
        ...[
          'shown, ms',
          'longest answer, ms',
          'longest task, ms',
          'longest wait for a picture, ms',
        ],
      ],
      rows: deeds,
    },
  ])
} finally {
  await browser.close()
  await listening.close()
  await service.close()
  rmSync(folder, { recursive: true, force: true })
}
