import { startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { AccessKeys } from '../../src/server/access-keys.ts'
import { createApp } from '../../src/server/app.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, openConnections, valuesOfApp } from '../connections/kept.ts'
import { openServices } from './served-app.ts'

const CALLERS = 10_000
// A caller costs a request, its answer and what waits for them.
const MAX_BYTES_EACH = 40_000

describe.each(stores)('10,000 callers who ask for a token at once on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  test('make one request to the org, get the same token, and leave a few rows', {
    timeout: 120_000,
  }, async () => {
    const org = await startOrg({ keyType: 'EC' })
    onTestFinished(org.close)
    // Counted where they arrive, at the org.
    let arrived = 0
    const write = org.org.log.write.bind(org.org.log)
    org.org.log.write = (draft, cause) => {
      if (draft.eventType === 'app.oauth2.token.grant.access_token') arrived++
      write(draft, cause)
    }
    const clock = new TestClock()
    const { store } = kept
    const connections = await openConnections(kept, { seal, clock })
    await connections.connect({ name: 'acme', values: valuesOfApp(org) }, by)
    const accessKeys = new AccessKeys({ store, clock })
    const services = openServices({ store, seal, clock, connections, accessKeys })
    const app = createApp(services)
    const key = accessKeys.addLocal().reveal()
    const headers = { authorization: `Bearer ${key}` }
    const ask = () =>
      app.request('/v1/connections/acme/token', { method: 'POST', headers, body: '' })
    arrived = 0

    const before = process.memoryUsage().heapUsed
    const asked = Array.from({ length: CALLERS }, ask)
    const peak = new Promise<number>((resolve) =>
      setImmediate(() => resolve(process.memoryUsage().heapUsed)),
    )
    const answers = await Promise.all(asked)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    // How many seconds are left may differ: writing the audit log moves the clock.
    const tokens = new Set(
      await Promise.all(answers.map(async (answer) => (await answer.json()).accessToken)),
    )
    expect(tokens.size).toBe(1)
    expect(arrived).toBe(1)
    expect(((await peak) - before) / CALLERS).toBeLessThan(MAX_BYTES_EACH)

    await services.auditBatch.flush()
    const rows = await store.db
      .selectFrom('audit')
      .select('details')
      .where('action', '=', 'token.hand-out')
      .execute()
    const counts = rows.map(({ details }) => Number(JSON.parse(details).count ?? 1))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(CALLERS)
    expect(rows.length).toBeLessThan(20)
  })
})
