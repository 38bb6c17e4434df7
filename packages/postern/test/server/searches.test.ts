/** @module Searches of records that take long: one caller has a few of them, and everybody else is served meanwhile. */

import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { keepConnection } from './kept-events.ts'
import { type Answer, serveApp } from './served-app.ts'

let opened: TestStore
beforeAll(async () => {
  const server = stores.find(({ name }) => name === 'PostgreSQL')
  if (server === undefined) throw new Error('There is no PostgreSQL.')
  opened = await server.open()
  await keepConnection(opened.store, 'acme')
})
afterAll(() => opened.close())

/** Keeps every search from ending. @returns lets them. */
async function holdSearches(): Promise<() => Promise<unknown>> {
  const holder = new pg.Client(opened.place.database?.reveal())
  await holder.connect()
  onTestFinished(() => holder.end())
  await holder.query(
    'begin; lock table records.event, records.event_count, records.object in access exclusive mode',
  )
  return () => holder.query('rollback')
}

test('of all kinds one caller has eight under way; the next is told when to come again', async () => {
  const reader = [{ connections: ['acme'], verbs: ['read' as const] }]
  const { send, keys } = await serveApp({ store: opened.store, keys: { one: reader, two: reader } })
  const get = (path: string, key: string = keys.one) =>
    send('GET', `/v1/connections/acme/${path}`, { key })
  const release = await holdSearches()
  const kinds = ['events', 'events/timeline', 'events/types', 'events/x', 'objects?kind=user']
  const answers: Answer[] = []
  const running = [...kinds, ...kinds, ...kinds].map(async (path) => {
    answers.push(await get(path))
  })
  await expect.poll(() => answers.length).toBe(7)
  for (const { status, json, headers } of answers) {
    expect([status, json?.['code']]).toEqual([429, 'request_too_many'])
    expect(headers.get('retry-after')).toBe('1')
  }
  // What is no search, and whoever has none under way, is served.
  expect((await send('GET', '/v1/connections', { key: keys.one })).status).toBe(200)
  const others = get('events', keys.two)
  await release()
  expect((await others).status).toBe(200)
  await Promise.all(running)
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status !== 429)).toHaveLength(8)
  expect(new Set(statuses)).toEqual(new Set([429, 200, 404]))
  expect((await get('events')).status).toBe(200)
})
