import { findRepair, type PublicJwk, type RepairNeeds, repairs, requireApp } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { adminWithRole } from '../../../../test/admin-with-role.ts'
import { appChanges } from '../../../../test/app-changes.ts'
import { emulatedOrg } from '../../../../test/emulated-org.ts'

const scopes = ['okta.users.read']
const roles = ['READ_ONLY_ADMIN']

/** A broken org, mended with the repair of the finding. */
const cases: readonly (readonly [finding: string, fault: string, needs: RepairNeeds])[] = [
  ['scope_not_granted', 'scope-not-granted=okta.users.read', { scopes }],
  ['scope_not_granted', 'no-scope-granted', { scopes: [...scopes, 'okta.groups.read'] }],
  ['role_missing', 'admin-role-missing', { roles }],
  ['role_too_narrow', 'admin-role-lowered=API_ACCESS_MANAGEMENT_ADMIN', { roles }],
  ['key_not_registered', 'key-not-registered', {}],
  ['key_not_registered', 'key-deleted', {}],
  ['key_inactive', 'key-inactive', {}],
  ['key_for_encryption', 'key-for-encryption', {}],
  ['app_client_secret', 'client-secret-method', {}],
  ['app_grant_type_missing', 'grant-type-missing', {}],
  ['app_inactive', 'app-inactive', {}],
]

describe('repairs', () => {
  test.each(cases)(
    '%s mends the fault %s, and a second time does nothing',
    async (finding, fault, needs) => {
      const org = await emulatedOrg({ edition: 'unlimited', faults: [fault] })
      const { admin, running, credential } = org
      const read = () =>
        org.client({ credential: { ...credential, scopes } }).request({
          path: '/api/v1/users',
          query: { limit: 1 },
        })
      const works = async () => {
        const answer = await read().catch((error: unknown) => error)
        return !(answer instanceof Error) && (answer as { json(): unknown[] }).json().length === 1
      }
      expect(await works()).toBe(false)
      const repair = findRepair(finding)
      const publicJwk = publicHalf(running.app.key)
      const all = { publicJwk, ...needs }
      expect(repair?.describe(all)).toMatch(/^[A-Z].*[^.]$/)
      await repair?.apply(admin, running.app.clientId, all)
      expect(await works()).toBe(true)
      const seq = running.org.ledger.size
      await repair?.apply(admin, running.app.clientId, all)
      expect(appChanges(running, seq).filter((change) => change !== 'app updated')).toEqual([])
      expect(await works()).toBe(true)
      expect(running.unexpected).toEqual([])
    },
  )

  test('leave the other keys of an app as they are', async () => {
    const org = await emulatedOrg({ edition: 'unlimited', faults: ['second-key-registered'] })
    const { clientId, key } = org.running.app
    const before = (await requireApp(org.admin, clientId)).keys.map(({ kid }) => kid)
    await findRepair('key_for_encryption')?.apply(org.admin, clientId, {
      publicJwk: publicHalf(key),
    })
    const after = (await requireApp(org.admin, clientId)).keys.map(({ kid }) => kid)
    expect(after.toSorted()).toEqual(before.toSorted())
  })

  test.each(['scope_not_granted', 'role_missing', 'key_not_registered', 'key_for_encryption'])(
    '%s says what it needs where it was not given',
    async (finding) => {
      const { admin, running } = await emulatedOrg()
      await expect(
        findRepair(finding)?.apply(admin, running.app.clientId, {}),
      ).rejects.toMatchObject({
        code: 'setup_repair_impossible',
      })
    },
  )

  test('do not take the kid of another key', async () => {
    const { admin, running } = await emulatedOrg({ faults: ['key-replaced'] })
    const needs = { publicJwk: publicHalf(running.app.key) }
    const refused = findRepair('key_not_registered')?.apply(admin, running.app.clientId, needs)
    await expect(refused).rejects.toMatchObject({ code: 'setup_repair_impossible' })
  })

  test('name the role that the administrator lacks', async () => {
    const org = await emulatedOrg({ faults: ['no-scope-granted'] })
    const admin = await adminWithRole(org, 'READ_ONLY_ADMIN')
    const repaired = findRepair('scope_not_granted')?.apply(admin, org.running.app.clientId, {
      scopes,
    })
    await expect(repaired).rejects.toMatchObject({ code: 'role_insufficient' })
  })

  test('are none for what only a person can decide', () => {
    expect(findRepair('app_unknown')).toBeUndefined()
    expect(findRepair(undefined)).toBeUndefined()
    expect(new Set(repairs.map(({ finding }) => finding)).size).toBe(repairs.length)
  })
})

function publicHalf(key: Readonly<Record<string, unknown>>): PublicJwk {
  const { kty, n, e, kid, alg, use } = key
  return { kty, n, e, kid, alg, use } as PublicJwk
}
