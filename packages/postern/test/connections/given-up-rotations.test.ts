import { addKey, generateKey, Org, planRotation, requireApp, retiredMinMs } from '@postern/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { AdminChoice } from '../../src/connections/admin-choice.ts'
import { leaseOf } from '../../src/connections/busy-error.ts'
import { rotateDue } from '../../src/connections/scheduled-rotation.ts'
import { StoredRotation } from '../../src/connections/stored-rotation.ts'
import type { UpdateRequest } from '../../src/connections/update.ts'
import { openLog } from '../../src/log.ts'
import { withLease } from '../../src/store/leases.ts'
import type { Seal } from '../../src/store/seal.ts'
import { by, codeOf, openContext } from './kept.ts'
import { openRotated, type RotatedDesk } from './rotated.ts'

const superAdmin = {
  role: 'SUPER_ADMIN',
  scopes: ['okta.users.read', 'okta.apps.manage'],
} as const

describe.each(stores)(
  'a rotation on $name whose connection gets another credential',
  ({ open }) => {
    let kept: TestStore
    let seal: Seal
    beforeAll(async () => {
      kept = await open()
      seal = await openTestSeal(kept.store)
    })
    afterAll(() => kept.close())

    const desk = (org = {}) => openRotated({ kept, seal }, { org })
    const log = openLog({ level: 'silent' })
    const runDue = ({ clock, rotations }: RotatedDesk) =>
      rotateDue({ store: kept.store, rotations, clock, log })
    const audited = async ({ name }: RotatedDesk) => {
      const { db } = kept.store
      const rows = db.selectFrom('audit').select('seq').where('connection', '=', name)
      return (await rows.where('action', '=', 'connection.rotate').execute()).length
    }
    const firstKid = ({ running }: RotatedDesk) => running.app.key.kid
    const firstKey = ({ running }: RotatedDesk) => ({ key: JSON.stringify(running.app.key) })

    /** A key that a person registered for the app. */
    const registerKey = async ({ running, adminToken }: RotatedDesk) => {
      const { publicJwk, privateJwk } = await generateKey({ alg: 'ES256' })
      const credential = { kind: 'api-token', apiToken: adminToken } as const
      const admin = new Org({ url: running.url, dev: true, credential })
      const { appId } = await requireApp(admin, running.app.clientId)
      await addKey(admin, appId, publicJwk)
      return { kid: publicJwk.kid, key: privateJwk.reveal() }
    }

    /** Another process, which hears at its next request that somebody changed the connection. */
    const changedMeanwhile = async (
      acme: RotatedDesk,
      members: UpdateRequest['members'],
      choice: AdminChoice = { adminToken: acme.adminToken },
    ) => {
      let isDue = false
      const { rotations } = await acme.another({
        onRequest: async () => {
          if (!isDue) return
          isDue = false
          await acme.connections.update(acme.name, { members, force: true }, by)
        },
      })
      const rotate = (end?: 'retire') =>
        rotations.rotate(acme.name, { ...choice, end }, by, {
          onProgress: (progress) => {
            isDue = progress.event === 'reached' && progress.phase === 'registered'
          },
        })
      return {
        rotate,
        retire: () => {
          isDue = true
          return rotate('retire')
        },
      }
    }

    /** Long behind every time at which it was to go on. */
    const stays = async (acme: RotatedDesk, kid: string) => {
      const before = [acme.keys(), await audited(acme)]
      acme.clock.advance(24 * retiredMinMs)
      await runDue(acme)
      expect([acme.keys(), await audited(acme)]).toEqual(before)
      expect((await acme.connections.get(acme.name)).settings.publicJwk?.kid).toBe(kid)
    }

    test('leaves the key in use that a person gave it, and the old one as it was', async () => {
      const acme = await desk()
      const { kid, key } = await registerKey(acme)
      const { rotate } = await changedMeanwhile(acme, { key })
      expect(await codeOf(rotate())).toBe('connection_changed')
      expect((await acme.connections.get(acme.name)).settings.publicJwk?.kid).toBe(kid)
      expect(await acme.sealedKids()).toEqual([kid])
      expect(acme.keys()).toMatchObject({ [firstKid(acme)]: 'ACTIVE', [kid]: 'ACTIVE' })
      await acme.works()
    })

    test('gives no key to the other app that a person named', async () => {
      const acme = await desk()
      const { rotate } = await changedMeanwhile(acme, { clientId: '0oaanother' })
      expect(await codeOf(rotate())).toBe('connection_changed')
      expect(await acme.connections.get(acme.name)).toMatchObject({
        client_id: '0oaanother',
        settings: { publicJwk: { kid: firstKid(acme) } },
      })
      expect(await acme.sealedKids()).toContain(firstKid(acme))
    })

    test('leaves the key in use that is to sign in another way', async () => {
      const acme = await desk({ keyType: 'RSA' })
      const { rotate } = await changedMeanwhile(acme, { jwtAlg: 'RS512' })
      expect(await codeOf(rotate())).toBe('connection_changed')
      expect((await acme.connections.get(acme.name)).settings.publicJwk).toMatchObject({
        kid: firstKid(acme),
        alg: 'RS512',
      })
      await acme.works()
    })

    test('keeps the old key that a person brought back while it was being destroyed', async () => {
      const acme = await desk()
      await acme.rotations.rotate(acme.name, { adminToken: acme.adminToken }, by)
      acme.clock.advance(retiredMinMs)
      const { retire } = await changedMeanwhile(acme, firstKey(acme))
      expect(await codeOf(retire())).toBe('connection_changed')
      expect(await acme.sealedKids()).toEqual([firstKid(acme)])
      await acme.connections.open(acme.name)
    })

    test('is given up where a person brought the old key back; the next one begins with that', async () => {
      const acme = await desk()
      const { name, rotations, adminToken } = acme
      await rotations.rotate(name, { adminToken, end: 'keep-old' }, by)
      const { newKey } = await rotations.status(name)
      await acme.connections.update(name, { members: firstKey(acme) }, by)
      await rotations.rotate(name, { adminToken, end: 'keep-old' }, by)
      const after = await rotations.status(name)
      expect(after).toMatchObject({ phase: 'switched', oldKey: firstKid(acme) })
      expect(after.newKey).not.toBe(newKey)
      await acme.works()
    })

    test('is not begun anew by itself', async () => {
      const acme = await desk(superAdmin)
      const { connections, clock, name, rotations } = acme
      await rotations.rotate(name, {}, by)
      const { kid, key } = await registerKey(acme)
      await connections.update(name, { members: { key } }, by)
      expect((await rotations.status(name)).dueAt).toBeNull()
      await stays(acme, kid)
      // As a process left it that was stopped in between.
      const { id } = await connections.get(name)
      const due = { due_at: clock.now() }
      await kept.store.db.updateTable('rotation').set(due).where('connection_id', '=', id).execute()
      await stays(acme, kid)
    })

    test('and that fails for it is not begun anew by itself', async () => {
      const acme = await desk(superAdmin)
      const { kid, key } = await registerKey(acme)
      const { rotate } = await changedMeanwhile(acme, { key }, {})
      expect(await codeOf(rotate())).toBe('connection_changed')
      expect(await acme.rotations.status(acme.name)).toMatchObject({
        dueAt: null,
        lastError: { code: 'connection_changed' },
      })
      await stays(acme, kid)
    })

    test('is not begun', async () => {
      const acme = await desk()
      const { connections, name, running } = acme
      const { id, settings } = await connections.get(name)
      const newKey = await generateKey({ alg: 'ES256' })
      const state = planRotation({
        org: (await connections.open(name)).org.url,
        clientId: running.app.clientId,
        scopes: [],
        oldKey: settings.publicJwk ?? newKey.publicJwk,
        newKey: newKey.publicJwk,
      })
      const { kid, key } = await registerKey(acme)
      await connections.update(name, { members: { key } }, by)
      const context = await openContext(kept, { seal, clock: acme.clock })
      const row = await connections.get(name)
      const begun = withLease(kept.store, leaseOf(id), (lease) =>
        new StoredRotation(context, row, {
          lease,
          by,
          plan: () => ({ unattended: false }),
        }).beginRotation(state, newKey),
      )
      expect(await codeOf(begun)).toBe('connection_changed')
      expect(await acme.sealedKids()).toEqual([kid])
      await acme.works()
    })
  },
)
