/** @module A server that is killed at a step of the change that it is asked for next. It is told by lines of JSON on standard input. */

import { createInterface } from 'node:readline'
import { Secret, systemClock } from '@postern/core'
import { Hono } from 'hono'
import { masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openLog } from '../../src/log.ts'
import { type AppEnv, createApp } from '../../src/server/app.ts'
import { listen } from '../../src/server/listen.ts'
import { openServices } from '../../src/service.ts'
import { openStore } from '../../src/store/open.ts'
import { openSeal } from '../../src/store/seal.ts'
import { type Step, steppedStore } from '../feeds/steps.ts'

/** What it is told first: the store that it serves. */
export interface ChangeTask {
  readonly dataDir: string
  readonly database?: string
  readonly keyFile: string
}

/** What it is told later: the step of the next change that it does not outlive, and its how many-th. */
export interface Death {
  readonly step: Step
  readonly nth: number
}

let death: Death | undefined
let isAsked = false
let count = 0

function onStep(step: Step): void {
  if (isAsked && step === death?.step && ++count === death.nth) process.kill(process.pid, 'SIGKILL')
}

async function serve({ dataDir, database, keyFile }: ChangeTask): Promise<string> {
  const opened = await openStore({
    dataDir,
    ...(database !== undefined && { database: new Secret(database) }),
  })
  const seal = await openSeal(opened, { source: masterKeyFromFile(keyFile) })
  const log = openLog({ level: 'silent' })
  const store = steppedStore(opened, onStep)
  const services = openServices({ store, clock: systemClock, seal, log, env: {}, dev: true })
  const app = createApp(services)
  const listened = new Hono<AppEnv>()
  listened.all('*', ({ req, env }) => {
    isAsked ||= req.path.includes('/actions/')
    return app.fetch(req.raw, env)
  })
  const { url } = await listen(Object.assign(listened, { findDirect: () => undefined }))
  return url
}

process.stdout.write('ready\n')
let url: string | undefined
for await (const line of createInterface({ input: process.stdin })) {
  if (url === undefined) url = await serve(JSON.parse(line))
  else {
    death = JSON.parse(line)
    isAsked = false
    count = 0
  }
  process.stdout.write(`${url}\n`)
}
