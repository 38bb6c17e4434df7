/** @module The routes for the master key. */

import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { testKeyLine, testKeySource } from '../../../../test/test-seal.ts'
import { openSeal } from '../../src/store/seal.ts'
import { findUnopened, putSecrets, secretPlaces } from '../store/seeded-secrets.ts'
import { serveApp } from './served-app.ts'

const places = secretPlaces(3)

describe.each(stores)('the master key over HTTP, on $name', ({ open }) => {
  let kept: TestStore
  beforeEach(async () => {
    kept = await open()
    onTestFinished(() => kept.close())
  })

  /** An app whose master key is the text `K`. */
  async function serve(env: { K?: string }) {
    const seal = await openSeal(kept.store, { source: testKeySource(env) })
    return { seal, ...(await serveApp({ store: kept.store, services: { seal } })) }
  }

  test('is rotated with a line for each step, and the old version retired', async () => {
    const env = { K: testKeyLine(1) }
    const { seal, send } = await serve(env)
    await putSecrets(kept.store, seal, places)
    expect(await send('POST', '/v1/master-key/rotate')).toMatchObject({
      status: 409,
      json: { code: 'master_key_not_newer', details: { version: 1 } },
    })
    env.K += ` ${testKeyLine(2)}`
    const headers = { accept: 'application/jsonl' }
    const { lines } = await send('POST', '/v1/master-key/rotate', { headers })
    expect(lines).toEqual([
      { event: { step: 'version-kept', version: 2 } },
      ...[1, 2, 3].map((done) => ({ event: { step: 'secret-rewrapped', done, total: 3 } })),
      { result: { version: 2, isNew: true, rewrapped: 3, left: [] } },
    ])
    expect((await send('GET', '/v1/master-key')).json).toEqual({
      state: { status: 'unlocked', version: 2 },
      source: 'env:K',
      versions: [
        { version: 2, secrets: 3, atHand: true, createdAt: expect.stringMatching(/Z$/) },
        { version: 1, secrets: 0, atHand: true, createdAt: expect.stringMatching(/Z$/) },
      ],
    })
    expect((await send('POST', '/v1/master-key/retire')).json).toEqual({
      retired: [1],
      kept: [],
      toRemove: [1],
    })
    expect(await findUnopened(kept.store, seal, places)).toEqual([])
  })

  test('that is wrong is told of, and changed by nothing', async () => {
    const { seal } = await serve({ K: testKeyLine(1) })
    await putSecrets(kept.store, seal, places)
    const { send } = await serve({ K: testKeyLine(1) })
    expect((await send('GET', '/v1/master-key')).json).toMatchObject({
      state: { status: 'locked', reason: 'wrong', remedy: expect.any(String) },
      versions: [{ version: 1, secrets: 3, atHand: false }],
    })
    for (const deed of ['rotate', 'retire']) {
      expect(await send('POST', `/v1/master-key/${deed}`)).toMatchObject({
        status: 503,
        json: { code: 'seal_locked', details: { reason: 'wrong' } },
      })
    }
  })
})
