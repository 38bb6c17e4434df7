import {
  describePlan,
  generateKey,
  isAdminRole,
  newSetupState,
  type PlanSetupOptions,
  parseOrgUrl,
  parseSetupState,
  planSetup,
  scopeBundles,
  stepsOf,
  terraformOf,
} from '@postern/core'
import { describe, expect, test } from 'vitest'
import { setupKey } from './setup-scenario.ts'

const rsa = await generateKey({ kid: 'rsa-key' })
const { org } = parseOrgUrl('acme.okta.com')

function plan(more: Partial<PlanSetupOptions> = {}) {
  return planSetup({
    name: 'acme',
    org,
    publicJwk: rsa.publicJwk,
    scopes: ['okta.users.read', 'okta.groups.read'],
    roles: [{ type: 'READ_ONLY_ADMIN' }],
    randomUUID: () => '01234567-89ab-cdef-0123-456789abcdef',
    ...more,
  })
}

const everyPlan = (['apps', 'clients'] as const).flatMap((via) =>
  [undefined, 'https://keys.acme.example/jwks.json'].flatMap((jwksUri) =>
    [true, false].map((dpopRequired) =>
      plan({ via, dpopRequired, ...(jwksUri === undefined ? {} : { jwksUri }) }),
    ),
  ),
)

describe('planSetup', () => {
  test('chooses a client id that Okta takes, whatever the connection is called', () => {
    expect(plan().clientId).toBe('postern-acme-0123456789abcdef')
    expect(plan({ name: 'Ünïcode & Co. / DEV' }).clientId).toBe(
      'postern-n-code-co-dev-0123456789abcdef',
    )
    expect(plan({ name: 'x'.repeat(300) }).clientId).toMatch(/^[a-z0-9-]{100}$/)
    expect(plan({ randomUUID: () => crypto.randomUUID() }).clientId).not.toBe(plan().clientId)
    expect(plan({ via: 'clients' }).clientId).toBeUndefined()
  })

  test.each([
    ['no scope', { scopes: [] }],
    ['an empty name', { name: '' }],
    ['a name with a line break', { name: 'ac\nme' }],
    ['a label that would command a terminal', { label: 'acme\u001b[31m' }],
    ['an empty label', { label: ' ' }],
    ['a label of 101 characters', { label: 'x'.repeat(101) }],
  ])('refuses %s', (_what, more) => {
    expect(() => plan(more)).toThrow(expect.objectContaining({ code: 'setup_plan_invalid' }))
  })

  test('gives steps with unique names, the check of the administrator first and the proof last', () => {
    for (const each of everyPlan) {
      const ids = stepsOf(each).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect([ids[0], ids.at(-1)]).toEqual(['check-admin', 'prove'])
    }
  })

  test('knows only scopes and roles that exist in its bundles', () => {
    for (const { scopes, roles } of Object.values(scopeBundles)) {
      expect(roles.every(isAdminRole)).toBe(true)
      expect(planSetup({ ...plan(), scopes, roles: [] }).scopes).toEqual([...scopes].sort())
    }
  })
})

describe('describePlan', () => {
  test('shows what shall be, and the request of each step', () => {
    const text = describePlan(plan())
    expect(text).toContain('Client ID    postern-acme-0123456789abcdef')
    expect(text).toContain('3. Grant okta.groups.read')
    expect(text).toContain(
      'POST /api/v1/apps/{appId}/grants {"scopeId":"okta.groups.read","issuer":"https://acme.okta.com"}',
    )
    expect(text).toContain(
      'POST /oauth2/v1/clients/postern-acme-0123456789abcdef/roles {"type":"READ_ONLY_ADMIN"}',
    )
  })

  test('holds nothing of the private key, as text and as Terraform', () => {
    const secret: Record<string, string> = JSON.parse(rsa.privateJwk.reveal())
    for (const each of everyPlan) {
      const texts = [describePlan(each), terraformOf(each), JSON.stringify(newSetupState(each))]
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
        expect(texts.join('\n')).not.toContain(secret[member])
      }
    }
  })
})

describe('terraformOf', () => {
  test('writes the app, its scopes and its roles for the provider okta/okta', () => {
    const { n } = rsa.publicJwk as { readonly n: string }
    expect(
      terraformOf(plan()),
    ).toBe(`# The private key is not here: whoever planned this app has it.
terraform {
  required_providers {
    okta = {
      source = "okta/okta"
    }
  }
}

resource "okta_app_oauth" "postern" {
  label                      = "Postern acme"
  type                       = "service"
  client_id                  = "postern-acme-0123456789abcdef"
  grant_types                = ["client_credentials"]
  response_types             = ["token"]
  token_endpoint_auth_method = "private_key_jwt"
  pkce_required              = false
  # Of provider releases since September 2026. With an older one, leave the line out and switch it on in the
  # Admin Console: General > General Settings > Edit > Require Demonstrating Proof of Possession (DPoP).
  dpop_bound_access_tokens = true

  jwks {
    kty = "RSA"
    kid = "rsa-key"
    e   = "AQAB"
    n   = "${n}"
  }
}

resource "okta_app_oauth_api_scope" "postern" {
  app_id = okta_app_oauth.postern.id
  issuer = "https://acme.okta.com"
  scopes = ["okta.groups.read", "okta.users.read"]
}

resource "okta_app_oauth_role_assignment" "postern_1" {
  # Read-Only Administrator
  client_id = okta_app_oauth.postern.client_id
  type      = "READ_ONLY_ADMIN"
}

output "postern_client_id" {
  value = okta_app_oauth.postern.client_id
}`)
  })

  test('writes a URL of keys, a custom role, and quotes what would be a template', () => {
    const text = terraformOf(
      plan({
        label: `"\${file("/etc/passwd")}" %{ if true }`,
        jwksUri: 'https://keys.acme.example/jwks.json',
        roles: [{ type: 'CUSTOM', roleId: 'cr0aaa', resourceSetId: 'iambbb' }],
      }),
    )
    expect(text).toContain('jwks_uri = "https://keys.acme.example/jwks.json"')
    expect(text).not.toContain('jwks {')
    expect(text).toContain('resource_set = "iambbb"')
    expect(text).toContain('"\\"$${file(\\"/etc/passwd\\")}\\" %%{ if true }"')
  })

  test('refuses an EC key, whose curve would be lost', () => {
    const withEc = plan({ publicJwk: setupKey.publicJwk })
    expect(() => terraformOf(withEc)).toThrow(
      expect.objectContaining({ code: 'setup_plan_invalid' }),
    )
  })
})

describe('parseSetupState', () => {
  test('reads back every state that was kept', () => {
    for (const each of everyPlan) {
      const custom = { type: 'CUSTOM', roleId: 'cr0', resourceSetId: 'iam' } as const
      const state = {
        ...newSetupState({ ...each, roles: [...each.roles, custom] }),
        startedAt: '2026-01-01T00:00:00.000Z',
        done: ['check-admin', 'create-app'],
        skipped: { 'require-dpop': 'not allowed' },
        app: { appId: '0oa1', clientId: each.clientId ?? 'postern-acme' },
      }
      expect(parseSetupState(JSON.parse(JSON.stringify(state)))).toEqual(state)
    }
  })

  test.each([
    ['nothing', undefined],
    ['another version', { ...newSetupState(plan()), version: 2 }],
    ['no plan', { ...newSetupState(plan()), plan: undefined }],
    ['no list of what is done', { ...newSetupState(plan()), done: 'all' }],
    ['an org that is no origin', withPlan({ org: 'https://acme.okta.com/path' })],
    ['a way that is none', withPlan({ via: 'magic' })],
    ['an app without a client id', withPlan({ clientId: undefined })],
    ['a key without its numbers', withPlan({ publicJwk: { kty: 'RSA', kid: 'k', alg: 'RS256' } })],
    ['an app with another client id', withApp({ appId: '0oa1', clientId: 'other' })],
    ['a role that is none', withPlan({ roles: [{ type: 'EMPEROR' }] })],
  ])('refuses %s', (_what, value) => {
    const read = () => parseSetupState(JSON.parse(JSON.stringify(value ?? null)))
    expect(read).toThrow(expect.objectContaining({ code: 'setup_state_invalid' }))
  })
})

function withApp(app: Record<string, unknown>) {
  return { ...newSetupState(plan()), app }
}

function withPlan(members: Record<string, unknown>) {
  return { ...newSetupState(plan()), plan: { ...plan(), ...members } }
}
