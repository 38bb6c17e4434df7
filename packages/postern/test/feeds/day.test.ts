/** @module A day of one org, with everything that befalls a feed in it: what each sink holds in the end, and what an operator was told. */

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { casesOf, PROOF_TIMEOUT_MS, tellProof } from '../../../../test/proof.ts'
import { newDatabase, stores } from '../../../../test/stores.ts'
import { EventBook } from './day/event-book.ts'
import { eventsIn, linesOf } from './day/held-by-day.ts'
import { copies, judgeCopy } from './day/judge-copies.ts'
import { lagsOf, recoveryOf } from './day/lags.ts'
import { planDay, type Trouble } from './day/plan.ts'
import { playDay } from './day/play-day.ts'
import { judgeRefusals, nameless } from './day/told.ts'

// Each trouble once; 24 with `npm run prove`.
const FEW_HOURS = 1
const MINUTE_MS = 60_000

test('a day of an org loses nothing and invents nothing, and an operator is told of each outage', {
  timeout: PROOF_TIMEOUT_MS,
}, async () => {
  const hours = casesOf(FEW_HOURS)
  const plan = planDay(hours)
  const kept = await openStore()
  const tables = await newDatabase('empty')
  onTestFinished(tables.drop)
  const folder = path.join(inject('runFolder'), 'day')
  mkdirSync(folder, { recursive: true })
  const day = await playDay({ ...kept, folder, tables }, plan)
  const { running, director, startMs } = day
  onTestFinished(running.close)

  const book = new EventBook(running, startMs)
  const held = { tables: eventsIn(tables.url), files: linesOf(folder, 'system-log') }
  for (const [sink, records] of Object.entries(held)) {
    const wrong = await book.judge(records)
    const writes = director.writtenBy('system-log', sink)
    const lags = lagsOf(book, writes)
    const [lag50, lag99] = [lags.at(0.5), lags.at(0.99)]
    const seen = { events: book.size, 'lag: half, s': lag50, 'lag: 99 of 100, s': lag99 }
    tellProof(`System Log in ${sink}`, { cases: hours / 2, seen, wrong })
    expect({ sink, ...wrong }).toEqual({ sink, lost: 0, duplicates: 0, invented: 0, changed: 0 })
  }
  for (const copy of copies) {
    const { objects, changes, wrong } = await judgeCopy(copy, { ...day, folder, url: tables.url })
    tellProof(`copy of ${copy.feed}`, { cases: 0, seen: { objects, changes }, wrong })
    expect({ copy: copy.feed, ...wrong }).toEqual({
      ...{ copy: copy.feed, lost: 0, invented: 0, changed: 0, untrueDeletions: 0 },
    })
  }
  const longestLags = new Map<Trouble, number>()
  for (const trouble of plan.troubles) {
    const fromMs = startMs + trouble.fromMs
    // Of what is over at once: what the log showed in the minute behind it.
    const toMs = Math.max(startMs + trouble.toMs, fromMs + MINUTE_MS)
    const recoveries = Object.keys(held).map((sink) =>
      recoveryOf(book, director.writtenBy('system-log', sink), { fromMs, toMs }),
    )
    const longest = Math.max(...recoveries.map((recovery) => recovery.longest))
    longestLags.set(trouble, longest)
    const seen = {
      minutes: (trouble.toMs - trouble.fromMs) / MINUTE_MS,
      'longest lag, s': longest,
      'caught up after, s': Math.max(...recoveries.map(({ caughtUp }) => caughtUp)),
    }
    const at = new Date(trouble.fromMs).toISOString().slice(11, 16)
    tellProof(`${at} ${trouble.name}`, { cases: 0, seen, wrong: {} })
  }
  const refusals = judgeRefusals(day, plan)
  const unnamed = nameless(day, (trouble) => longestLags.get(trouble) ?? 0)
  tellProof('the process', {
    cases: 0,
    seen: {
      starts: director.starts,
      kills: director.kills,
      'peak of memory, MB': Math.round(director.maxRssKb / 1_024),
      'refused (429)': refusals.all,
    },
    wrong: { unexplained429: refusals.unexplained.length, unnamed: unnamed.length },
  })
  expect(refusals.unexplained).toEqual([])
  expect(unnamed).toEqual([])
  expect(director.kills).toBe(plan.troubles.filter(({ name }) => name === 'kill -9').length)
  // The key was rotated to the end: the one that the app began with is gone.
  const app = [...running.org.apps].find(({ oauth }) => oauth?.clientId === running.app.clientId)
  const kids = app?.oauth?.keys.map(({ jwk }) => jwk['kid'])
  expect(kids).toHaveLength(1)
  expect(kids).not.toContain(running.app.key.kid)
  expect(running.unexpected).toEqual([])
})

/** A store on PostgreSQL, closed: each process opens it. */
async function openStore() {
  const [, postgres] = stores
  const kept = await postgres?.open()
  const { dataDir, database } = kept?.place ?? {}
  if (kept === undefined || dataDir === undefined || database === undefined)
    throw new Error('There is no store on PostgreSQL.')
  onTestFinished(() => kept.close())
  await kept.store.close()
  return { dataDir, database: database.reveal() }
}
