import { retiredMinMs } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appChanges } from '../../../../test/app-changes.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, codeOf } from './kept.ts'
import { openRotated, type RotatedDesk } from './rotated.ts'

const superAdmin = {
  role: 'SUPER_ADMIN',
  scopes: ['okta.users.read', 'okta.apps.manage'],
} as const

describe.each(stores)('the rotation of a connection kept on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())

  const desk = (options?: Parameters<typeof openRotated>[1]) => openRotated({ kept, seal }, options)

  const auditOf = async ({ name }: RotatedDesk) => {
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'outcome', 'details'])
      .where('connection', '=', name)
      .where('action', '=', 'connection.rotate')
      .orderBy('seq')
      .execute()
    return rows.map(({ actor, outcome, details }) => [actor, outcome, JSON.parse(details).phase])
  }

  test('switches the key, its settings and the audit log together, and retires the old key', async () => {
    const acme = await desk()
    const { name, rotations, adminToken, running } = acme
    const before = await acme.connections.get(name)
    const status = await rotations.rotate(name, { adminToken }, by)
    const newKid = status.keyInUse ?? ''
    expect(status).toMatchObject({
      phase: 'retired',
      oldKey: running.app.key.kid,
      newKey: newKid,
      dueAt: null,
      lastError: null,
    })
    expect(acme.keys()).toEqual({ [running.app.key.kid]: 'INACTIVE', [newKid]: 'ACTIVE' })
    const after = await acme.connections.get(name)
    expect(after.settings.publicJwk?.kid).toBe(newKid)
    expect(after.revision).toBeGreaterThan(before.revision)
    expect((await acme.sealedKids()).toSorted()).toEqual([running.app.key.kid, newKid].toSorted())
    await acme.works()
    expect(await auditOf(acme)).toEqual([
      [by.actor, 'ok', 'planned'],
      [by.actor, 'ok', 'registered'],
      [by.actor, 'ok', 'proven'],
      [by.actor, 'ok', 'switched'],
      [by.actor, 'ok', 'retired'],
    ])
  })

  test('destroys the old key an hour after it was taken out of use, and not before', async () => {
    const acme = await desk()
    const { name, rotations, adminToken } = acme
    await rotations.rotate(name, { adminToken }, by)
    const early = rotations.rotate(name, { adminToken, end: 'retire' }, by)
    expect(await codeOf(early)).toBe('rotation_too_early')
    expect(await acme.sealedKids()).toHaveLength(2)
    expect((await rotations.status(name)).lastError).toBeNull()
    acme.clock.advance(retiredMinMs)
    const status = await rotations.rotate(name, { adminToken, end: 'retire' }, by)
    expect(status.phase).toBe('finished')
    expect(acme.keys()).toEqual({ [status.keyInUse ?? '']: 'ACTIVE' })
    expect(await acme.sealedKids()).toEqual([status.keyInUse])
    await acme.works()
  })

  test('taken back, leaves nothing of the new key in the org and in the store', async () => {
    const acme = await desk()
    const { name, rotations, adminToken, running } = acme
    await rotations.rotate(name, { adminToken }, by)
    const status = await rotations.rotate(name, { adminToken, end: 'roll-back' }, by)
    expect(status).toMatchObject({ phase: 'rolled-back', keyInUse: running.app.key.kid })
    expect(acme.keys()).toEqual({ [running.app.key.kid]: 'ACTIVE' })
    expect(await acme.sealedKids()).toEqual([running.app.key.kid])
    await acme.works()
    // And again.
    expect((await rotations.rotate(name, { adminToken }, by)).phase).toBe('retired')
    await acme.works()
  })

  test('can leave the old key in use until somebody ends it', async () => {
    const acme = await desk()
    const { name, rotations, adminToken } = acme
    const both = await rotations.rotate(name, { adminToken, end: 'keep-old' }, by)
    expect([both.phase, Object.values(acme.keys())]).toEqual(['switched', ['ACTIVE', 'ACTIVE']])
    expect((await rotations.rotate(name, { adminToken }, by)).phase).toBe('retired')
  })

  test('is seen by another process with its next request', async () => {
    const acme = await desk()
    const other = await acme.another()
    const { org } = await other.connections.open(acme.name)
    await org.request({ path: '/api/v1/users' })
    await acme.rotations.rotate(acme.name, { adminToken: acme.adminToken }, by)
    // As in the embedded store nobody else may be, the other one is told there.
    other.connections.changed((await acme.connections.get(acme.name)).id)
    acme.clock.advance(3_600_000)
    await org.request({ path: '/api/v1/users' })
  })

  test('is done by one process at a time', async () => {
    const acme = await desk()
    const { name, adminToken } = acme
    let second: Promise<unknown> | undefined
    const other = await acme.another()
    await acme.rotations.rotate(name, { adminToken }, by, {
      onProgress: () => {
        second ??= codeOf(other.rotations.rotate(name, { adminToken }, by))
      },
    })
    expect(await second).toBe('rotation_busy')
    expect(Object.values(acme.keys()).toSorted()).toEqual(['ACTIVE', 'INACTIVE'])
  })

  test('stopped after any request, leaves a key in use that works, and goes on', async () => {
    const acme = await desk()
    const { name, adminToken, running } = acme
    let total = 0
    const counting = await acme.another({ onAnswer: () => total++ })
    await counting.rotations.rotate(name, { adminToken }, by)
    expect(total).toBeGreaterThan(8)
    for (let stopAfter = 1; stopAfter <= total; stopAfter++) {
      acme.clock.advance(retiredMinMs)
      await acme.rotations.rotate(name, { adminToken, end: 'retire' }, by)
      const dying = await acme.another({ stopAfter })
      await expect(dying.rotations.rotate(name, { adminToken }, by)).rejects.toThrow()
      await acme.works()
      const { phase, keyInUse } = await acme.rotations.rotate(name, { adminToken }, by)
      const usable = acme.keys()[keyInUse ?? '']
      expect([stopAfter, phase, usable]).toEqual([stopAfter, 'retired', 'ACTIVE'])
      expect([Object.keys(acme.keys()), await acme.sealedKids()]).toMatchObject([
        { length: 2 },
        { length: 2 },
      ])
      await acme.works()
    }
    expect(running.unexpected).toEqual([])
  }, 60_000)

  test('by another connection that is a Super Admin needs no token, and ends by itself', async () => {
    const acme = await desk({ org: superAdmin })
    const { connections, name, running } = acme
    await connections.connect(
      {
        name: `${name}-app`,
        values: {
          orgUrl: running.url,
          apiToken: acme.adminToken,
        },
      },
      by,
    )
    const status = await acme.rotations.rotate(name, { admin: `${name}-app` }, by)
    expect(status.phase).toBe('retired')
    expect(status.dueAt).toBe(new Date(acme.clock.now().getTime() + retiredMinMs).toISOString())
    await acme.rotations.goOn(name)
    expect((await acme.rotations.status(name)).phase).toBe('retired')
    acme.clock.advance(retiredMinMs)
    await acme.rotations.goOn(name)
    expect((await acme.rotations.status(name)).phase).toBe('finished')
    expect(await acme.sealedKids()).toEqual([status.keyInUse])
    expect((await auditOf(acme)).at(-1)).toEqual(['postern', 'ok', 'finished'])
  })

  test('by another connection that was named for one rotation is no permission for the next', async () => {
    const acme = await desk()
    const { connections, name, rotations, running, adminToken } = acme
    const admin = `${name}-admin`
    const values = { orgUrl: running.url, apiToken: adminToken }
    await connections.connect({ name: admin, values }, by)
    await rotations.rotate(name, { admin }, by)
    acme.clock.advance(retiredMinMs)
    await rotations.goOn(name)
    expect((await rotations.status(name)).phase).toBe('finished')
    expect(await codeOf(rotations.rotate(name, {}, by))).toBe('rotation_needs_super_admin')
  })

  test('by a connection to another org is refused before anything is sent', async () => {
    const acme = await desk()
    const other = await desk({ org: superAdmin })
    const seq = acme.running.org.ledger.size
    const refused = acme.rotations.rotate(acme.name, { admin: other.name }, by)
    expect(await codeOf(refused)).toBe('admin_other_org')
    expect(appChanges(acme.running, seq)).toEqual([])
  })

  test('by the app itself needs its scope and its role, and says so', async () => {
    const able = await desk({ org: superAdmin })
    expect((await able.rotations.rotate(able.name, {}, by)).phase).toBe('retired')
    const unable = await desk()
    const refused = unable.rotations.rotate(unable.name, {}, by)
    expect(await codeOf(refused)).toBe('rotation_needs_super_admin')
    const status = await unable.rotations.status(unable.name)
    expect(status).toMatchObject({
      phase: 'planned',
      // A person asked for it, so a person asks again.
      dueAt: null,
      lastError: { code: 'rotation_needs_super_admin' },
      keyInUse: unable.running.app.key.kid,
    })
    expect((await auditOf(unable)).at(-1)).toEqual([
      by.actor,
      'rotation_needs_super_admin',
      'planned',
    ])
    await unable.works()
  })

  test('of an API token, and the end of one that was not begun, are refused', async () => {
    const acme = await desk()
    const { connections, name, running, adminToken } = acme
    const values = { orgUrl: running.url, apiToken: adminToken }
    await connections.connect({ name: `${name}-token`, values }, by)
    const ofToken = acme.rotations.rotate(`${name}-token`, {}, by)
    expect(await codeOf(ofToken)).toBe('rotation_app_unfit')
    const end = acme.rotations.rotate(name, { end: 'retire' }, by)
    expect(await codeOf(end)).toBe('rotation_out_of_order')
    expect(await codeOf(acme.rotations.rotate('nobody', {}, by))).toBe('connection_not_found')
  })

  test('begun before the connection got another key is given up', async () => {
    const acme = await desk()
    const { name, rotations, adminToken, running } = acme
    await rotations.rotate(name, { adminToken, end: 'keep-old' }, by)
    const row = await acme.connections.get(name)
    const settings = { ...row.settings, publicJwk: { ...row.settings.publicJwk, kid: 'another' } }
    await kept.store.db
      .updateTable('connection')
      .set({ settings: JSON.stringify(settings) })
      .where('id', '=', row.id)
      .execute()
    expect(await codeOf(rotations.rotate(name, { end: 'retire' }, by))).toBe(
      'rotation_out_of_order',
    )
    expect(running.unexpected).toEqual([])
  })
})
