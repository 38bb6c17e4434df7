import { randomBytes } from 'node:crypto'
import { Secret } from '@postern/core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { openTestSeal, testKeyLine, testKeySource } from '../../../../test/test-seal.ts'
import {
  type KeyService,
  MasterKeyError,
  type WrapContext,
} from '../../src/config/master-key/source.ts'
import { decrypt, encrypt } from '../../src/store/aes-gcm.ts'
import { openSeal, type Seal, type SecretPlace } from '../../src/store/seal.ts'
import { putSecret, readSecret, removeSecrets } from '../../src/store/secrets.ts'

const TOKEN = '00Hw3nYr8KzQ5vLb1TxJ6mCg9PdFs2EaU7oNiVykXW'

function placeOf(connectionId: string, label = ''): SecretPlace {
  return { connectionId, kind: 'api-token', label }
}

describe.each(stores)('a sealed secret on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  test('comes back as it was put, and the later one takes the place of the earlier', async () => {
    const place = placeOf('c1')
    await putSecret(kept.store, seal, place, new Secret('earlier'))
    await putSecret(kept.store, seal, place, new Secret('später ☂'))
    expect((await readSecret(kept.store, seal, place))?.reveal()).toBe('später ☂')
    expect(await readSecret(kept.store, seal, placeOf('c1', 'other'))).toBeUndefined()
  })

  test('is in no row of the database in clear', async () => {
    await putSecret(kept.store, seal, placeOf('c2'), new Secret(TOKEN))
    const dump = await kept.dump()
    expect(dump).toContain('c2')
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const) {
      expect(dump).not.toContain(Buffer.from(TOKEN).toString(encoding).slice(0, 16))
    }
  })

  test('goes with those of its connection, of its kind, or alone', async () => {
    await putSecret(kept.store, seal, placeOf('c3', 'a'), new Secret('a'))
    await putSecret(kept.store, seal, placeOf('c3', 'b'), new Secret('b'))
    await removeSecrets(kept.store, placeOf('c3', 'a'))
    expect(await readSecret(kept.store, seal, placeOf('c3', 'a'))).toBeUndefined()
    expect((await readSecret(kept.store, seal, placeOf('c3', 'b')))?.reveal()).toBe('b')
    await removeSecrets(kept.store, { connectionId: 'c3' })
    expect(await readSecret(kept.store, seal, placeOf('c3', 'b'))).toBeUndefined()
  })

  test.each([
    ['api-token', '', 'secret api-token of connection c5', 'the connection a new credential'],
    [
      'private-key',
      'k1',
      'secret private-key k1 of connection c5',
      'the connection a new credential',
    ],
    ['sink', 'token', 'secret sink token of sink c5', 'the sink its secret'],
    ['plan', '', 'secret plan of plan c5', 'from a backup'],
    ['action-answer', '', 'secret action-answer of run c5', 'from a backup'],
  ] as const)('that does not open is named: %s %s', async (kind, label, which, remedy) => {
    const place = { connectionId: 'c5', kind, label }
    const whole = await seal.seal(place, new Secret(TOKEN))
    const broken = { ...whole, sealed: whole.sealed.toReversed() }
    await expect(seal.unseal(place, broken)).rejects.toMatchObject({
      code: 'seal_broken',
      message: `The ${which} does not open.`,
      remedy: expect.stringContaining(remedy),
      details: place,
      cause: expect.any(Error),
    })
  })

  test('whose tag is cut to 12 bytes is refused', async () => {
    const place = placeOf('c4')
    const whole = await seal.seal(place, new Secret(TOKEN))
    for (const cut of [
      { ...whole, sealed: whole.sealed.subarray(0, -4) },
      { ...whole, wrappedKey: whole.wrappedKey.subarray(0, -4) },
      { ...whole, sealed: whole.sealed.subarray(0, 20) },
    ]) {
      await expect(seal.unseal(place, cut)).rejects.toMatchObject({ code: 'seal_broken' })
    }
    expect((await seal.unseal(place, whole)).reveal()).toBe(TOKEN)
  })
})

describe.each(stores.slice(0, 1))('a secret whose master key a service has', ({ open }) => {
  const key = randomBytes(32)
  const down = new Set<'wrap' | 'unwrap'>()
  const ask = (what: 'wrap' | 'unwrap', context: WrapContext) => {
    if (!down.has(what)) return Buffer.from(JSON.stringify(context))
    throw new MasterKeyError('master_key_unreadable', 'The service is down.', { remedy: 'Wait.' })
  }
  const service: KeyService = {
    wrap: async (_version, plain, context) => encrypt(key, plain, ask('wrap', context)),
    unwrap: async (_version, wrapped, context) => decrypt(key, wrapped, ask('unwrap', context)),
  }
  const source = { name: 'kms:test', read: async () => [{ version: 1, service }] }
  const place = placeOf('c1')

  test('is wrapped anew without being opened', async () => {
    const kept = await open()
    onTestFinished(() => kept.close())
    const seal = await openSeal(kept.store, { source })
    const whole = await seal.seal(place, new Secret(TOKEN))
    const again = await seal.rewrap(place, whole, 1)
    expect(again).toEqual({ ...whole, wrappedKey: expect.any(Uint8Array) })
    expect(Buffer.compare(again.wrappedKey, whole.wrappedKey)).not.toBe(0)
    expect((await seal.unseal(place, again)).reveal()).toBe(TOKEN)
  })

  test('is locked while the service is down, and says what to do', async () => {
    const kept = await open()
    onTestFinished(() => kept.close())
    const seal = await openSeal(kept.store, { source })
    const whole = await seal.seal(place, new Secret(TOKEN))
    onTestFinished(() => down.clear())
    down.add('wrap')
    const locked = { code: 'seal_locked', remedy: 'Wait.', details: place }
    await expect(seal.seal(place, new Secret('x'))).rejects.toMatchObject(locked)
    await expect(seal.rewrap(place, whole, 1)).rejects.toMatchObject(locked)
    down.add('unwrap')
    await expect(seal.unseal(place, whole)).rejects.toMatchObject(locked)
    await expect(seal.rewrap(place, whole, 1)).rejects.toMatchObject(locked)
    down.clear()
    expect((await seal.unseal(place, whole)).reveal()).toBe(TOKEN)
  })
})

describe.each(stores)('a locked store on $name', ({ open }) => {
  async function openKept(): Promise<TestStore> {
    const kept = await open()
    onTestFinished(() => kept.close())
    return kept
  }

  test('keeps no secret without a master key, and says where one is given', async () => {
    const kept = await openKept()
    const seal = await openSeal(kept.store, { source: undefined })
    expect(seal.state).toMatchObject({ status: 'locked', reason: 'missing' })
    const before = await kept.dump()
    await expect(
      putSecret(kept.store, seal, placeOf('c1'), new Secret(TOKEN)),
    ).rejects.toMatchObject({
      code: 'seal_locked',
      remedy: expect.stringContaining('--master-key'),
    })
    expect(await kept.dump()).toBe(before)
  })

  test('changes no byte with a wrong key, and the right one unlocks it while it runs', async () => {
    const kept = await openKept()
    const right = testKeyLine()
    const place = placeOf('c1')
    const first = await openSeal(kept.store, { source: testKeySource({ K: right }) })
    await putSecret(kept.store, first, place, new Secret(TOKEN))
    const before = await kept.dump()

    const env = { K: testKeyLine() }
    const clock = new TestClock()
    const seal = await openSeal(await kept.reopen(), { source: testKeySource(env), clock })
    expect(seal.state).toMatchObject({ status: 'locked', reason: 'wrong' })
    const locked = { code: 'seal_locked', details: { reason: 'wrong' } }
    await expect(readSecret(kept.store, seal, place)).rejects.toMatchObject(locked)
    await expect(putSecret(kept.store, seal, place, new Secret('x'))).rejects.toMatchObject(locked)
    expect(await kept.dump()).toBe(before)

    env.K = right
    // The source is looked at once a second at most.
    await expect(readSecret(kept.store, seal, place)).rejects.toMatchObject(locked)
    clock.advance(1_000)
    expect((await readSecret(kept.store, seal, place))?.reveal()).toBe(TOKEN)
    expect(seal.state).toEqual({ status: 'unlocked', version: 1 })
    expect(await kept.dump()).toBe(before)
  })

  test('is unlocked inside a transaction too', async () => {
    const kept = await openKept()
    const env: { K?: string } = {}
    const seal = await openSeal(kept.store, { source: testKeySource(env) })
    expect(seal.state).toMatchObject({ status: 'locked', reason: 'missing' })
    env.K = testKeyLine()
    const put = (connectionId: string) =>
      kept.store.transaction(() =>
        putSecret(kept.store, seal, placeOf(connectionId), new Secret(TOKEN)),
      )
    const rolledBack = kept.store.transaction(async () => {
      await putSecret(kept.store, seal, placeOf('c0'), new Secret(TOKEN))
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    await Promise.all([put('c1'), seal.keys.read(), put('c2')])
    expect((await readSecret(kept.store, seal, placeOf('c2')))?.reveal()).toBe(TOKEN)
    expect(await readSecret(kept.store, seal, placeOf('c0'))).toBeUndefined()
  })
})
