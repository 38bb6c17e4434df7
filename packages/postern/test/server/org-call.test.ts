import { isKeyCall } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadCases } from '../../../../test/bad-inputs/load.mjs'
import { type AccessRule, type CallMethod, callMethods } from '../../src/config/access-rules.ts'
import { RequestCaller } from '../../src/server/caller.ts'
import { decodedPath, requireCall } from '../../src/server/org-call.ts'
import { Permissions } from '../../src/server/permissions.ts'

function callerWith(...rules: readonly AccessRule[]): RequestCaller {
  return new RequestCaller({ actor: 'access-key:test' }, new Permissions(rules))
}

/** The code of the refusal; `ok` where there is none. */
function outcomeOf(
  call: { method?: CallMethod; path: string; headers?: Record<string, string> },
  caller: RequestCaller,
): string {
  try {
    requireCall({ method: 'GET', headers: {}, ...call }, caller, 'acme')
    return 'ok'
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

const reader = callerWith({ connections: ['acme'], verbs: ['proxy'] })
const everything: AccessRule = {
  connections: ['*'],
  verbs: ['proxy'],
  methods: [...callMethods],
  paths: ['/'],
}
const anyCall = callerWith(everything)
const withKeys = callerWith(everything, { connections: ['acme'], verbs: ['keys'] })

interface ProxyCase {
  readonly context: { readonly methods: CallMethod[]; readonly pathPrefixes: string[] }
  readonly input: {
    readonly request: {
      readonly method: CallMethod
      readonly path: string
      readonly headers?: readonly [string, string][]
    }
  }
}

describe('a call through Postern', () => {
  test.each(
    loadCases()
      .filter(({ category }) => category === 'proxy_request')
      .map((one) => [one.id, one.title, one] as const),
  )('%s: %s', (_id, _title, one) => {
    const { context, input } = one as unknown as ProxyCase
    const { methods, pathPrefixes: paths } = context
    const caller = callerWith({ connections: ['acme'], verbs: ['proxy'], methods, paths })
    const { method, path, headers = [] } = input.request
    const outcome = outcomeOf({ method, path, headers: Object.fromEntries(headers) }, caller)
    expect(outcome).toBe(one.expect.code ?? 'ok')
  })

  test('reads below /api/v1 and nothing else, unless a rule says otherwise', () => {
    expect(outcomeOf({ path: '/api/v1/users?limit=1' }, reader)).toBe('ok')
    expect(outcomeOf({ method: 'HEAD', path: '/api/v1/users' }, reader)).toBe('ok')
    expect(outcomeOf({ path: '/api/v1' }, reader)).toBe('ok')
    expect(outcomeOf({ path: '/api/v10/users' }, reader)).toBe('proxy_path_not_allowed')
    expect(outcomeOf({ path: '/oauth2/v1/keys' }, reader)).toBe('proxy_path_not_allowed')
    expect(outcomeOf({ method: 'POST', path: '/api/v1/users' }, reader)).toBe(
      'proxy_method_not_allowed',
    )
  })

  test('has the method and the path of one and the same rule', () => {
    const caller = callerWith(
      { connections: ['acme'], verbs: ['proxy'], methods: ['GET'], paths: ['/api/v1/users'] },
      { connections: ['acme'], verbs: ['proxy'], methods: ['PUT'], paths: ['/api/v1/groups'] },
      { connections: ['other'], verbs: ['proxy'], methods: ['PUT'], paths: ['/api/v1/users'] },
    )
    expect(outcomeOf({ method: 'PUT', path: '/api/v1/groups/g/users/u' }, caller)).toBe('ok')
    expect(outcomeOf({ method: 'PUT', path: '/api/v1/users/u' }, caller)).toBe(
      'proxy_path_not_allowed',
    )
  })

  test.each([
    '/oauth2/v1/token',
    '/oauth2/v1/token.json',
    '/oauth2/v1/token%20',
    '/oauth2/%20v1/token',
    '/oauth2/default/v1/token',
    '/oauth2/v1/clients',
    '/oauth2/v1/clients/0oa1/credentials/jwks',
    '/api/v1/apps/0oa1/credentials/jwks',
    '/api/v1/apps/0oa1/credentials/secrets',
    '/api/v1/apps/0oa1/Credentials/keys',
    '/api/v1/apps/0oa1;x=1/credentials/keys',
    '/api/v1/apps//0oa1//credentials/keys',
    '/api/v1/apps/0oa1/%63redential%73/keys',
    '/api/v1/apps/0oa1/%2563redentials/keys',
    '/integrations/api/v1/api-services',
    '/integrations/api/v1/api-services/0oa1/credentials/secrets',
  ])('to %s takes the verb keys too', (path) => {
    for (const method of callMethods) {
      expect(outcomeOf({ method, path }, anyCall)).toBe('access_denied')
      expect(outcomeOf({ method, path }, withKeys)).toBe('ok')
    }
  })

  test.each([
    '/api/v1/apps/0oa1',
    '/api/v1/apps/0oa1/users',
    '/oauth2/v1/clientsecrets',
    '/api/v1/users/credentials',
  ])('to %s does not', (path) => {
    expect(outcomeOf({ path }, anyCall)).toBe('ok')
  })

  test.each([
    ['/api/v1/users%2f..%2f..%2foauth2/v1/token', 'proxy_path_invalid'],
    ['/api/v1/users/%252e%252e/apps', 'proxy_path_traversal'],
    ['/api/v1/users/..;/apps', 'proxy_path_traversal'],
    ['/api/v1\\..\\x', 'proxy_path_invalid'],
    ['/api/v1/%5cx', 'proxy_path_invalid'],
    ['/api/v1/users#x', 'proxy_path_invalid'],
    ['/api/v1/%00', 'proxy_path_invalid'],
    ['/api/v1/%zz', 'proxy_path_invalid'],
    ['HTTPS://acme.okta.com/api/v1/users', 'proxy_host_refused'],
    ['', 'proxy_path_invalid'],
  ])('to %s is refused with %s', (path, code) => {
    expect(outcomeOf({ path }, withKeys)).toBe(code)
  })

  test('sets no header that speaks for somebody', () => {
    for (const name of ['cookie', 'dpop', 'X_Forwarded_For', 'content-length', 'x-api-key']) {
      expect(outcomeOf({ path: '/api/v1/users', headers: { [name]: 'x' } }, reader)).toBe(
        'proxy_header_refused',
      )
    }
    const headers = { Accept: 'application/json', 'If-None-Match': '"1"' }
    expect(outcomeOf({ path: '/api/v1/users', headers }, reader)).toBe('ok')
  })
})

test('a path that passes leads nowhere else, however a server decodes it', () => {
  const text = fc.string({ unit: fc.constantFrom(...'/.%25e2fFcC;\\?#ab'), maxLength: 24 })
  fc.assert(
    fc.property(text, (rest) => {
      let path: string
      try {
        path = decodedPath(`/api/v1/${rest}`)
      } catch {
        return
      }
      const { pathname } = new URL(`/api/v1/${rest}`, 'https://acme.okta.com')
      for (let read = pathname, round = 0; round < 3; round++) {
        expect(new URL(read, 'https://acme.okta.com').pathname).toMatch(/^\/api\/v1\//)
        try {
          read = decodeURIComponent(read)
        } catch {
          break
        }
      }
      expect(path.startsWith('/api/v1/')).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})

test('a path to keys is one whichever of its letters is encoded', () => {
  const word = 'credentials'
  for (const [at, letter] of [...word].entries()) {
    const encoded = `%${letter.charCodeAt(0).toString(16)}`
    const path = `/api/v1/apps/0oa1/${word.slice(0, at)}${encoded}${word.slice(at + 1)}/jwks`
    expect(isKeyCall({ method: 'GET', path: decodedPath(path) })).toBe(true)
  }
})

describe('a call that makes, registers or grants what signs in', () => {
  test.each([
    ['POST', '/api/v1/apps'],
    ['PUT', '/api/v1/apps/0oaTEST0000000000Tst'],
    ['PUT', '/api/v1//apps/0oaTEST0000000000Tst;x/'],
    ['DELETE', '/api/v1/apps/0oaTEST0000000000Tst'],
    ['POST', '/api/v1/apps/0oaTEST0000000000Tst/grants'],
    ['POST', '/api/v1/apps/0oaTEST0000000000Tst;x/Grants/'],
    ['DELETE', '/api/v1/apps/0oaTEST0000000000Tst/grants/oagTEST0000000000Tst'],
    ['POST', '/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate'],
    ['POST', '/api/v1/authorizationServers/default/resourceservercredentials/keys'],
    ['POST', '/api/v1/idps'],
    ['PUT', '/api/v1/idps/0oiTEST0000000000Tst'],
    ['POST', '/api/v1/idps/credentials/keys'],
    ['DELETE', '/api/v1/idps/credentials/keys/kid'],
    ['POST', '/api/v1/idps/0oiTEST0000000000Tst/credentials/keys/generate'],
    ['POST', '/api/v1/idps/0oiTEST0000000000Tst/credentials/csrs'],
    ['POST', '/api/v1/hook-keys'],
    ['PUT', '/api/v1/api-tokens/00TTEST0000000000Tst'],
  ] as const)('%s %s needs keys too', (method, path) => {
    expect(outcomeOf({ method, path }, anyCall)).toBe('access_denied')
    expect(outcomeOf({ method, path }, withKeys)).toBe('ok')
  })

  test.each([
    ['GET', '/api/v1/apps'],
    ['GET', '/api/v1/apps/0oaTEST0000000000Tst'],
    ['PUT', '/api/v1/apps/0oaTEST0000000000Tst/users/00uTEST0000000000Tst'],
    ['GET', '/api/v1/apps/0oaTEST0000000000Tst/grants'],
    ['GET', '/api/v1/authorizationServers/default/credentials/keys'],
    ['PUT', '/api/v1/authorizationServers/default'],
    ['GET', '/api/v1/idps/credentials/keys'],
    ['POST', '/api/v1/idps/0oiTEST0000000000Tst/lifecycle/activate'],
    ['GET', '/api/v1/api-tokens'],
    ['POST', '/api/v1/groups'],
  ] as const)('%s %s does not', (method, path) => {
    expect(outcomeOf({ method, path }, anyCall)).toBe('ok')
  })
})
