/** @module Feeds that several processes run: each fire once, and none is lost with the process that had it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { storeFeed } from './stored-feed.ts'

const TIMEOUT_MS = 90_000

interface Running {
  readonly child: ChildProcess
  /** What it has run so far. */
  readonly ran: string[]
  /** Resolves when it has run so many. */
  until(count: number): Promise<void>
}

describe.each(stores)('a process that runs feeds on $name', ({ open }) => {
  test(
    'and is killed in the middle leaves them to another one',
    async () => {
      const opened = await open()
      onTestFinished(() => opened.close())
      const feed = await storeFeed(opened.store, { nextRunAt: new Date() })
      await opened.store.close()
      const first = runFeeds(opened, 'hang')
      await first.until(1)
      first.child.kill('SIGKILL')
      await once(first.child, 'close')
      // As if it had been silent for as long as a job may be.
      const store = await opened.reopen()
      await sql`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`.execute(
        store.db,
      )
      await store.close()
      const second = runFeeds(opened, 'end')
      await second.until(1)
      expect([...first.ran, ...second.ran]).toEqual([feed.id, feed.id])
      second.child.kill('SIGKILL')
      await once(second.child, 'close')
      await opened.reopen()
    },
    TIMEOUT_MS,
  )
})

describe('two processes that run feeds on PostgreSQL', () => {
  test(
    'share them: each fire is run once',
    async () => {
      const opened = await openPostgres()
      onTestFinished(() => opened.close())
      const nextRunAt = new Date()
      const ids: string[] = []
      for (let index = 0; index < 60; index++) {
        ids.push((await storeFeed(opened.store, { nextRunAt })).id)
      }
      const both = [runFeeds(opened, 'end'), runFeeds(opened, 'end')]
      const ran = () => both.flatMap((running) => running.ran)
      await expect.poll(() => ran().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(ids.length)
      expect(ran().toSorted()).toEqual(ids.toSorted())
    },
    TIMEOUT_MS,
  )
})

function openPostgres(): Promise<TestStore> {
  const postgres = stores.find(({ name }) => name === 'PostgreSQL')
  if (postgres === undefined) throw new Error('There is no PostgreSQL.')
  return postgres.open()
}

function runFeeds({ place }: TestStore, mode: 'hang' | 'end'): Running {
  const args = [place.dataDir, mode, ...(place.database ? [place.database.reveal()] : [])]
  const child = spawn(process.execPath, [...startOf('feeds/running-process'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ran: string[] = []
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
    const lines = said.split('\n')
    said = lines.pop() ?? ''
    ran.push(...lines)
  })
  return {
    child,
    ran,
    until: async (count) => {
      while (ran.length < count) await once(child.stdout, 'data')
    },
  }
}
