/**
 * @module A page into records (figure P4): `readRecords` beside `JSON.parse` of the same bytes, for pages that an emulated
 * org gave. `npm run records -w bench [-- --write]`.
 */

import { readRecords, toJsonLines } from '@postern/core'
import { fillHistory, type RunningOrg, startOrg } from '@postern/emulator'
import { type Case, measure } from './measure.ts'
import { report, type Table } from './report.ts'

const rounds = 7
const roundMs = 500
const hourMs = 3_600_000

/** Records a second. */
function perSecond(name: string, page: Uint8Array, records: number, work: () => number): Case {
  return {
    name,
    run: () => {
      const start = performance.now()
      let pages = 0
      while (performance.now() - start < roundMs) {
        if (work() < records) throw new Error(`${name} lost records of ${page.length} bytes.`)
        pages++
      }
      return (pages * records * 1_000) / (performance.now() - start)
    },
  }
}

async function compare(title: string, running: RunningOrg, path: string): Promise<Table> {
  const headers = { authorization: `SSWS ${running.adminToken}` }
  const answer = await fetch(`${running.url}${path}`, { headers })
  const page = new Uint8Array(await answer.arrayBuffer())
  const records = readRecords(page).length
  const decoder = new TextDecoder()
  const figures = await measure(
    [
      perSecond('`JSON.parse`', page, records, () => JSON.parse(decoder.decode(page)).length),
      perSecond('`readRecords`', page, records, () => readRecords(page).length),
      perSecond(
        '`readRecords` and JSON lines',
        page,
        records,
        () => toJsonLines(readRecords(page)).length,
      ),
    ],
    rounds,
  )
  const kilobytes = Math.round(page.length / 1_000)
  return { title: `${records} ${title}, ${kilobytes} KB`, unit: 'records/s', digits: 0, figures }
}

const running = await startOrg({ users: 300, edition: 'unlimited' })
try {
  const toMs = Date.now()
  fillHistory(running.org, { count: 2_000, fromMs: toMs - hourMs, toMs })
  const since = new Date(toMs - hourMs).toISOString()
  report('records', 'npm run records -w bench', [
    await compare('users', running, '/api/v1/users?limit=200'),
    await compare('events', running, `/api/v1/logs?limit=1000&since=${since}`),
  ])
} finally {
  await running.close()
}
