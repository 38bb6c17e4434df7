import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabaseWay } from '../../../../test/database-way.ts'
import { newDatabase } from '../../../../test/stores.ts'
import { listen } from '../../src/jobs/listen.ts'

const WITHIN = { timeout: 20_000 }

test('a server that is away for more than one attempt is listened to again when it is back', async () => {
  const database = await newDatabase('empty')
  onTestFinished(database.drop)
  const way = await openDatabaseWay(database.url)
  onTestFinished(() => way.close())
  const heard: string[] = []
  let connected = 0
  const listening = await listen(
    { connectionString: way.url },
    {
      statement: 'listen news',
      onNotification: (payload) => heard.push(payload),
      onReconnect: () => connected++,
    },
  )
  way.be('closed')
  await expect.poll(() => way.refusals, WITHIN).toBeGreaterThan(1)
  way.be('open')
  await expect.poll(() => connected, WITHIN).toBe(2)
  const other = new pg.Client(database.url)
  await other.connect()
  await other.query("notify news, 'again'")
  await other.end()
  await expect.poll(() => heard, WITHIN).toEqual(['again'])
  await listening.close()
})

test('who stops listening while the server is away has nothing left to wait for', async () => {
  const database = await newDatabase('empty')
  onTestFinished(database.drop)
  const way = await openDatabaseWay(database.url)
  onTestFinished(() => way.close())
  const told = { onNotification: () => undefined, onReconnect: () => undefined }
  const listening = await listen(
    { connectionString: way.url },
    { statement: 'listen news', ...told },
  )
  way.be('closed')
  await expect.poll(() => way.refusals, WITHIN).toBeGreaterThan(0)
  await expect(listening.close()).resolves.toBeUndefined()
})
