/** @module Reasons that look alike and are told apart, and answers that orgs give in more than one way. */

import {
  createApp,
  deactivateApp,
  exportJwk,
  generateKey,
  importKey,
  Org,
  Secret,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { diagnoseScene, problemsOf, type Scene } from '../../../../test/doctor/scene.ts'
import { startScriptedServer } from '../../../../test/scripted-server.ts'

describe('scope and role are told apart', () => {
  test('a role without a scope is a scope that is not granted', async () => {
    expect(await codes({}, 'scope-not-granted=okta.apps.read')).toEqual(['scope_not_granted'])
  })

  test('a scope without a role is a role that is missing', async () => {
    expect(await codes({}, 'admin-role-missing')).toEqual(['role_missing'])
  })

  test('neither of them are two problems', async () => {
    const scene: Scene = {
      before: async (running) => {
        running.faults.on('admin-role-missing')
        return {}
      },
    }
    expect(await codes(scene, 'scope-not-granted')).toEqual(['scope_not_granted', 'role_missing'])
  })

  test('of a connection that reads the log alone, an empty log is a role that is missing', async () => {
    const start = { scopes: ['okta.logs.read'] }
    expect(await codes({ start }, 'admin-role-missing')).toEqual(['role_missing'])
  })

  test('a role that reads and does not write is too narrow for a connection that writes', async () => {
    const start = { scopes: ['okta.apps.manage'] }
    const findings = await diagnoseScene({ start })
    expect(problemsOf(findings)).toEqual([
      expect.objectContaining({
        check: 'writing',
        code: 'role_too_narrow',
        details: { roles: ['APP_ADMIN'] },
        remedy: expect.stringContaining('Application Administrator'),
      }),
    ])
  })
})

describe('a role that allows less than its scope', () => {
  test('of memberships alone is no problem, and said', async () => {
    const start = { scopes: ['okta.groups.manage'], role: 'GROUP_MEMBERSHIP_ADMIN' } as const
    const findings = await diagnoseScene({ start })
    expect(problemsOf(findings)).toEqual([])
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'role_allows_less', status: 'information' }),
    )
  })
})

describe('an admin’s credential that is of no use', () => {
  test('is named, and what it would have proven stays likely', async () => {
    const scene: Scene = {
      before: async (running) => {
        const apiToken = new Secret(`00${'x'.repeat(40)}`)
        const credential = { kind: 'api-token', apiToken } as const
        running.faults.on('key-inactive')
        return { admin: new Org({ url: running.url, dev: true, credential }) }
      },
    }
    expect(await codes(scene)).toEqual(['admin_refused', 'kid_refused'])
  })
})

describe('an app whose client id was chosen when it was made', () => {
  test('is found by an admin’s credential, although its own id is another', async () => {
    const scene: Scene = {
      before: async (running) => {
        const clientId = 'chosen-client'
        const key = await generateKey({ alg: 'ES256' })
        const apiToken = new Secret(running.adminToken)
        const credential = { kind: 'api-token', apiToken } as const
        const admin = new Org({ url: running.url, dev: true, credential })
        const app = { label: 'Chosen', publicJwk: key.publicJwk, dpopRequired: false }
        const { appId } = await createApp(admin, app, clientId)
        await deactivateApp(admin, appId)
        return { admin, connection: { clientId, key: exportJwk(key) } }
      },
    }
    const [problem, ...others] = problemsOf(await diagnoseScene(scene))
    expect(problem).toMatchObject({ code: 'app_inactive', certainty: 'proven' })
    expect(others).toEqual([])
  })
})

describe('scopes that an org does not have', () => {
  const start = { scopes: ['okta.users.read'] }
  const options = { connection: { scopes: 'okta.users.read okta.brandNewThings.read' } }

  test('are named where the whole request is refused for them', async () => {
    const findings = await diagnoseScene({ start, options })
    expect(problemsOf(findings)).toEqual([
      expect.objectContaining({
        check: 'token',
        code: 'scope_unknown',
        certainty: 'proven',
        details: expect.objectContaining({ scopes: ['okta.brandNewThings.read'] }),
      }),
    ])
  })

  test('are named where they are dropped in silence, and not taken for ones that are not granted', async () => {
    const assumptions = { unknownScope: 'dropped' } as const
    const findings = await diagnoseScene({ start: { ...start, assumptions }, options })
    expect(problemsOf(findings)).toEqual([
      expect.objectContaining({ check: 'granted-scopes', code: 'scope_unknown' }),
    ])
  })
})

describe('whichever way an org answers what the sources leave open', () => {
  test('lists that are 403 without a role mean the same as empty ones', async () => {
    const start = { assumptions: { listsWithoutRole: 'forbidden' } } as const
    expect(await codes({ start }, 'admin-role-missing')).toEqual(['role_missing'])
  })

  test.each(['oauth', 'errorCode'] as const)(
    'an app that is not there is named, in the shape %s',
    async (unknownClientBody) => {
      const start = { assumptions: { unknownClientBody } }
      expect(await codes({ start }, 'app-deleted')).toEqual(['app_unknown'])
    },
  )

  test.each([
    ['authentication-failed', 'app_refused'],
    ['client-id-invalid', 'app_unknown'],
  ] as const)(
    'an inactive app that is refused as %s is one of two possibilities, and proven with an admin’s credential',
    async (inactiveAppAtToken, likely) => {
      const start = { assumptions: { inactiveAppAtToken } }
      const findings = problemsOf(await diagnoseScene({ start }, { fault: 'app-inactive' }))
      expect(findings).toEqual([
        expect.objectContaining({
          code: likely,
          certainty: 'likely',
          observed: expect.stringContaining('the app is not active'),
        }),
      ])
      const proven = await diagnoseScene({ start }, { fault: 'app-inactive', admin: true })
      expect(problemsOf(proven)).toEqual([
        expect.objectContaining({ code: 'app_inactive', certainty: 'proven' }),
      ])
    },
  )

  test.each(['empty', 'E0000011'] as const)(
    'an access token that is refused, with the body %s, is no API token',
    async (refusedTokenBody) => {
      // Over before anything is asked with it, and told to live for an hour.
      const scene: Scene = {
        start: { assumptions: { refusedTokenBody } },
        before: async (running) => {
          running.org.authorization.toldLifeSeconds = 3_600
          running.org.authorization.tokenLifeSeconds = -10
          return {}
        },
      }
      expect(await codes(scene)).toEqual(['token_life_misstated', 'token_refused'])
    },
  )

  test.each(['E0000005', 'invalid-token'] as const)(
    'what a call without a credential gets, %s, is nothing that the doctor asks',
    async (unauthenticatedCall) => {
      expect(await codes({ start: { assumptions: { unauthenticatedCall } } })).toEqual([])
    },
  )
})

describe('rate limits', () => {
  test('a share that somebody made small is a warning with its size', async () => {
    const scene: Scene = {
      before: async (running) => {
        running.limits.share = 0.1
        return {}
      },
    }
    expect(problemsOf(await diagnoseScene(scene))).toEqual([
      expect.objectContaining({
        code: 'rate_share_low',
        certainty: 'likely',
        observed: expect.stringContaining('about 10 %'),
        remedy: expect.stringContaining('Application rate limits'),
      }),
    ])
  })

  test.each(['integrator', 'enterprise', 'workforce'] as const)(
    'the usual share of the plan %s is no problem',
    async (edition) => {
      expect(await codes({ start: { edition } })).toEqual([])
    },
  )

  test('a limit that another program has nearly used up is a warning', async () => {
    const scene: Scene = {
      before: async ({ url, app, limits }, clock) => {
        limits.overrides.set('/api/v1/users', 40)
        const { clientId, scopes } = app
        const key = await importKey(JSON.stringify(app.key))
        const credential = { kind: 'service-app', clientId, key, scopes } as const
        const other = new Org({ url, dev: true, clock, credential })
        for (let n = 0; n < 17; n++) {
          await other.request({ path: '/api/v1/users', query: { limit: 1 } })
        }
        return {}
      },
    }
    expect(await codes(scene)).toEqual(['rate_share_used'])
  })
})

test('a proof whose signature is refused is not taken for a key that is', async () => {
  const server = await startScriptedServer(({ path }) => {
    if (path.startsWith('/.well-known')) return { body: { id: '00oTEST' } }
    const error_description = 'The DPoP proof JWT signature is invalid.'
    return { status: 400, body: { error: 'invalid_dpop_proof', error_description } }
  })
  expect(await codesAt(server.orgUrl)).toEqual(['dpop_proof_refused'])
  await server.close()
})

describe('what answers in the place of an org', () => {
  test('404 means that there is no org of this name', async () => {
    const server = await startScriptedServer(() => ({ status: 404, body: '<html>' }))
    expect(await codesAt(server.orgUrl)).toEqual(['org_url_no_org'])
    await server.close()
  })

  test('JSON that is no organization is not taken for one', async () => {
    const server = await startScriptedServer(() => ({ body: { hello: 'world' } }))
    expect(await codesAt(server.orgUrl)).toEqual(['org_not_answering_json'])
    await server.close()
  })

  test('text from it is shown without what commands a terminal', async () => {
    const server = await startScriptedServer(() => ({
      status: 302,
      headers: { location: 'https://login.example/%1b[31m' },
    }))
    const findings = await diagnoseScene({ options: { connection: { orgUrl: server.orgUrl } } })
    expect(JSON.stringify(findings)).not.toMatch(/\\u001b/)
    await server.close()
  })
})

async function codes(scene: Scene, fault?: string): Promise<readonly (string | undefined)[]> {
  const findings = await diagnoseScene(scene, fault === undefined ? {} : { fault })
  return problemsOf(findings).map(({ code }) => code)
}

function codesAt(orgUrl: string): Promise<readonly (string | undefined)[]> {
  return codes({ realTime: true, options: { connection: { orgUrl } } })
}
