/** @module Ten thousand callers who want a token at the same moment: the org is asked once (S17). */

import { startOrg } from '@postern/emulator'
import { expect, onTestFinished, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { createApp } from '../../src/server/app.ts'
import { by, openConnections, valuesOfApp } from '../connections/kept.ts'
import { openEmbedded, openServices } from './served-app.ts'

const CALLERS = 10_000
const MAX_ADDED_BYTES = 400 * 1024 * 1024

test('10,000 token requests at once are one request to the org, each counted in the audit log, in bounded memory', async () => {
  const kept = await openEmbedded()
  const org = await startOrg({ keyType: 'EC' })
  onTestFinished(async () => {
    await org.close()
    await kept.close()
  })
  const seal = await openTestSeal(kept.store)
  const values = valuesOfApp(org)
  await (await openConnections(kept, { seal })).connect({ name: 'acme', values }, by)
  const urls: string[] = []
  const connections = await openConnections(kept, {
    seal,
    onRequest: ({ url }) => void urls.push(url),
  })
  const services = openServices({ store: kept.store, clock: new TestClock(), seal, connections })
  const app = createApp(services)
  const headers = { authorization: `Bearer ${services.accessKeys.addLocal().reveal()}` }
  const bytesBefore = process.memoryUsage.rss()

  const answers = await Promise.all(
    Array.from({ length: CALLERS }, () =>
      app.request('/v1/connections/acme/token', { method: 'POST', headers }),
    ),
  )
  const tokens = await Promise.all(answers.map(async (answer) => (await answer.json()).accessToken))
  const addedBytes = process.memoryUsage.rss() - bytesBefore

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(tokens).size).toBe(1)
  expect(urls.map((url) => new URL(url).pathname)).toEqual(['/oauth2/v1/token'])
  expect(addedBytes).toBeLessThan(MAX_ADDED_BYTES)
  await services.auditBatch.close()
  const rows = await kept.store.db
    .selectFrom('audit')
    .select('details')
    .where('action', '=', 'token.hand-out')
    .execute()
  const counted = rows.map(({ details }) => JSON.parse(details).count ?? 1)
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(CALLERS)
  expect(counted.length).toBeLessThan(20)
}, 120_000)
