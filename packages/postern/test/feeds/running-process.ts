/** @module A process that runs feeds which do nothing, and says which. With `hang`, its runs never end. For takeover.test.ts. */

import { writeSync } from 'node:fs'
import { Secret, systemClock } from '@postern/core'
import { Schedules } from '../../src/feeds/schedule.ts'
import { Jobs } from '../../src/jobs/jobs.ts'
import { openLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open.ts'
import { emptyReport } from '../../src/store/runs.ts'

const [dataDir, mode, database] = process.argv.slice(2)
if (dataDir === undefined)
  throw new Error('Usage: running-process.ts DATA-DIRECTORY MODE [DATABASE]')
const store = await openStore({
  dataDir,
  ...(database === undefined ? {} : { database: new Secret(database) }),
})
const log = openLog({ level: 'warn' })
const schedules = new Schedules({
  store,
  jobs: new Jobs({ store, log }),
  clock: systemClock,
  log,
  run: async (feedId) => {
    writeSync(1, `${feedId}\n`)
    if (mode === 'hang') await new Promise(() => undefined)
    return { runId: feedId, outcome: 'ok', report: emptyReport, more: false }
  },
})
await schedules.begin({ concurrency: 4 })
