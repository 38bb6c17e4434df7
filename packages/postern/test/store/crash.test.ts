/** @module What was acknowledged outlives kill -9, and nothing is half there. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import type { Store } from '../../src/store/store.ts'
import { verifyAudit } from '../../src/store/verify-audit.ts'

const ROUNDS = 2
const COMMITS_BEFORE_KILL = 25

describe.each(stores)('a process killed while it commits to $name', ({ open }) => {
  test('loses nothing that it acknowledged, and leaves no transaction half done', async () => {
    const opened = await open()
    onTestFinished(() => opened.close())
    let store = opened.store
    let next = 1
    for (let round = 0; round < ROUNDS; round++) {
      await store.close()
      const acknowledged = await commitUntilKilled(opened, next, COMMITS_BEFORE_KILL + round)
      store = await opened.reopen()
      const found = await hostsIn(store)
      const lost = Array.from(
        { length: acknowledged },
        (_, index) => `${index + 1}.example`,
      ).filter((host) => !found.domains.has(host))
      expect(lost).toEqual([])
      expect(found.audited).toEqual(found.domains)
      expect((await verifyAudit(store)).breach).toBeUndefined()
      next = found.domains.size + 1
    }
  }, 120_000)
})

/** Lets a process commit from a number on, kills it after so many commits, and gives the last one that it acknowledged. */
async function commitUntilKilled(
  { place }: TestStore,
  first: number,
  commits: number,
): Promise<number> {
  const args = [place.dataDir, String(first), ...(place.database ? [place.database.reveal()] : [])]
  const child = spawn(process.execPath, [...startOf('store/commit-process'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
    if (said.split('\n').length > commits) child.kill('SIGKILL')
  })
  await closed
  const whole = said.slice(0, said.lastIndexOf('\n'))
  return Number(whole.split('\n').at(-1))
}

async function hostsIn({ db }: Store) {
  const domains = await db.selectFrom('domain').select('host').execute()
  const audited = await db.selectFrom('audit').select('target').execute()
  return {
    domains: new Set(domains.map(({ host }) => host)),
    audited: new Set(audited.map(({ target }) => target)),
  }
}
