import {
  addKey,
  changeApp,
  deadKey,
  generateKey,
  keyInUse,
  maxAppKeys,
  type Org,
  parseRotationState,
  planRotation,
  readApp,
  retiredMinMs,
  type ServiceAppCredential,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { adminWithRole } from '../../../../test/admin-with-role.ts'
import { appChanges } from '../../../../test/app-changes.ts'
import { newKey, oldKey, type RotationScenario, rotationScenario } from './rotation-scenario.ts'

/** Gets a token with a credential; the type it has. */
async function tokenType(client: Org): Promise<string | undefined> {
  const url = `${client.url}/api/v1/users`
  const { token } = await client.authorizer.authorize({ method: 'GET', url })
  return token?.type
}

const works = ({ client, current }: RotationScenario) =>
  tokenType(client({ credential: current() }))

describe('a rotation of a key that Okta keeps', () => {
  test('registers, proves and switches before it takes the old key out of use', async () => {
    const scenario = await rotationScenario()
    const seq = scenario.running.org.ledger.size
    expect(await scenario.rotate()).toMatchObject({ phase: 'retired' })
    expect(await scenario.keys()).toEqual({ 'old-key': false, 'new-key': true })
    expect(scenario.inUse()).toBe('new-key')
    expect(await works(scenario)).toBe('DPoP')
    expect(appChanges(scenario.running, seq)).toEqual(['key created', 'key updated'])
    const phases = scenario.progress.flatMap((event) =>
      event.event === 'reached' ? [`${event.phase} ${event.kid}`] : [],
    )
    expect(phases).toEqual([
      'registered new-key',
      'proven new-key',
      'switched new-key',
      'retired old-key',
    ])
  })

  test('deletes the old key an hour later and not before', async () => {
    const scenario = await rotationScenario()
    await scenario.rotate()
    scenario.clock.advance(retiredMinMs - 60_000)
    await expect(scenario.finish()).rejects.toMatchObject({ code: 'rotation_too_early' })
    expect(await scenario.keys()).toEqual({ 'old-key': false, 'new-key': true })
    scenario.clock.advance(60_000)
    expect(await scenario.finish()).toMatchObject({ phase: 'finished' })
    expect(await scenario.keys()).toEqual({ 'new-key': true })
    expect(await scenario.finish()).toMatchObject({ phase: 'finished' })
    expect(await works(scenario)).toBe('DPoP')
  })

  test('killed after any request, it leaves a key in use that works, and goes on', async () => {
    const whole = await rotationScenario()
    await whole.rotate()
    const { length } = whole.requests
    expect(length).toBeGreaterThan(8)
    for (let stopAfter = 1; stopAfter <= length; stopAfter++) {
      const scenario = await rotationScenario()
      await expect(scenario.rotate({ stopAfter })).rejects.toThrow('abort')
      expect([stopAfter, await works(scenario)]).toEqual([stopAfter, 'DPoP'])
      await scenario.rotate()
      expect([stopAfter, await scenario.keys()]).toEqual([
        stopAfter,
        { 'old-key': false, 'new-key': true },
      ])
    }
  })

  test('killed after any request and rolled back, it ends with the old key in use', async () => {
    const whole = await rotationScenario()
    await whole.rotate()
    for (let stopAfter = 1; stopAfter <= whole.requests.length; stopAfter++) {
      const scenario = await rotationScenario()
      await scenario.rotate({ stopAfter }).catch(() => undefined)
      expect(await scenario.rollBack()).toMatchObject({ phase: 'rolled-back' })
      expect([stopAfter, scenario.inUse(), await works(scenario)]).toEqual([
        stopAfter,
        'old-key',
        'DPoP',
      ])
      expect(await scenario.keys()).toEqual({ 'old-key': true })
    }
  })

  test('taken back, and killed after any request of that, it goes on taking it back', async () => {
    const whole = await rotationScenario()
    await whole.rotate()
    const before = whole.requests.length
    await whole.rollBack()
    for (let stopAfter = 1; stopAfter <= whole.requests.length - before; stopAfter++) {
      const scenario = await rotationScenario()
      await scenario.rotate()
      await expect(scenario.rollBack({ stopAfter })).rejects.toThrow('abort')
      expect([stopAfter, await works(scenario)]).toEqual([stopAfter, 'DPoP'])
      if (scenario.kept().phase === 'rolling-back') {
        expect(keyInUse(scenario.kept()).kid).toBe('old-key')
        await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_out_of_order' })
      }
      expect(await scenario.rollBack()).toMatchObject({ phase: 'rolled-back' })
      expect([stopAfter, scenario.inUse(), await scenario.keys()]).toEqual([
        stopAfter,
        'old-key',
        { 'old-key': true },
      ])
      expect(deadKey(scenario.kept())?.kid).toBe('new-key')
    }
  })

  test('rolled back, it can be begun again with the same new key', async () => {
    const scenario = await rotationScenario()
    await scenario.rotate()
    await scenario.rollBack()
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_out_of_order' })
    const { plan } = scenario.kept()
    const again = await rotationScenario({ plan })
    await again.rotate()
    expect(await again.keys()).toEqual({ 'old-key': false, 'new-key': true })
  })

  test('can leave the old key in use beside the new one, and take it out later', async () => {
    const scenario = await rotationScenario()
    expect(await scenario.rotate({ until: 'switched' })).toMatchObject({ phase: 'switched' })
    expect(await scenario.keys()).toEqual({ 'old-key': true, 'new-key': true })
    expect(await scenario.rotate()).toMatchObject({ phase: 'retired' })
    expect(await scenario.keys()).toEqual({ 'old-key': false, 'new-key': true })
  })

  test('never fails a token request, however many are under way', async () => {
    const scenario = await rotationScenario()
    const underWay = new Set<Promise<unknown>>()
    const failures: unknown[] = []
    let asked = 0
    let isOver = false
    const ask = () => {
      asked++
      const request = works(scenario).catch((error: unknown) => failures.push(error))
      underWay.add(request)
      return request.finally(() => underWay.delete(request))
    }
    const callers = Array.from({ length: 8 }, async () => {
      while (!isOver) await ask()
    })
    // Whoever signs with the old key has its answer before the key goes out of use.
    const drain = async () => void (await Promise.all([...underWay]))
    await scenario.rotate({ until: 'switched' })
    await drain()
    await scenario.rotate()
    await drain()
    isOver = true
    await Promise.all(callers)
    expect(failures).toEqual([])
    expect(asked).toBeGreaterThan(20)
    expect(await scenario.keys()).toEqual({ 'old-key': false, 'new-key': true })
  })

  test('brings the old key back at once where the new one fails after all', async () => {
    const scenario = await rotationScenario()
    await scenario.rotate({ until: 'switched' })
    const failed = scenario.rotate({
      onRequest: (request) => {
        // As if somebody took the new key away at the worst moment.
        if (!request.endsWith('/lifecycle/deactivate')) return
        breakKey(scenario, 'new-key')
      },
    })
    await expect(failed).rejects.toMatchObject({ code: 'rotation_unproven' })
    expect((await scenario.keys())['old-key']).toBe(true)
  })

  test('is for a Super Admin, and says so first', async () => {
    const scenario = await rotationScenario()
    const admin = await adminWithRole(scenario, 'APP_ADMIN')
    await expect(scenario.rotate({ admin })).rejects.toMatchObject({
      code: 'rotation_needs_super_admin',
      remedy: expect.stringContaining('only a Super Admin can change its keys'),
    })
    expect(await scenario.keys()).toEqual({ 'old-key': true })
  })

  test('can be done by the app itself where it is a Super Admin with okta.apps.manage', async () => {
    const scopes = ['okta.apps.manage']
    const scenario = await rotationScenario({ org: { role: 'SUPER_ADMIN', scopes } })
    expect(await scenario.rotate({ admin: scenario.app })).toMatchObject({ phase: 'retired' })
    const narrow = await rotationScenario({
      org: { role: 'SUPER_ADMIN', scopes: ['okta.apps.read'] },
    })
    await expect(narrow.rotate({ admin: narrow.app })).rejects.toMatchObject({
      code: 'rotation_needs_super_admin',
    })
  })
})

describe('a rotation refuses', () => {
  const strange = () => generateKey({ alg: 'ES256', kid: 'strange' })

  test('a key in use that is not registered, or under another kid', async () => {
    const unknown = await rotationScenario({ plan: { oldKey: (await strange()).publicJwk } })
    await expect(unknown.rotate()).rejects.toMatchObject({ code: 'rotation_old_key_unknown' })
    const renamed = await rotationScenario({ plan: { oldKey: { ...oldKey.publicJwk, kid: 'x' } } })
    await expect(renamed.rotate()).rejects.toMatchObject({ code: 'rotation_old_key_unknown' })
    expect(await unknown.keys()).toEqual({ 'old-key': true })
  })

  test('a second key beside one that has no kid', async () => {
    const scenario = await rotationScenario()
    const { kid: _kid, ...withoutKid } = oldKey.publicJwk
    const app = await readApp(scenario.admin, scenario.appId)
    await changeApp(scenario.admin, app, { keys: [withoutKid] })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_key_without_kid' })
    expect(await scenario.keys()).toEqual({ null: true })
  })

  test('a kid that another key of the app has', async () => {
    const scenario = await rotationScenario()
    await addKey(scenario.admin, scenario.appId, { ...(await strange()).publicJwk, kid: 'new-key' })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_kid_taken' })
  })

  test('a 51st key', async () => {
    const scenario = await rotationScenario()
    const { publicJwk } = await strange()
    const others = Array.from({ length: maxAppKeys - 1 }, (_, index) => ({
      ...publicJwk,
      kid: `key-${index}`,
    }))
    const app = await readApp(scenario.admin, scenario.appId)
    await changeApp(scenario.admin, app, { keys: [{ ...oldKey.publicJwk }, ...others] })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_too_many_keys' })
  })

  test('to add a key to an app that takes them from a URL, which would end that', async () => {
    const scenario = await rotationScenario()
    const app = await readApp(scenario.admin, scenario.appId)
    await changeApp(scenario.admin, app, { jwksUri: scenario.keySet.url })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_keys_elsewhere' })
    expect((await readApp(scenario.admin, scenario.appId)).jwksUri).toBe(scenario.keySet.url)
  })

  test('an app that signs in with a secret', async () => {
    const scenario = await rotationScenario()
    scenario.running.faults.on({
      name: 'client-secret-method',
      parameters: { client: scenario.clientId },
    })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_app_unfit' })
  })

  test('to retire a key whose successor is not active any more', async () => {
    const scenario = await rotationScenario()
    await scenario.rotate({ until: 'switched' })
    breakKey(scenario, 'new-key')
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_unproven' })
    expect((await scenario.keys())['old-key']).toBe(true)
  })

  test('the same key, and the same kid', () => {
    const plan = { org: 'https://acme.okta.com', clientId: '0oa', scopes: [] } as never
    const same = () =>
      planRotation({
        ...Object(plan),
        oldKey: oldKey.publicJwk,
        newKey: { ...oldKey.publicJwk, kid: 'x' },
      })
    expect(same).toThrow(expect.objectContaining({ code: 'rotation_same_key' }))
    const kid = () =>
      planRotation({
        ...Object(plan),
        oldKey: oldKey.publicJwk,
        newKey: { ...newKey.publicJwk, kid: 'old-key' },
      })
    expect(kid).toThrow(expect.objectContaining({ code: 'rotation_kid_taken' }))
  })

  test('to delete what is still in use, and to bring back what is deleted', async () => {
    const scenario = await rotationScenario()
    await expect(scenario.finish()).rejects.toMatchObject({ code: 'rotation_out_of_order' })
    await scenario.rotate()
    scenario.clock.advance(retiredMinMs)
    await scenario.finish()
    await expect(scenario.rollBack()).rejects.toMatchObject({ code: 'rotation_out_of_order' })
  })
})

describe('a rotation of a key behind a URL', () => {
  test('needs no administrator: both keys are published, the new one is proven, and it is switched', async () => {
    const scenario = await rotationScenario({
      keyUrl: true,
      org: { assumptions: { jwksUriCacheSeconds: 0 } },
    })
    expect(await scenario.rotate()).toMatchObject({ phase: 'retired' })
    expect(scenario.inUse()).toBe('new-key')
    expect(await works(scenario)).toBe('DPoP')
    scenario.clock.advance(retiredMinMs)
    expect(await scenario.finish()).toMatchObject({ phase: 'finished' })
    expect(await works(scenario)).toBe('DPoP')
    const withOld: ServiceAppCredential = { ...scenario.current(), key: oldKey }
    await expect(tokenType(scenario.client({ credential: withOld }))).rejects.toMatchObject({
      code: 'auth_invalid_client',
    })
  })

  test('does not switch before the key set is published', async () => {
    const scenario = await rotationScenario({ keyUrl: true, unpublished: true })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'key_set_incomplete' })
    expect(scenario.inUse()).toBe('old-key')
    expect(scenario.kept().phase).toBe('registered')
    scenario.keySet.publish([oldKey.publicJwk, newKey.publicJwk])
    scenario.clock.advance(600_000)
    expect(await scenario.rotate()).toMatchObject({ phase: 'retired' })
  })

  test('waits for Okta to read the set again, and goes on in a later run', async () => {
    const scenario = await rotationScenario({ keyUrl: true, unpublished: true })
    // What Postern reads is new; what Okta reads comes from a cache on the way.
    scenario.keySet.publish([oldKey.publicJwk, newKey.publicJwk], { to: 'postern' })
    await expect(scenario.rotate()).rejects.toMatchObject({ code: 'rotation_unproven' })
    expect(scenario.inUse()).toBe('old-key')
    expect(await works(scenario)).toBe('DPoP')
    expect(scenario.progress.filter(({ event }) => event === 'waiting')).toHaveLength(4)
    scenario.keySet.publish([oldKey.publicJwk, newKey.publicJwk])
    await scenario.rotate()
    expect(scenario.inUse()).toBe('new-key')
  })

  test('is not over while the old key is still published', async () => {
    const scenario = await rotationScenario({ keyUrl: true, unpublished: true })
    scenario.keySet.publish([oldKey.publicJwk, newKey.publicJwk])
    await scenario.rotate()
    scenario.clock.advance(retiredMinMs)
    await expect(scenario.finish()).rejects.toMatchObject({ code: 'key_set_outdated' })
    scenario.keySet.publish([newKey.publicJwk])
    expect(await scenario.finish()).toMatchObject({ phase: 'finished' })
  })

  test('killed after any request, it leaves a key in use that works, and goes on', async () => {
    const org = { assumptions: { jwksUriCacheSeconds: 0 } }
    const whole = await rotationScenario({ keyUrl: true, org })
    await whole.rotate()
    for (let stopAfter = 1; stopAfter <= whole.requests.length; stopAfter++) {
      const scenario = await rotationScenario({ keyUrl: true, org })
      await expect(scenario.rotate({ stopAfter })).rejects.toThrow('abort')
      expect([stopAfter, await works(scenario)]).toEqual([stopAfter, 'DPoP'])
      expect([stopAfter, (await scenario.rotate()).phase]).toEqual([stopAfter, 'retired'])
    }
  })

  test('goes back to the old key without anything to change in Okta', async () => {
    const org = { assumptions: { jwksUriCacheSeconds: 0 } }
    const scenario = await rotationScenario({ keyUrl: true, org })
    await scenario.rotate()
    expect(await scenario.rollBack()).toMatchObject({ phase: 'rolled-back' })
    expect(scenario.inUse()).toBe('old-key')
    expect(await works(scenario)).toBe('DPoP')
  })
})

/** Makes a key of the app useless, as somebody in the Admin Console could. */
function breakKey({ running: { org }, appId }: RotationScenario, kid: string): void {
  const app = org.apps.get(appId)
  if (app?.oauth === undefined) return
  const keys = app.oauth.keys.map((key) =>
    key.jwk['kid'] === kid ? { ...key, status: 'INACTIVE' as const } : key,
  )
  org.apps.put({ ...app, oauth: { ...app.oauth, keys } })
}

describe('parseRotationState', () => {
  test('reads back every state that was kept', async () => {
    for (const keyUrl of [undefined, true] as const) {
      const scenario = await rotationScenario(keyUrl === undefined ? {} : { keyUrl })
      const state = await scenario.rotate()
      expect(scenario.kept()).toEqual(state)
      expect(parseRotationState(JSON.parse(JSON.stringify(state)))).toEqual(state)
    }
  })

  test('refuses a time of retirement that is none', async () => {
    const scenario = await rotationScenario()
    const state = { ...(await scenario.rotate()), retiredAt: 'soon' }
    expect(() => parseRotationState(state)).toThrow(
      expect.objectContaining({ code: 'rotation_state_invalid' }),
    )
  })

  test.each([[undefined], [{ version: 2 }], [{ version: 1, phase: 'halfway' }], [[]]])(
    'refuses %j',
    (value) => {
      expect(() => parseRotationState(value)).toThrow(
        expect.objectContaining({ code: 'rotation_state_invalid' }),
      )
    },
  )
})
