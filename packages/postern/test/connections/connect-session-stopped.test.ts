import { AsyncLocalStorage } from 'node:async_hooks'
import { startOrg } from '@postern/emulator'
import { expect, onTestFinished, test } from 'vitest'
import type { TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { openEmbedded } from '../server/served-app.ts'
import { openSessions } from './open-sessions.ts'

const MAX_STATEMENTS = 60
/** Which try a statement is of: a lease of an earlier one is given back when the store answers again. */
const tries = new AsyncLocalStorage<number>()

test('a try of a Connect session that is stopped at any statement after its first finding has kept the connection and ended, or neither', {
  timeout: 60_000,
}, async () => {
  const kept = await openEmbedded()
  onTestFinished(() => kept.close())
  const sessions = await openSessions(kept, { seal: await openTestSeal(kept.store) })
  const outcomes: string[] = []
  for (let statement = 1; outcomes.at(-1) !== 'whole'; statement++) {
    expect(statement).toBeLessThan(MAX_STATEMENTS)
    // Each has an org of its own: one would soon say that it is asked too much.
    const org = await startOrg({ keyType: 'EC' })
    const { clientId, key, scopes } = org.app
    const body = { orgUrl: org.url, clientId, key: JSON.stringify(key), scopes: scopes.join(' ') }
    const name = `stopped-${statement}`
    const { row, link } = await sessions.add({ name }, { actor: 'local' })
    await sessions.open(link.reveal(), undefined)
    const life = dieAt(kept, statement)
    const deed = { id: row.id, by: { actor: 'person' } }
    const tried = () => sessions.try(body, deed, { onFinding: life.begin })
    const outcome = await tries.run(statement, tried).then(
      () => 'whole',
      () => 'stopped',
    )
    life.end()
    await org.close()
    const { status } = await sessions.get(row.id)
    const left = await countOf(kept, name, row.id)
    expect([statement, status, left]).toEqual([
      statement,
      ...(status === 'connected'
        ? ['connected', { connections: 1, drafts: 0, secrets: 1 }]
        : ['open', { connections: 0, drafts: 1, secrets: 0 }]),
    ])
    outcomes.push(outcome === 'whole' ? outcome : status)
  }
  // Some before the commit, some after it, when only the answer was left.
  expect(new Set(outcomes)).toEqual(new Set(['open', 'connected', 'whole']))
  expect(outcomes.toSorted(byTime)).toEqual(outcomes)
})

/** A process that is gone at a statement: this one and all that follow come to nothing. */
function dieAt(kept: TestStore, statement: number) {
  const { store } = kept
  const db = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(store), 'db')
  let statements = 0
  let isLooking = false
  Object.defineProperty(store, 'db', {
    configurable: true,
    get: () => {
      const isOwn = isLooking && tries.getStore() === statement
      if (isOwn && ++statements >= statement) throw new Error('gone')
      return db?.get?.call(store)
    },
  })
  return {
    begin: () => {
      isLooking = true
    },
    end: () => {
      Reflect.deleteProperty(store, 'db')
    },
  }
}

async function countOf({ store }: TestStore, name: string, sessionId: string) {
  const rows = await store.db
    .selectFrom('connection')
    .select('id')
    .where('name', '=', name)
    .execute()
  const secretsOf = async (id: string) =>
    (await store.db.selectFrom('secret').selectAll().where('connection_id', '=', id).execute())
      .length
  return {
    connections: rows.length,
    drafts: await secretsOf(sessionId),
    secrets: await secretsOf(rows[0]?.id ?? ''),
  }
}

const ORDER = ['open', 'connected', 'whole']

function byTime(one: string, other: string): number {
  return ORDER.indexOf(one) - ORDER.indexOf(other)
}
