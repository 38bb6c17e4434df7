/** @module Lists of ten thousand access keys and feeds: told a page at a time, found by what people look for, by the indexes that are for it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  explainStatement,
  hearStatements,
  type PlanStep,
  rowsRead,
} from '../../../../test/heard-statements.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { listAccessKeyPage } from '../../src/store/list-access-keys.ts'
import { countFeedsByCondition, listFeeds } from '../../src/store/list-feeds.ts'
import type { Store } from '../../src/store/store.ts'
import { fillLists, MANY } from './many-rows.ts'
import { type ServedApp, serveApp } from './served-app.ts'

const clock = new TestClock()

describe.each(stores)('ten thousand of a kind on $name', ({ open }) => {
  let opened: TestStore
  let app: ServedApp<'acmeAdmin' | 'acmeReader'>
  beforeAll(async () => {
    opened = await open()
    await fillLists(opened.store, clock.now())
  })
  afterAll(() => opened.close())

  const serve = async () => {
    app = await serveApp({
      store: opened.store,
      keys: {
        acmeAdmin: [{ connections: ['acme'], verbs: ['admin'] }],
        acmeReader: [{ connections: ['acme'], verbs: ['read'] }],
      },
    })
    return async (path: string, key?: string) =>
      (await app.send('GET', path, key === undefined ? {} : { key })).json ?? {}
  }
  const namesOf = (rows: unknown) => (rows as { name: string }[]).map(({ name }) => name)

  test('access keys are told a page at a time, the newest first, each of them once', async () => {
    const ask = await serve()
    const seen = new Set<string>()
    let after = ''
    for (let page = 0; page < 12; page++) {
      const told = await ask(`/v1/access-keys?text=robot&limit=1000${after}`)
      for (const name of namesOf(told['accessKeys'])) seen.add(name)
      if (page === 0) {
        expect(namesOf(told['accessKeys']).slice(0, 2)).toEqual(['robot 10000', 'robot 9999'])
        expect(told['counts']).toEqual({ live: 9_700, ending: 100, expired: 100, revoked: 100 })
      }
      if (told['next'] === undefined) break
      after = `&after=${told['next']}`
    }
    expect(seen.size).toBe(MANY)
  })

  test('access keys are found by a part of the name, the id and how they are', async () => {
    const ask = await serve()
    const found = async (query: string, key?: string) =>
      namesOf((await ask(`/v1/access-keys?limit=10&${query}`, key))['accessKeys'])
    expect(await found('text=ROBOT 777')).toEqual([
      ...['robot 7779', 'robot 7778', 'robot 7777', 'robot 7776', 'robot 7775', 'robot 7774'],
      ...['robot 7773', 'robot 7772', 'robot 7771', 'robot 7770'],
    ])
    expect(await found(`text=${idOf(77)}`)).toEqual(['robot 77'])
    expect((await found('state=revoked')).slice(0, 2)).toEqual(['robot 10000', 'robot 9900'])
    expect((await found('state=expired')).slice(0, 2)).toEqual(['robot 9901', 'robot 9801'])
    expect((await found('state=ending')).slice(0, 2)).toEqual(['robot 9902', 'robot 9802'])
    expect(await found('text=100%25')).toEqual([])
    // Half of them are about another connection too.
    expect((await found('text=robot', app.keys.acmeAdmin)).slice(0, 2)).toEqual([
      'robot 10000',
      'robot 9998',
    ])
    expect(namesOf((await ask('/v1/access-keys?text=robot 1'))['accessKeys']).slice(0, 2)).toEqual([
      'robot 1',
      'robot 10',
    ])
  })

  test('feeds are told a page at a time by name, found by what they are of and how they are, and counted', async () => {
    const ask = await serve()
    const first = await ask('/v1/feeds?limit=100&counts=true')
    expect(namesOf(first['feeds']).slice(0, 2)).toEqual(['feed-1', 'feed-10'])
    expect(first['counts']).toEqual({
      ...{ failed: 200, held: 100, paused: 100, running: 100, incomplete: 200, ok: 9_300 },
    })
    const next = await ask(`/v1/feeds?limit=100&after=${first['next']}`)
    expect(namesOf(next['feeds'])).not.toContain(namesOf(first['feeds']).at(-1))
    const found = async (query: string, key?: string) =>
      namesOf((await ask(`/v1/feeds?limit=3&${query}`, key))['feeds'])
    expect(await found('state=failed')).toEqual(['feed-1', 'feed-100', 'feed-1000'])
    expect(await found('state=held,paused')).toEqual(['feed-1002', 'feed-1003', 'feed-102'])
    expect(await found('state=running')).toEqual(['feed-1004', 'feed-104', 'feed-1104'])
    expect(await found('state=incomplete')).toEqual(['feed-1005', 'feed-1006', 'feed-105'])
    expect(await found('text=FEED-777')).toEqual(['feed-777', 'feed-7770', 'feed-7771'])
    expect(await found('connection=north')).toEqual(['feed-1', 'feed-1001', 'feed-1003'])
    expect(await found('text=feed-1', app.keys.acmeReader)).toEqual([
      ...['feed-10', 'feed-100', 'feed-1000'],
    ])
    const refused = await app.send('GET', '/v1/feeds?state=broken')
    expect([refused.status, refused.json?.['code']]).toEqual([400, 'request_invalid'])
  })

  test('a page goes by an index, and looks at no more rows than it has', async () => {
    const keys = await stepsOf(opened.store, () =>
      listAccessKeyPage(opened.store, { limit: 101 }, clock.now()),
    )
    expect(namesOfIndexes(keys)).toEqual(['access_key_created'])
    expect(rowsRead(keys, 'access_key')).toBe(101)
    const feeds = await stepsOf(opened.store, () =>
      listFeeds(opened.store, { after: 'feed-5', limit: 101 }),
    )
    expect(namesOfIndexes(feeds)).toContain('feed_name_key')
    expect(rowsRead(feeds, 'feed')).toBe(101)
  })

  test('of all feeds, runs are looked at of those alone that failed once or are under way', async () => {
    const counting = await stepsOf(opened.store, () => countFeedsByCondition(opened.store, {}))
    expect(namesOfIndexes(counting)).toEqual(expect.arrayContaining(['run_failed', 'run_feed']))
    expect(rowsRead(counting, 'run')).toBeLessThan(MANY / 10)
  })
})

/** How the database goes about what is asked in one statement. */
async function stepsOf(store: Store, ask: () => Promise<unknown>): Promise<readonly PlanStep[]> {
  const [statement, ...more] = await hearStatements(store, ask)
  if (statement === undefined || more.length > 0) throw new Error('It is not one statement.')
  return explainStatement(store, statement)
}

function namesOfIndexes(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap((step) => step['Index Name'] ?? [])
}

function idOf(index: number): string {
  return index.toString(16).padStart(16, '0')
}
