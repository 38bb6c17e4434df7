import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'

const place = createPlace()
afterAll(place.remove)

const small = { users: 30, groups: 4, apps: 3 } as const

describe('postern request', () => {
  test.each([{}, { dpopRequired: true }])(
    "prints an answer's own bytes on stdout, and nothing else (mission 4.20), %o",
    async (how) => {
      const org = await serveOrg(place, { ...small, ...how })
      const path = '/api/v1/users?limit=2'
      const { code, stdout, stderr } = await place.run(['request', 'GET', path, ...org.app])
      expect([code, stdout]).toEqual([0, `${await org.get(path)}\n`])
      expect(stderr).not.toContain('request id')
    },
  )

  test('says status, request id and what is left of the rate limit with --verbose', async () => {
    const org = await serveOrg(place, small)
    const { stderr } = await place.run(['request', 'get', '/api/v1/users', ...org.app, '--verbose'])
    expect(stderr).toMatch(/^200, request id [\w-]+, \d+ of \d+ requests left in this minute$/m)
  })

  test('says nothing with --verbose that commands a terminal (S28)', async () => {
    const headers = { 'x-rate-limit-limit': '600', 'x-rate-limit-remaining': '5\u009b31m' }
    const server = await startScriptedServer(() => ({ body: [], headers }))
    onTestFinished(server.close)
    const { code, stderr } = await place.run(
      [
        'request',
        'GET',
        '/api/v1/users',
        '--org',
        server.orgUrl,
        '--api-token',
        'env:T',
        '--verbose',
      ],
      { env: { T: `00TEST${'0'.repeat(36)}` } },
    )
    expect([code, stderr]).toEqual([0, expect.stringContaining('5 31m of 600')])
  })

  test('says of a change whose answer is lost that it may have been made (G6)', async () => {
    const faults = ['socket-reset-after-write=path:/api/v1,method:POST']
    const org = await serveOrg(place, { ...small, faults })
    const body = '{"profile":{"name":"lost"}}'
    const args = ['request', 'POST', '/api/v1/groups', ...org.app, '--body', body]
    const { code, stdout, stderr } = await place.run(args)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('It is not known whether the change was made.')
    expect(stderr).toContain('Look at the org')
  })

  test.each([
    { status: 502, code: 'upstream_unavailable' },
    { status: 504, code: 'upstream_unavailable' },
    { status: 408, code: 'upstream_unavailable' },
    { status: 302, code: 'upstream_redirect_refused' },
    { status: 700, code: 'upstream_bad_response' },
  ])(
    'says of a change that a gateway answers with $status that it may have been made (G6)',
    async ({ status, code }) => {
      const headers = status === 302 ? { location: '/login' } : {}
      const server = await startScriptedServer(() => ({ status, headers, body: '<html></html>' }))
      onTestFinished(server.close)
      const env = { T: '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST' }
      const flags = ['--org', server.orgUrl, '--api-token', 'env:T', '--output', 'json']
      const args = ['request', 'POST', '/api/v1/groups', '--body', '{}', ...flags]
      const { stdout, stderr } = await place.run(args, { env })
      expect([stdout, server.requests.length]).toEqual(['', 1])
      expect(JSON.parse(stderr.slice(stderr.indexOf('{'))).error).toMatchObject({
        code,
        message: expect.stringContaining('It is not known whether the change was made.'),
        remedy: 'Look at the org whether it was made before you send it again.',
        details: { outcome: 'unknown' },
      })
    },
  )

  test.each([
    { method: 'POST', remedy: 'Look at the org whether it was made before you send it again.' },
    {
      method: 'GET',
      remedy: 'Check for a proxy or a sign-in page that answers in the place of Okta.',
    },
  ])('takes a page for no answer of Okta to a $method, and shows it (G6)', async (one) => {
    const { method, remedy } = one
    const body = '<html>Sign in</html>'
    const server = await startScriptedServer(() => ({ body }))
    onTestFinished(server.close)
    const env = { T: '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST' }
    const flags = ['--org', server.orgUrl, '--api-token', 'env:T', '--output', 'json']
    const args = ['request', method, '/api/v1/groups?q=a', ...flags]
    const { code, stdout, stderr } = await place.run(args, { env })
    expect([code, stdout]).toEqual([1, `${body}\n`])
    const { error } = JSON.parse(stderr.slice(stderr.indexOf('{')))
    expect(error).toMatchObject({ code: 'upstream_bad_response', remedy })
    const answered = `${method} /api/v1/groups was answered with what is no JSON.`
    expect(error.message).toBe(
      method === 'GET' ? answered : `${answered} It is not known whether the change was made.`,
    )
  })

  test('says of a change for which there was no token that it was not sent', async () => {
    const { app } = await serveOrg(place, small)
    const server = await startScriptedServer(() => ({
      status: 302,
      headers: { location: '/login' },
    }))
    onTestFinished(server.close)
    const flags = [...app, '--org', server.orgUrl, '--output', 'json']
    const args = ['request', 'POST', '/api/v1/groups', '--body', '{}', ...flags]
    const { stderr } = await place.run(args)
    expect(server.requests.map(({ path }) => path)).toEqual(['/oauth2/v1/token'])
    expect(JSON.parse(stderr.slice(stderr.indexOf('{'))).error).toMatchObject({
      code: 'upstream_redirect_refused',
      remedy: expect.stringContaining('Check the org URL'),
      details: { outcome: 'unsent' },
    })
  })

  test('writes with a body from the line, a file or standard input, and prints nothing for 204', async () => {
    const org = await serveOrg(place, small)
    const group = JSON.stringify({ profile: { name: 'from a file' } })
    writeFileSync(place.path('group.json'), group)
    const bodies = [
      ['{"profile":{"name":"from the line"}}', ''],
      ['@group.json', ''],
      ['-', '{"profile":{"name":"from standard input"}}'],
    ] as const
    for (const [body, input] of bodies) {
      const made = await place.run(
        ['request', 'POST', '/api/v1/groups', '--body', body, ...org.admin],
        { env: org.env, input },
      )
      const { id, profile } = JSON.parse(made.stdout)
      expect([made.code, profile.name]).toEqual([0, expect.stringMatching(/^from /)])
      const gone = await place.run(['request', 'DELETE', `/api/v1/groups/${id}`, ...org.admin], {
        env: org.env,
      })
      expect(gone).toMatchObject({ code: 0, stdout: '' })
    }
  })

  test('tells a scope that is missing from a role that is missing', async () => {
    const write = ['request', 'POST', '/api/v1/groups', '--body', '{}', '--output', 'json']
    const reader = await serveOrg(place, small)
    const scope = await place.run([...write, ...reader.app])
    expect([scope.code, JSON.parse(scope.stderr.slice(scope.stderr.indexOf('{'))).error]).toEqual([
      5,
      expect.objectContaining({
        code: 'scope_insufficient',
        remedy: expect.stringContaining('okta.groups.manage'),
      }),
    ])
    const granted = await serveOrg(place, { ...small, scopes: ['okta.groups.manage'] })
    const role = await place.run([...write, ...granted.app])
    expect([role.code, JSON.parse(role.stderr.slice(role.stderr.indexOf('{'))).error]).toEqual([
      5,
      expect.objectContaining({
        code: 'role_insufficient',
        remedy: expect.stringContaining('Admin roles tab'),
        details: { okta: expect.objectContaining({ errorCode: 'E0000006', status: 403 }) },
      }),
    ])
  })

  test('says what was not found with a code of its own, and the request id', async () => {
    const org = await serveOrg(place, small)
    const { code, stderr } = await place.run(['request', 'GET', '/api/v1/users/nobody', ...org.app])
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(/object_not_found, request id [\w-]+/),
    ])
  })

  test('prints an answer that is nested too deep to be printed anew as it came', async () => {
    const body = '['.repeat(100_000) + ']'.repeat(100_000)
    const server = await startScriptedServer(() => ({ body }))
    onTestFinished(server.close)
    const env = { T: '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST' }
    const flags = ['--org', server.orgUrl, '--api-token', 'env:T', '--output', 'yaml']
    const { code, stdout } = await place.run(['request', 'GET', '/api/v1/users', ...flags], { env })
    expect([code, stdout === `${body}\n`]).toEqual([0, true])
  })

  test('takes the URL of the org before the path, and a parameter more than once', async () => {
    const server = await startScriptedServer(() => ({ body: [] }))
    onTestFinished(server.close)
    const apiToken = { env: { T: '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST' } }
    const flags = ['--org', server.orgUrl, '--api-token', 'env:T']
    const asked = await place.run(
      [
        ...['request', 'GET', `${server.orgUrl}/api/v1/users?limit=1`, ...flags],
        ...['--query', 'a=1=2', '--query', 'a=ü', '--header', 'X-Test=yes'],
      ],
      apiToken,
    )
    expect(asked.code).toBe(0)
    expect(server.requests.map(({ path, headers }) => [path, headers['x-test']])).toEqual([
      ['/api/v1/users?limit=1&a=1%3D2&a=%C3%BC', 'yes'],
    ])
    for (const path of [
      'https://evil.example/api/v1/users',
      '//evil.example/',
      '/a/../b',
      'users',
    ]) {
      const refused = await place.run(['request', 'GET', path, ...flags], apiToken)
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining('request_path_invalid'),
      ])
    }
    expect(server.requests.length).toBe(1)
  })

  test('follows a list to its end, as one array or as lines', async () => {
    const org = await serveOrg(place, { users: 25, groups: 0, apps: 0 })
    const list = ['request', 'GET', '/api/v1/users?search=status+pr&limit=10', '--paginate']
    const array = await place.run([...list, ...org.app])
    const lines = await place.run([...list, ...org.app, '--output', 'jsonl'])
    const ids = (users: readonly { readonly id: string }[]) => users.map(({ id }) => id).toSorted()
    const expected = [...org.running.org.users].map(({ id }) => id).toSorted()
    expect(ids(JSON.parse(array.stdout))).toEqual(expected)
    expect(
      ids(
        lines.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    ).toEqual(expected)
  })

  test('says that a page came broken and is asked for again', async () => {
    const server = await startScriptedServer((_request, number) => ({
      body: number === 0 ? '<html>Sign in</html>' : [{ id: '00u1' }],
    }))
    onTestFinished(server.close)
    const list = ['request', 'GET', '/api/v1/users', '--paginate', '--output', 'jsonl']
    const { code, stdout, stderr } = await place.run(
      [...list, '--org', server.orgUrl, '--api-token', 'env:T'],
      { env: { T: `00TEST${'0'.repeat(36)}` } },
    )
    expect([code, stdout]).toEqual([0, '{"id":"00u1"}\n'])
    expect(stderr).toMatch(/^The answer is not JSON\. Trying again in \d+ s\.$/m)
  })

  test('ends a list that stops in the middle with 8, and names the path that goes on', async () => {
    const org = await serveOrg(place, { users: 25, groups: 0, apps: 0 })
    org.running.faults.on('foreign-link=path:/api/v1/users,after:1,times:1')
    const list = ['request', 'GET', '/api/v1/users?limit=10&search=status+pr', '--paginate']
    const { code, stdout, stderr } = await place.run([...list, ...org.app, '--output', 'jsonl'])
    const { error } = JSON.parse(stderr.slice(stderr.lastIndexOf('\n{') + 1))
    expect([code, error.code, error.details.records]).toEqual([8, 'input_incomplete', 10])
    const [, path = ''] = /postern request GET '([^']+)' --paginate$/.exec(error.remedy) ?? []
    const rest = await place.run([
      'request',
      'GET',
      path,
      '--paginate',
      ...org.app,
      '--output',
      'jsonl',
    ])
    const all = `${stdout}${rest.stdout}`
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id)
    expect([rest.code, all.length, new Set(all).size]).toEqual([0, 25, 25])
  })

  test('prints an object or a list as a table, YAML or CSV', async () => {
    const org = await serveOrg(place, small)
    const run = (...args: string[]) => place.run(['request', 'GET', ...args, ...org.app])
    const table = await run('/api/v1/groups?limit=3', '--output', 'table')
    expect(table.stdout.split('\n')[0]).toMatch(/^id +created +lastUpdated/)
    expect(table.stdout.trim().split('\n').length).toBe(4)
    const yaml = await run('/api/v1/groups?limit=2', '--output', 'yaml')
    const { parse } = await import('yaml')
    expect(parse(yaml.stdout)).toHaveLength(2)
    const csv = await run(`/api/v1/groups/${org.running.org.everyoneId}`, '--output', 'csv')
    expect(csv.stdout).toMatch(/^id,created,.*profile\.name.*\n00g\w+,.*Everyone.*\n$/)
  })

  test.each<[string, string[], string]>([
    [
      'a body that is no JSON',
      ['POST', '/api/v1/groups', '--body', '{"password": hunter2}'],
      '--body: The text is not JSON.',
    ],
    ['a method that is none', ['FETCH', '/api/v1/groups'], 'That is no method of HTTP.'],
    ['pages of a write', ['POST', '/api/v1/groups', '--paginate'], '--paginate follows a list'],
    [
      'a parameter without =',
      ['GET', '/api/v1/groups', '--query', 'limit'],
      '--query is not written as name=value.',
    ],
    [
      'a header of the credential',
      ['GET', '/api/v1/groups', '--header', 'Authorization=Basic x'],
      'The header authorization is computed',
    ],
    ['a path alone', ['/api/v1/groups'], 'METHOD or PATH is missing.'],
    [
      'too many words',
      ['acme', 'GET', '/api/v1/groups', 'x'],
      'There are more words than a request has.',
    ],
    [
      'a name and a key',
      ['acme', 'GET', '/api/v1/groups', '--key', 'x'],
      'A connection is named, and --key is given.',
    ],
    ['two secrets from one place', ['POST', '/x', '--body', '-', '--key', '-'], '--key and --body'],
  ])('refuses %s', async (_what, args, expected) => {
    const flags =
      args[0] === 'acme' ? [] : ['--org', 'https://acme.okta.com', '--api-token', 'env:T']
    const env = { T: '00TESTTESTTESTTESTTESTTESTTESTTESTTESTTEST' }
    const { code, stdout, stderr } = await place.run(['request', ...args, ...flags], { env })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(expected)])
    expect(stderr).not.toContain('hunter2')
  })

  test('a body in a file that is not there is exit code 6', async () => {
    const { code, stderr } = await place.run(['request', 'POST', '/x', '--body', '@none.json'])
    expect([code, stderr]).toEqual([6, expect.stringContaining('--body: There is no file')])
  })
})
