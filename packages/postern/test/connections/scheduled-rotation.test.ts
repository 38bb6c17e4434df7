import { retiredMinMs } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appChanges } from '../../../../test/app-changes.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { rotateDue } from '../../src/connections/scheduled-rotation.ts'
import { openLog } from '../../src/log.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by } from './kept.ts'
import { openRotated, type RotatedDesk } from './rotated.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

const superAdmin = {
  role: 'SUPER_ADMIN',
  scopes: ['okta.users.read', 'okta.apps.manage'],
} as const

describe.each(stores)('a scheduled rotation on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  const desk = (org = {}) =>
    openRotated({ kept, seal }, { org: { ...superAdmin, ...org }, rotationIntervalDays: 7 })

  const runDue = async (
    { clock, rotations }: RotatedDesk,
    log: ReturnType<typeof openLog> = openLog({ level: 'silent' }),
  ) => rotateDue({ store: kept.store, rotations, clock, log })

  const actorsOf = async ({ name }: RotatedDesk) => {
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['actor', 'outcome', 'details'])
      .where('connection', '=', name)
      .where('action', '=', 'connection.rotate')
      .orderBy('seq')
      .execute()
    return rows.map(
      ({ actor, outcome, details }) => `${actor} ${outcome} ${JSON.parse(details).phase}`,
    )
  }

  test('begins when the interval is over, and ends an hour later, as postern', async () => {
    const acme = await desk()
    const first = acme.running.app.key.kid
    acme.clock.advance(7 * DAY_MS - MINUTE_MS)
    await runDue(acme)
    expect(await acme.rotations.status(acme.name)).toMatchObject({ phase: null, keyInUse: first })
    acme.clock.advance(MINUTE_MS)
    await runDue(acme)
    const retired = await acme.rotations.status(acme.name)
    expect(retired).toMatchObject({ phase: 'retired', oldKey: first })
    await acme.works()
    await runDue(acme)
    expect((await acme.rotations.status(acme.name)).phase).toBe('retired')
    acme.clock.advance(retiredMinMs)
    await runDue(acme)
    const finished = await acme.rotations.status(acme.name)
    expect([finished.phase, finished.dueAt]).toEqual(['finished', null])
    expect(await acme.sealedKids()).toEqual([retired.newKey])
    expect(await actorsOf(acme)).toEqual([
      'postern ok planned',
      'postern ok registered',
      'postern ok proven',
      'postern ok switched',
      'postern ok retired',
      'postern ok finished',
    ])
    // The next one is counted from the switch.
    acme.clock.advance(7 * DAY_MS)
    await runDue(acme)
    expect((await acme.rotations.status(acme.name)).oldKey).toBe(retired.newKey)
  })

  test('is done once, however many processes look for what is due', async () => {
    const acme = await desk()
    acme.clock.advance(7 * DAY_MS)
    const seq = acme.running.org.ledger.size
    const others = await Promise.all([acme.another(), acme.another(), acme.another()])
    const log = openLog({ level: 'silent' })
    await Promise.all(
      others.map(({ rotations }) =>
        rotateDue({ store: kept.store, rotations, clock: acme.clock, log }),
      ),
    )
    expect(appChanges(acme.running, seq)).toEqual(['key created', 'key updated'])
    expect((await acme.rotations.status(acme.name)).phase).toBe('retired')
  })

  test('that fails leaves the old key in use, says why, and is tried again later and later', async () => {
    const acme = await desk({ role: 'READ_ONLY_ADMIN' })
    const lines: string[] = []
    const log = openLog({ level: 'info', stream: { write: (line) => void lines.push(line) } })
    acme.clock.advance(7 * DAY_MS)
    await runDue(acme, log)
    const { rotations, name, clock } = acme
    expect(await rotations.status(name)).toMatchObject({
      phase: 'planned',
      keyInUse: acme.running.app.key.kid,
      lastError: { code: 'rotation_needs_super_admin', at: clock.now().toISOString() },
      dueAt: new Date(clock.now().getTime() + 5 * MINUTE_MS).toISOString(),
    })
    expect(lines.map((line) => JSON.parse(line).code)).toEqual(['rotation_needs_super_admin'])
    await acme.works()
    clock.advance(4 * MINUTE_MS)
    await runDue(acme, log)
    expect(lines).toHaveLength(1)
    clock.advance(MINUTE_MS)
    await runDue(acme, log)
    expect(lines).toHaveLength(2)
    expect((await rotations.status(name)).dueAt).toBe(
      new Date(clock.now().getTime() + 10 * MINUTE_MS).toISOString(),
    )
    // Somebody gives it what it lacks.
    await rotations.rotate(name, { adminToken: acme.adminToken }, by)
    expect(await rotations.status(name)).toMatchObject({ phase: 'retired', lastError: null })
    expect(Object.keys(acme.keys())).toHaveLength(2)
  })

  test('without anybody who may do it says what is missing, again and again, and begins nothing', async () => {
    const acme = await desk({ scopes: ['okta.users.read'] })
    acme.clock.advance(7 * DAY_MS)
    await runDue(acme)
    const status = await acme.rotations.status(acme.name)
    expect(status).toMatchObject({
      phase: null,
      lastError: {
        code: 'rotation_needs_admin',
        remedy: expect.stringContaining('--rotation-admin NAME'),
      },
      nextRotationAt: new Date(acme.clock.now().getTime() + 5 * MINUTE_MS).toISOString(),
    })
    expect(await acme.sealedKids()).toHaveLength(1)
    const { connections, name } = acme
    const values = { orgUrl: acme.running.url, apiToken: acme.adminToken }
    await connections.connect({ name: `${name}-admin`, values }, by)
    const { warnings } = await connections.update(
      name,
      { members: { rotationAdmin: `${name}-admin` } },
      by,
    )
    expect(warnings).toEqual([])
    acme.clock.advance(5 * MINUTE_MS)
    await runDue(acme)
    expect((await acme.rotations.status(name)).phase).toBe('retired')
    await acme.works()
  })

  test('is announced as impossible as soon as it is asked for', async () => {
    const acme = await openRotated({ kept, seal }, { org: { scopes: ['okta.users.read'] } })
    const { warnings } = await acme.connections.update(
      acme.name,
      { members: { rotationIntervalDays: 7 } },
      by,
    )
    expect(warnings.map(({ code }) => code)).toEqual(['rotation_needs_admin'])
  })
})
