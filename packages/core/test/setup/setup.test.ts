import { applySetup, deactivateApp, deleteApp, undoSetup } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { adminWithRole } from '../../../../test/admin-with-role.ts'
import { appChanges, appState } from '../../../../test/app-changes.ts'
import { type ScenarioOptions, setupKey, setupScenario } from './setup-scenario.ts'

const ways: readonly (ScenarioOptions & { readonly way: string })[] = [
  { way: 'through the Apps API, the key kept in Okta' },
  { way: 'through the Apps API, the key behind a URL', keyUrl: true },
  { way: 'by dynamic registration, the key kept in Okta', plan: { via: 'clients' } },
  { way: 'by dynamic registration, the key behind a URL', plan: { via: 'clients' }, keyUrl: true },
]

/** What any way comes to, once. */
const once = ['app created', 'grant created', 'grant created', 'role created']

function counted(changes: readonly string[]): readonly string[] {
  return changes.filter((change) => change.endsWith('created')).toSorted()
}

describe.each(ways)('a setup $way', (options) => {
  test('ends with a token that is bound by DPoP and a read that only the role allows', async () => {
    const scenario = await setupScenario(options)
    const result = await scenario.run()
    expect(result.proof).toEqual({
      tokenType: 'DPoP',
      scopes: ['okta.logs.read', 'okta.users.read'],
      read: { path: '/api/v1/users', records: 1 },
    })
    expect(result.roles).toEqual(['Read-only Administrator'])
    expect(result.credential).toMatchObject({ kind: 'service-app', dpopRequired: true })
    expect(counted(appChanges(scenario.running))).toEqual(once)
    expect(scenario.running.unexpected).toEqual([])
  })

  test('keeps the plan before the first call, and each step before the next', async () => {
    const scenario = await setupScenario(options)
    let savesBeforeFirstCall = -1
    const count = () => scenario.requests.length
    const run = scenario.run()
    savesBeforeFirstCall = count() === 0 ? scenario.saves.length : -1
    const { state } = await run
    expect(savesBeforeFirstCall).toBe(1)
    expect(scenario.saves[0]).toMatchObject({ done: [], startedAt: expect.any(String) })
    expect(scenario.kept()).toEqual(state)
    expect(state.done.length).toBeGreaterThan(4)
  })

  test('killed after any request and run again, it completes and nothing is there twice', async () => {
    const whole = await setupScenario(options)
    await whole.run()
    const { length } = whole.requests
    expect(length).toBeGreaterThan(8)
    for (let stopAfter = 1; stopAfter <= length; stopAfter++) {
      const scenario = await setupScenario(options)
      await expect(scenario.run({ stopAfter })).rejects.toThrow('abort')
      const { proof } = await scenario.run()
      expect([stopAfter, proof.read?.records]).toEqual([stopAfter, 1])
      expect([stopAfter, counted(appChanges(scenario.running))]).toEqual([stopAfter, once])
    }
  })

  test('killed after any request and undone, it leaves the org as it was', async () => {
    const whole = await setupScenario(options)
    await whole.run()
    for (let stopAfter = 1; stopAfter <= whole.requests.length; stopAfter++) {
      const scenario = await setupScenario(options)
      const before = appState(scenario.running)
      await expect(scenario.run({ stopAfter })).rejects.toThrow('abort')
      await scenario.undo()
      expect([stopAfter, appState(scenario.running)]).toEqual([stopAfter, before])
      expect(scenario.kept().undoneAt).toBeDefined()
    }
  })

  test('undone after its end, and killed after any request of that, it leaves the org as it was', async () => {
    const whole = await setupScenario(options)
    await whole.run()
    const made = whole.requests.length
    await whole.undo()
    for (let stopAfter = 1; stopAfter <= whole.requests.length - made; stopAfter++) {
      const scenario = await setupScenario(options)
      const before = appState(scenario.running)
      await scenario.run()
      await scenario.undo({ stopAfter }).catch(() => undefined)
      await scenario.undo()
      expect([stopAfter, appState(scenario.running)]).toEqual([stopAfter, before])
    }
  })

  test('run again after its end, it proves the app anew and changes nothing', async () => {
    const scenario = await setupScenario(options)
    await scenario.run()
    const seq = scenario.running.org.ledger.size
    const { proof } = await scenario.run()
    expect(proof.read).toEqual({ path: '/api/v1/users', records: 1 })
    expect(appChanges(scenario.running, seq)).toEqual([])
  })
})

describe('a setup', () => {
  test.each([
    { grantStatus: '201', duplicateGrant: '400', keyListShape: 'object' },
    { roleStatus: '200', duplicateRole: 'E0000263', standardRoleIds: 'those-with-targets' },
    { keysAbsentOnPut: 'kept', keyListShape: 'keys' },
    { listsWithoutRole: 'forbidden' },
  ] as const)('completes whatever Okta does where its documents are silent: %o', async (assume) => {
    for (const way of ways) {
      const scenario = await setupScenario({ ...way, org: { assumptions: assume } })
      const before = appState(scenario.running)
      const { proof } = await scenario.run()
      expect(proof.read?.records).toBe(1)
      await scenario.undo()
      expect(appState(scenario.running)).toEqual(before)
    }
  })

  test('without DPoP gives an app whose tokens are Bearer tokens', async () => {
    const scenario = await setupScenario({ plan: { dpopRequired: false } })
    expect((await scenario.run()).proof.tokenType).toBe('Bearer')
  })

  test('of a custom role takes an empty list for what it may be, and leaves no binding behind', async () => {
    const scenario = await setupScenario({
      plan: async ({ admin }) => {
        const make = async (path: string, body: object) => {
          const answer = await admin.request({ method: 'POST', path: `/api/v1/iam/${path}`, body })
          return (answer.json() as { readonly id: string }).id
        }
        const permissions = ['okta.users.read']
        const role = { label: 'Readers', description: 'Reads', permissions }
        const set = {
          label: 'Groups',
          description: 'All',
          resources: [`${admin.url}/api/v1/groups`],
        }
        const roleId = await make('roles', role)
        const resourceSetId = await make('resource-sets', set)
        return { roles: [{ type: 'CUSTOM', roleId, resourceSetId }] }
      },
    })
    const before = appState(scenario.running)
    const result = await scenario.run()
    expect(result.proof.read).toEqual({ path: '/api/v1/users', records: 0 })
    expect(result.roles).toEqual(['Readers'])
    await scenario.undo()
    expect(appState(scenario.running)).toEqual(before)
  })

  test.each([
    ['APP_ADMIN', ['grant-scopes', 'assign-roles']],
    ['READ_ONLY_ADMIN', ['create-app', 'grant-scopes', 'assign-roles']],
    ['USER_ADMIN', ['create-app', 'grant-scopes', 'assign-roles']],
    [undefined, ['create-app', 'grant-scopes', 'assign-roles']],
  ])('as %s names every prerequisite that is missing and makes nothing', async (role, missing) => {
    const scenario = await setupScenario()
    const seq = scenario.running.org.ledger.size
    const admin = await adminWithRole(scenario, role)
    const before = appState(scenario.running)
    const refused = await scenario.run({ admin }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'setup_prerequisite_missing' })
    const { prerequisites } = (refused as { details: { prerequisites: Named[] } }).details
    const names = prerequisites.filter(({ status }) => status === 'missing')
    expect(names.map(({ name }) => name)).toEqual(missing)
    expect(appState(scenario.running)).toEqual(before)
    expect(appChanges(scenario.running, seq).filter((change) => change !== 'role created')).toEqual(
      [],
    )
    // The same credential cannot take an app for gone that it may not see.
    await expect(scenario.undo({ admin })).rejects.toMatchObject({
      code: 'setup_prerequisite_missing',
    })
  })

  test('undone with the id of another app in its file, it leaves that app and names it', async () => {
    const scenario = await setupScenario()
    const result = await scenario.run()
    const { state } = result
    const before = appState(scenario.running)
    const { admin } = scenario
    const other = scenario.running.app.clientId
    for (const appId of [other, '../../users/me']) {
      const changed = {
        ...state,
        app: { ...state.app, appId, clientId: result.credential.clientId },
      }
      await expect(
        undoSetup(changed, { admin, save: async () => undefined }),
      ).rejects.toMatchObject({
        code: 'setup_state_invalid',
        details: { appId },
      })
    }
    expect(appState(scenario.running)).toEqual(before)
  })

  test('gone on with under the id of another app, it grants that app nothing', async () => {
    const scenario = await setupScenario()
    await expect(scenario.run({ stopAfter: 6 })).rejects.toThrow('abort')
    const state = scenario.kept()
    const before = appState(scenario.running)
    const appId = scenario.running.app.clientId
    const clientId = state.app?.clientId ?? ''
    const { admin, credential } = scenario
    await expect(
      applySetup(
        { ...state, app: { appId, clientId } },
        { admin, key: credential.key, openOrg: () => admin, save: async () => undefined },
      ),
    ).rejects.toMatchObject({ code: 'setup_state_invalid', details: { appId } })
    expect(clientId).not.toBe('')
    expect(appState(scenario.running)).toEqual(before)
  })

  test('gone on with after somebody deleted its app, it says so and makes no second one', async () => {
    const scenario = await setupScenario()
    const { state } = await scenario.run()
    const { appId = '' } = state.app ?? {}
    await deactivateApp(scenario.admin, appId)
    await deleteApp(scenario.admin, appId)
    await expect(scenario.run()).rejects.toMatchObject({ code: 'setup_app_missing' })
    expect(counted(appChanges(scenario.running))).toEqual(once)
  })

  test('with a scope that the org does not have makes nothing and names it', async () => {
    const scopes = ['okta.users.read', 'okta.bogus.nope']
    const scenario = await setupScenario({ plan: { scopes } })
    await expect(scenario.run()).rejects.toMatchObject({
      code: 'setup_plan_invalid',
      details: { scopes: ['okta.bogus.nope'] },
    })
    expect(appChanges(scenario.running)).toEqual([])
  })

  test('with a service app as the administrator needs its scopes, and Okta may not let it grant', async () => {
    const admin = ['okta.apps.manage', 'okta.appGrants.manage', 'okta.roles.manage']
    const org = { role: 'SUPER_ADMIN', scopes: admin } as const
    const able = await setupScenario({ org })
    expect((await able.run({ admin: able.app })).proof.tokenType).toBe('DPoP')
    const narrow = await setupScenario({ org: { ...org, scopes: ['okta.apps.manage'] } })
    await expect(narrow.run({ admin: narrow.app })).rejects.toMatchObject({
      code: 'setup_prerequisite_missing',
      message: expect.stringContaining('grant scopes, assign admin roles'),
    })
    const assumptions = { grantsWithAccessToken: 'E0000005' } as const
    const refused = await setupScenario({ org: { ...org, assumptions } })
    await expect(refused.run({ admin: refused.app })).rejects.toMatchObject({
      code: 'endpoint_not_for_tokens',
      remedy: expect.stringContaining('API token of a Super Admin'),
    })
    expect(refused.progress.at(-1)).toMatchObject({ event: 'failed', step: { kind: 'grant' } })
  })

  test('says so where dynamic registration may not be followed by DPoP, and goes on', async () => {
    const scopes = ['okta.clients.register', 'okta.clients.read', 'okta.apps.read']
    const granting = ['okta.appGrants.manage', 'okta.roles.manage']
    const scenario = await setupScenario({
      plan: { via: 'clients' },
      org: { role: 'SUPER_ADMIN', scopes: [...scopes, ...granting] },
    })
    const result = await scenario.run({ admin: scenario.app })
    expect(result.proof.tokenType).toBe('Bearer')
    expect(result.state.skipped).toEqual({
      'require-dpop': expect.stringContaining('General Settings > Edit'),
    })
  })

  test.each([
    'socket-reset-after-write=path:/oauth2/v1/clients,times:1',
    'socket-reset-after-write=path:/api/v1/apps,after:1,times:1',
  ])('is undone in one run although an answer is lost: %s', async (fault) => {
    const scenario = await setupScenario()
    const before = appState(scenario.running)
    await scenario.run()
    scenario.running.faults.on(fault)
    await scenario.undo()
    expect(appState(scenario.running)).toEqual(before)
  })

  test('with a wrong API token ends at once', async () => {
    const scenario = await setupScenario({ org: { faults: ['api-token-revoked'] } })
    await expect(scenario.run()).rejects.toMatchObject({ code: 'api_token_refused' })
    expect(appChanges(scenario.running)).toEqual([])
  })

  test('makes nothing before the public key is published where Okta will look for it', async () => {
    const scenario = await setupScenario({ keyUrl: true })
    scenario.keySet.publish([])
    await expect(scenario.run()).rejects.toMatchObject({ code: 'key_set_incomplete' })
    expect(appChanges(scenario.running)).toEqual([])
    scenario.keySet.publish([setupKey.publicJwk])
    expect((await scenario.run()).proof.read?.records).toBe(1)
  })

  test('waits for a role that the org is late to honour, and says what it waits for', async () => {
    let waits = 0
    const scenario = await setupScenario({
      onProgress: (progress, { running }) => {
        if (progress.event === 'begun' && progress.step.kind === 'prove') {
          const client = scenario.kept().app?.clientId
          running.faults.on({ name: 'admin-role-missing', parameters: { client } })
        }
        if (progress.event === 'waiting' && ++waits === 2) running.faults.off('admin-role-missing')
      },
    })
    const { proof } = await scenario.run()
    expect(proof.read?.records).toBe(1)
    expect(scenario.progress.filter(({ event }) => event === 'waiting')).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('/api/v1/users came empty') }),
      expect.objectContaining({ waitMs: 2_000 }),
    ])
  })

  test('whose role never comes into force ends unproven, and says which tab to look at', async () => {
    const scenario = await setupScenario({
      onProgress: (progress, { running }) => {
        if (progress.event !== 'begun' || progress.step.kind !== 'prove') return
        const client = scenario.kept().app?.clientId
        running.faults.on({ name: 'admin-role-missing', parameters: { client } })
      },
    })
    await expect(scenario.run()).rejects.toMatchObject({
      code: 'setup_unproven',
      remedy: expect.stringContaining('Admin roles tab'),
    })
  })
})

interface Named {
  readonly name: string
  readonly status: string
}
