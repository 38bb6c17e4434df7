import {
  ActionError,
  actions,
  argumentsSchema,
  declareAction,
  Org,
  runAction,
  Secret,
  type TransportRequest,
} from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openPeople } from './people.ts'

const user = { name: 'user', kind: 'user', description: 'The user.' }
const resetFactors = {
  name: 'user.reset_factors',
  title: 'Reset the factors of a user',
  summary: 'Takes every authenticator from a user.',
  method: 'POST',
  path: '/api/v1/users/{user}/lifecycle/reset_factors',
  scopes: ['okta.users.manage'],
  parameters: [user],
}

/** The places of the problems of a declaration; none where it will do. */
function problemsOf(declaration: unknown): readonly string[] {
  try {
    declareAction(declaration)
    return []
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    expect(error.code).toBe('action_declaration_invalid')
    const { problems } = error.details as { problems: readonly { path: string }[] }
    return problems.map(({ path }) => path)
  }
}

describe('a declared action', () => {
  test('is described like one that is built in', () => {
    const action = declareAction(resetFactors)
    expect(action).toMatchObject({ effect: 'change', destructive: false, roles: [] })
    expect(argumentsSchema(action)).toEqual({
      type: 'object',
      properties: { user: { type: 'string', description: 'The user.' } },
      required: ['user'],
      additionalProperties: false,
    })
    const remove = { ...resetFactors, method: 'DELETE', path: '/api/v1/users/{user}/factors' }
    expect(declareAction(remove).destructive).toBe(true)
  })

  test('finds what its arguments name, and sends one request', async () => {
    const people = await openPeople()
    const { id } = people.put('ada@example.com')
    const action = declareAction(resetFactors)
    const args = { user: 'ada@example.com' }
    const path = `/api/v1/users/${id}/lifecycle/reset_factors`
    const planned = await runAction(people.app, action, args, { dryRun: true })
    expect(planned).toMatchObject({
      changed: true,
      objects: [{ kind: 'user', id, name: 'ada@example.com' }],
      after: { request: { method: 'POST', path, query: {} } },
      effects: [{ change: 'user.reset_factors', objects: [id], summary: `Send POST ${path}.` }],
    })
    expect(people.changes()).toEqual([])
    const done = await runAction(people.app, action, args, { approvedEffects: planned.effects })
    expect(done).toMatchObject({ changed: true, result: { status: 200, body: {} } })
    expect(people.changes()).toEqual([`POST ${path}`])
  })

  test('that reads gives the answer and no effect', async () => {
    const people = await openPeople()
    const { id } = people.put('ada@example.com')
    const action = declareAction({
      ...resetFactors,
      name: 'user.list_groups',
      method: 'GET',
      path: '/api/v1/users/{user}/groups',
      query: { limit: '{limit}', expand: 'none' },
      parameters: [user, { ...user, name: 'limit', kind: 'text', required: false }],
    })
    const answer = await runAction(people.app, action, { user: id })
    expect(answer).toMatchObject({
      changed: false,
      effects: [],
      result: { status: 200, body: [{ profile: { name: 'Everyone' } }] },
    })
  })

  test('sends nothing again whose answer was lost, and says to look', async () => {
    const people = await openPeople()
    const { id } = people.put('ada@example.com')
    const remove = {
      ...resetFactors,
      name: 'user.remove',
      method: 'DELETE',
      path: '/api/v1/users/{user}',
    }
    people.running.faults.on({
      name: 'socket-reset-after-write',
      parameters: { times: 1, path: '/api' },
    })
    await expect(runAction(people.app, declareAction(remove), { user: id })).rejects.toMatchObject({
      code: 'action_outcome_unknown',
      remedy: expect.stringContaining('Look in the org'),
    })
    expect(people.running.org.users.get(id)?.status).toBe('DEPROVISIONED')
  })

  test('leaves out of the body what was left out of the arguments, and takes whole values', async () => {
    const sent: TransportRequest[] = []
    const org = recordingOrg(sent)
    const text = (name: string, more = {}) => ({ name, kind: 'text', description: 'x', ...more })
    const action = declareAction({
      ...resetFactors,
      method: 'POST',
      path: '/api/v1/things/{what}',
      query: { flag: '{flag}', fixed: 7, other: '{other}' },
      body: { a: ['{what}', '{other}', 1], b: { c: '{data}', d: '{other}', e: null }, f: '{x.y}' },
      parameters: [
        text('what'),
        text('other', { required: false }),
        text('flag', { kind: 'boolean' }),
        text('data', { kind: 'json' }),
      ],
    })
    const data = { deep: ['{what}', JSON.parse('{"__proto__": 1}')] }
    await runAction(org, action, { what: 'x', flag: true, data })
    expect(sent.map(({ method, url }) => [method, url])).toEqual([
      ['POST', 'https://acme.okta.com/api/v1/things/x?flag=true&fixed=7'],
    ])
    expect(sent[0]?.body).toBe(
      '{"a":["x",1],"b":{"c":{"deep":["{what}",{"__proto__":1}]},"e":null},"f":"{x.y}"}',
    )
  })
})

describe('a declaration is refused, every problem at its place,', () => {
  test('where it leads to keys, tokens or off the org', () => {
    for (const [method, path] of [
      ['POST', '/oauth2/v1/token'],
      ['POST', '/oauth2/default/v1/token'],
      ['GET', '/oauth2/v1/clients'],
      ['GET', '/api/v1/apps/x/credentials/keys'],
      ['POST', '/api/v1/apps'],
      ['POST', '/api/v1/API-TOKENS/x'],
      ['GET', '//evil.example/api'],
      ['GET', 'https://evil.example/api/v1/users'],
      ['GET', 'api/v1/users'],
      ['GET', '/api/v1/../v1/users'],
      ['GET', '/api/v1/users?x=y'],
      ['GET', '/api/v1/users#x'],
      ['GET', '/api/v1/%2e%2e/users'],
      ['GET', '/api\\v1'],
      ['GET', '/api/v1/users/x{user}'],
      ['GET', '/api/v1/users/'],
      ['GET', '/'],
      ['GET', ''],
    ] as const) {
      const declaration = { ...resetFactors, method, path, parameters: [] }
      expect([path, problemsOf(declaration)]).toEqual([path, ['path']])
    }
    const app = { ...user, name: 'app', kind: 'app' }
    const keys = { ...resetFactors, method: 'GET', path: '/api/v1/apps/{app}/credentials/keys' }
    expect(problemsOf({ ...keys, parameters: [app] })).toEqual(['path'])
  })

  test('where placeholders and parameters do not fit', () => {
    expect(
      problemsOf({
        ...resetFactors,
        path: '/api/v1/users/{user}/{nobody}/{list}/{maybe}',
        query: { a: '{what}', b: 'x {user}', c: null, d: '{list}' },
        body: { deep: [{ x: '{unknown}' }, 'a {user}'] },
        parameters: [
          user,
          user,
          { ...user, name: 'unused' },
          { ...user, name: 'list', kind: 'object' },
          { ...user, name: 'maybe', required: false },
        ],
      }),
    ).toEqual([
      'query.c',
      'query.b',
      'body.deep[1]',
      'parameters[1].name',
      'path',
      'query.a',
      'body.deep[0].x',
      'path',
      'path',
      'query.d',
      'parameters[2]',
    ])
  })

  test.each([
    ['no object', [], ['']],
    ['a header', { ...resetFactors, headers: { Authorization: 'x' } }, ['']],
    ['a host', { ...resetFactors, host: 'evil.example' }, ['']],
    ['nothing', {}, ['method', 'name', 'title', 'summary', 'path', 'scopes']],
    ['the name of a built-in one', { ...resetFactors, name: 'user.find' }, ['name']],
    ['a name with capitals', { ...resetFactors, name: 'User.x' }, ['name']],
    ['a name of one word', { ...resetFactors, name: 'reset' }, ['name']],
    // No rule could name it.
    ['a long name', { ...resetFactors, name: `${'a'.repeat(32)}.${'b'.repeat(32)}` }, ['name']],
    ['a body for GET', { ...resetFactors, method: 'GET', body: {} }, ['body']],
    ['the wrong effect', { ...resetFactors, effect: 'read' }, ['effect']],
    ['another method', { ...resetFactors, method: 'TRACE' }, ['method']],
    ['no scope', { ...resetFactors, scopes: [] }, ['scopes']],
    [
      'a scope that there is none of',
      { ...resetFactors, scopes: ['okta.user.manage'] },
      ['scopes'],
    ],
    ['a role in lower case', { ...resetFactors, roles: ['help desk'] }, ['roles']],
    ['a control character', { ...resetFactors, title: 'a\u001b[31m' }, ['title']],
    ['a secret', { ...resetFactors, body: { t: `00${'a'.repeat(40)}` } }, ['']],
    [
      'a list of users',
      { ...resetFactors, parameters: [{ ...user, kind: 'users' }] },
      ['parameters[0].kind'],
    ],
    [
      'a parameter that every object has',
      {
        ...resetFactors,
        path: '/api/v1/users/{constructor}',
        parameters: [{ ...user, name: 'constructor' }],
      },
      ['parameters[0].name'],
    ],
  ])('for %s', (_what, declaration, places) => {
    expect(problemsOf(declaration)).toEqual(places)
  })

  test('for the name of any action there is', () => {
    for (const { name } of actions) expect(problemsOf({ ...resetFactors, name })).toEqual(['name'])
  })

  test('whatever it is, without another error', () => {
    const value = fc.anything({ maxDepth: 3, withNullPrototype: true })
    const member = fc.record(
      Object.fromEntries(
        [...Object.keys(resetFactors), 'query', 'body'].map((name) => [name, value]),
      ),
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(member, (members) => {
        problemsOf({ ...resetFactors, ...members })
      }),
      { numRuns: 500 },
    )
  })
})

test('whatever an argument is, the request keeps its host, its segments and its headers', async () => {
  const sent: TransportRequest[] = []
  const org = recordingOrg(sent)
  const action = declareAction({
    ...resetFactors,
    method: 'POST',
    path: '/api/v1/{first}/x/{second}/y',
    query: { q: '{first}' },
    body: { first: '{first}' },
    parameters: ['first', 'second'].map((name) => ({ ...user, name, kind: 'text' })),
  })
  const odd = fc.string({
    unit: fc.constantFrom(...'/.%25e2fFcC;\\?#@:&=+ ab\r\n"{}é'),
    maxLength: 16,
  })
  const words = fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%252e',
    'apps',
    'users',
    '//evil.example',
    '{second}',
  )
  const text = fc.oneof(odd, words, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
  await fc.assert(
    fc.asyncProperty(text, text, async (first, second) => {
      sent.length = 0
      const isSent = await runAction(org, action, { first, second }).then(
        () => true,
        (error) => {
          expect(error.code).toBe('action_arguments_invalid')
          return false
        },
      )
      expect(sent).toHaveLength(isSent ? 1 : 0)
      if (!isSent) return
      const [request] = sent
      const { origin, pathname, searchParams } = new URL(request?.url ?? '')
      expect([origin, request?.method]).toEqual(['https://acme.okta.com', 'POST'])
      const segments = pathname.split('/')
      expect(segments.map(decodeURIComponent)).toEqual(['', 'api', 'v1', first, 'x', second, 'y'])
      // Whoever decodes once more finds the same segments.
      expect(decodeURIComponent(pathname).split('/')).toHaveLength(segments.length)
      expect([...searchParams]).toEqual([['q', first]])
      expect(JSON.parse(String(request?.body))).toEqual({ first })
      expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
        'accept',
        'authorization',
        'content-type',
        'user-agent',
      ])
    }),
    { numRuns: 2_000 },
  )
})

test('a path that arguments lead to keys is refused before anything is sent', async () => {
  const sent: TransportRequest[] = []
  const org = recordingOrg(sent)
  const action = declareAction({
    ...resetFactors,
    method: 'GET',
    path: '/api/v1/{kind}/{id}/{what}',
    parameters: ['kind', 'id', 'what'].map((name) => ({ ...user, name, kind: 'text' })),
  })
  for (const kind of ['apps', 'Apps', 'apps;x', '%61pps']) {
    await expect(
      runAction(org, action, { kind, id: '0oa1', what: 'credentials' }),
    ).rejects.toMatchObject({ code: 'action_path_refused' })
  }
  expect(sent).toEqual([])
})

/** An org whose requests are noted in the place of being sent. */
function recordingOrg(sent: TransportRequest[]): Org {
  return new Org({
    url: 'https://acme.okta.com',
    credential: { kind: 'api-token', apiToken: new Secret(`00${'T'.repeat(40)}`) },
    transport: async (request) => {
      sent.push(request)
      return { status: 200, headers: new Headers(), body: null }
    },
  })
}
