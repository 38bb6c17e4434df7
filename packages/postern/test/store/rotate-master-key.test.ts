import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Secret } from '@postern/core'
import { sql } from 'kysely'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { testKeyLine, testKeySource } from '../../../../test/test-seal.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { readMasterKeyStatus } from '../../src/store/master-key-status.ts'
import { openStore } from '../../src/store/open.ts'
import { retireMasterKeys } from '../../src/store/retire-master-key.ts'
import { type MasterKeyStep, rotateMasterKey } from '../../src/store/rotate-master-key.ts'
import { openSeal, type Seal } from '../../src/store/seal.ts'
import { putSealed, putSecret, readSecret } from '../../src/store/secrets.ts'
import type { Store } from '../../src/store/store.ts'
import { findUnopened, putSecrets, secretOf, secretPlaces } from './seeded-secrets.ts'

const by = { actor: 'local', requestId: 'r1' }
const places = secretPlaces(7)
const [place] = secretPlaces(1)
if (place === undefined) throw new Error('There is a first place.')

describe.each(stores)('the master key on $name', ({ open }) => {
  let kept: TestStore
  let store: Store
  let seal: Seal
  let keyFile: string
  beforeEach(async () => {
    kept = await open()
    onTestFinished(() => kept.close())
    ;({ store } = kept)
    keyFile = path.join(kept.place.dataDir, 'master-key')
    await makeMasterKeyFile(keyFile)
    seal = await openAnother()
    await putSecrets(store, seal, places)
  })

  /** The seal of another process, which knows what it has read. */
  async function openAnother(): Promise<Seal> {
    return openSeal(store, { source: masterKeyFromFile(keyFile) })
  }

  function linesOfFile(): readonly string[] {
    return readFileSync(keyFile, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('postern-master-key:'))
      .map((line) => line.split(':')[1] ?? '')
  }

  async function audited(action: string): Promise<readonly (string | null)[]> {
    const rows = await store.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', action)
      .orderBy('seq')
      .execute()
    return rows.map((row) => `${row.actor} ${row.target} ${row.request_id} ${row.details}`)
  }

  test('gets one new version also where the database runs the change again', async () => {
    let hasGivenWay = false
    const rotated = await rotateMasterKey(store, seal, by, {
      onStep: ({ step }) => {
        if (step !== 'version-made' || hasGivenWay) return
        hasGivenWay = true
        throw Object.assign(new Error('deadlock detected'), { code: '40P01' })
      },
    })
    expect(rotated).toMatchObject({ version: 2, isNew: true, rewrapped: 7 })
    expect(linesOfFile()).toEqual(['1', '2'])
    expect(await findUnopened(store, await openAnother(), places)).toEqual([])
  })

  test('gets a new version that wraps every secret, and the old one is retired', async () => {
    const steps: MasterKeyStep[] = []
    const rotated = await rotateMasterKey(store, seal, by, {
      batchSize: 3,
      onStep: (step) => steps.push(step),
    })
    expect(rotated).toEqual({ version: 2, isNew: true, rewrapped: 7, left: [] })
    expect(steps).toEqual([
      { step: 'version-made', version: 2 },
      { step: 'version-kept', version: 2 },
      ...places.map((_place, index) => ({ step: 'secret-rewrapped', done: index + 1, total: 7 })),
    ])
    expect(await findUnopened(store, seal, places)).toEqual([])
    expect((await readMasterKeyStatus(store, seal)).versions).toMatchObject([
      { version: 2, secrets: 7, atHand: true },
      { version: 1, secrets: 0, atHand: true },
    ])

    expect(await retireMasterKeys(store, seal, by)).toEqual({
      retired: [1],
      kept: [],
      toRemove: [],
    })
    expect(linesOfFile()).toEqual(['2'])
    expect(await findUnopened(store, await openAnother(), places)).toEqual([])
    expect(await readMasterKeyStatus(store, seal)).toMatchObject({
      state: { status: 'unlocked', version: 2 },
      source: `file:${keyFile}`,
      versions: [
        { version: 2, secrets: 7, atHand: true },
        { version: 1, secrets: 0, atHand: false, retiredAt: expect.any(Date) },
      ],
    })
    expect(await audited('master-key.rotate')).toEqual([
      'local 2 r1 {"before":1}',
      'local 2 r1 {"rewrapped":7,"left":0}',
    ])
    expect(await audited('master-key.retire')).toEqual(['local 1 r1 {}'])
  })

  test('is not retired while a secret needs it', async () => {
    const controller = new AbortController()
    const onStep = ({ step }: MasterKeyStep) => {
      if (step === 'secret-rewrapped') controller.abort(new Error('stopped here'))
    }
    const { signal } = controller
    const stopped = rotateMasterKey(store, seal, by, { batchSize: 2, onStep, signal })
    await expect(stopped).rejects.toThrow('stopped here')
    await expect(retireMasterKeys(store, seal, by)).rejects.toMatchObject({
      code: 'master_key_in_use',
      message: 'Secrets need version 1 of the master key: 6 of them.',
    })
    expect(linesOfFile()).toEqual(['1', '2'])
    expect(await findUnopened(store, await openAnother(), places)).toEqual([])
    // The one that was interrupted is finished; no third version is made.
    const rotated = await rotateMasterKey(store, seal, by)
    expect(rotated).toEqual({ version: 2, isNew: false, rewrapped: 6, left: [] })
  })

  test('is not rotated past a secret that is broken, which is named and left', async () => {
    await store.db
      .updateTable('secret')
      .set({ wrapped_key: new Uint8Array(60) })
      .where('connection_id', '=', place.connectionId)
      .where('kind', '=', place.kind)
      .where('label', '=', place.label)
      .execute()
    const rotated = await rotateMasterKey(store, seal, by, { batchSize: 1 })
    expect(rotated).toMatchObject({ rewrapped: 6, left: [{ ...place, code: 'seal_broken' }] })
    await expect(retireMasterKeys(store, seal, by)).rejects.toMatchObject({
      code: 'master_key_in_use',
    })
    expect(await findUnopened(store, seal, places.slice(1))).toEqual([])
  })

  test('is neither rotated nor retired where its file lost it, or has another one', async () => {
    const right = readFileSync(keyFile)
    for (const [text, code] of [
      [`${testKeyLine(1)}\n`, 'seal_locked'],
      [undefined, 'master_key_missing'],
    ] as const) {
      if (text === undefined) rmSync(keyFile)
      else writeFileSync(keyFile, text)
      await expect(rotateMasterKey(store, seal, by)).rejects.toMatchObject({ code })
      await expect(retireMasterKeys(store, seal, by)).rejects.toMatchObject({ code })
    }
    writeFileSync(keyFile, right, { mode: 0o600 })
    expect(await rotateMasterKey(store, seal, by)).toMatchObject({ version: 2, rewrapped: 7 })
    expect(await findUnopened(store, await openAnother(), places)).toEqual([])
  })

  test('that the operator gives has to be there first, and gets a line from nobody', async () => {
    const other = await open()
    onTestFinished(() => other.close())
    const env: { K: string } = { K: testKeyLine(1) }
    const fromEnv = await openSeal(other.store, { source: testKeySource(env) })
    await putSecrets(other.store, fromEnv, places)
    await expect(rotateMasterKey(other.store, fromEnv, by)).rejects.toMatchObject({
      code: 'master_key_not_newer',
      remedy: expect.stringContaining('Let env:K give version 2 beside the others'),
    })
    env.K += ` ${testKeyLine(5)}`
    const rotated = await rotateMasterKey(other.store, fromEnv, by)
    expect(rotated).toEqual({ version: 5, isNew: true, rewrapped: 7, left: [] })
    expect(await retireMasterKeys(other.store, fromEnv, by)).toEqual({
      retired: [1],
      kept: [],
      toRemove: [1],
    })
    env.K = env.K.split(' ')[1] ?? ''
    expect(await retireMasterKeys(other.store, fromEnv, by)).toMatchObject({ toRemove: [] })
    expect(await findUnopened(other.store, fromEnv, places)).toEqual([])
  })

  test('is followed by another process, in what it reads and in what it keeps', async () => {
    const another = await openAnother()
    const early = await another.seal(place, new Secret('sealed before'))
    await rotateMasterKey(store, seal, by)
    expect(await findUnopened(store, another, places)).toEqual([])
    await retireMasterKeys(store, seal, by)
    // Sealed under a version that nobody could open any more.
    await putSealed(store, another, place, early)
    const opened = await readSecret(store, await openAnother(), place)
    expect(opened?.reveal()).toBe('sealed before')
    expect(another.state).toEqual({ status: 'unlocked', version: 2 })
  })

  test('keeps every secret that is put while it is rotated and retired again and again', async () => {
    const another = await openAnother()
    let isOver = false
    const putting = (async () => {
      let puts = 0
      for (; !isOver; puts++) await putSecrets(store, another, places.slice(3))
      return puts
    })()
    for (const version of [2, 3, 4]) {
      expect(await rotateMasterKey(store, seal, by, { batchSize: 2 })).toMatchObject({ version })
      expect(await retireMasterKeys(store, seal, by)).toMatchObject({ retired: [version - 1] })
    }
    isOver = true
    expect(await putting).toBeGreaterThan(0)
    expect(await findUnopened(store, await openAnother(), places)).toEqual([])
    expect(linesOfFile()).toEqual(['4'])
  })

  test('is found by whoever asks for it while an earlier look is under way', async () => {
    const source = masterKeyFromFile(keyFile)
    const rotated = Promise.withResolvers<void>()
    const isHeld = { is: false }
    const another = await openSeal(store, {
      source: {
        ...source,
        read: async () => {
          const given = await source.read()
          if (isHeld.is) await rotated.promise
          return given
        },
      },
    })
    isHeld.is = true
    const early = another.keys.get(99).catch((error: unknown) => error)
    await rotateMasterKey(store, seal, by)
    const late = another.keys.get(2)
    rotated.resolve()
    expect(await late).toMatchObject({ version: 2 })
    expect(await early).toMatchObject({ code: 'seal_locked' })
  })

  test('gets one new version where two processes rotate it at once', async () => {
    const another = await openAnother()
    const rotations = await Promise.all([
      rotateMasterKey(store, seal, by),
      rotateMasterKey(store, another, by),
    ])
    const highest = Math.max(...rotations.map(({ version }) => version))
    expect(linesOfFile()).toEqual(Array.from({ length: highest }, (_, i) => String(i + 1)))
    expect(rotations.filter(({ isNew }) => isNew)).toHaveLength(highest - 1)
    expect(await findUnopened(store, await openAnother(), places)).toEqual([])
  })

  test('in a state without its newest version opens what it can, and keeps nothing', async () => {
    const first = readFileSync(keyFile, 'utf8')
    const behind = await openSeal(store, { source: testKeySource({ K: linesOnly(first) }) })
    const controller = new AbortController()
    const onStep = ({ step }: MasterKeyStep) => {
      if (step === 'secret-rewrapped') controller.abort()
    }
    const { signal } = controller
    await rotateMasterKey(store, seal, by, { onStep, signal }).catch(() => undefined)
    expect(await findUnopened(store, behind, places)).toEqual([
      expect.stringContaining('SealError: Version 2 of the master key is not here.'),
    ])
    await expect(
      putSecret(store, behind, place, new Secret(secretOf(place))),
    ).rejects.toMatchObject({ code: 'seal_locked', details: { reason: 'missing' } })
    expect(behind.state).toMatchObject({ status: 'locked', reason: 'missing' })
  })
})

test('a rotation waits for a secret that another process is keeping, and wraps it too', async () => {
  const kept = await stores.find(({ name }) => name === 'PostgreSQL')?.open()
  if (kept === undefined) return expect.fail('no store')
  onTestFinished(() => kept.close())
  const { store, place: where } = kept
  const env = { K: testKeyLine(1) }
  const seal = await openSeal(store, { source: testKeySource(env) })
  await putSecrets(store, seal, places)
  const elsewhere = await openStore(where)
  onTestFinished(() => elsewhere.close())
  const another = await openSeal(elsewhere, { source: testKeySource(env) })
  env.K += ` ${testKeyLine(2)}`

  const late = { ...place, label: 'late' }
  let rotation: ReturnType<typeof rotateMasterKey> | undefined
  await elsewhere.transaction(async () => {
    await putSecret(elsewhere, another, late, new Secret('late'))
    rotation = rotateMasterKey(store, seal, by)
    await vi.waitFor(async () => {
      const waiting = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(elsewhere.db)
      expect(waiting.rows).toHaveLength(1)
    })
  })
  expect(await rotation).toMatchObject({ version: 2, rewrapped: 8, left: [] })
  expect((await readSecret(store, seal, late))?.reveal()).toBe('late')
})

function linesOnly(text: string): string {
  return text.replace(/^#.*\n/gm, '')
}
