import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { createPlace } from './run.ts'
import { type ServedOrg, serveOrg } from './served-org.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)

describe.each(stores)('NAME alone, on a server with $name', ({ name }) => {
  let postern: ServedPostern
  beforeAll(async () => {
    postern = await servePostern(name)
  })
  afterAll(() => postern.close())

  const run = (...args: string[]) => place.run(args, { env: postern.env })

  /** Connects the ready app of a new org under a name. */
  async function connect(
    connection: string,
    options: Parameters<typeof serveOrg>[1] = {},
  ): Promise<ServedOrg> {
    const served = await serveOrg(place, { users: 7, ...options })
    const { code, stderr } = await run('connect', connection, ...served.app)
    if (code !== 0) throw new Error(stderr)
    return served
  }

  test('token prints a token that the org takes, for all scopes or some of them', async () => {
    const { running } = await connect('bearer')
    const { code, stdout, stderr } = await run('token', 'bearer', '--scope', 'okta.users.read')
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^Bearer token until .+, for okta/)])
    const answer = await fetch(`${running.url}/api/v1/users`, {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    })
    expect(answer.status).toBe(200)
    const refused = await run('token', 'bearer', '--scope', 'okta.users.manage')
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toContain('(token_scope_not_of_connection)')
    const explained = await run('token', 'bearer', '--explain')
    expect([explained.code, explained.stdout]).toEqual([
      0,
      expect.stringMatching(/^Assertion header.+curl '.+\.<signature removed>'\n$/s),
    ])
  })

  test('request and read print what they print for the flags, with a bound token too', async () => {
    const { app, get, running } = await connect('bound', { dpopRequired: true })
    const headers = await run('token', 'bound', '--headers-for', `${running.url}/api/v1/users`)
    expect(headers.stdout).toMatch(/^authorization: DPoP .+\ndpop: .+\n$/)

    const requested = await run('request', 'bound', 'GET', '/api/v1/users?limit=3', '--verbose')
    expect(requested.stdout.trimEnd()).toBe(await get('/api/v1/users?limit=3'))
    expect(requested.stderr).toMatch(/^200, request id /)

    const byName = await run('read', 'bound', 'users', '--limit', '5')
    const byFlags = await run('read', 'users', '--limit', '5', ...app)
    expect(byName.stdout).toBe(byFlags.stdout)
    expect(byName.stderr).toMatch(/^5 users in .+ s, 1 request$/m)
  })

  test('what the org refuses ends as it does for the flags', async () => {
    await connect('refused')
    const missing = await run('request', 'refused', 'GET', '/api/v1/users/nobody')
    expect([missing.code, missing.stderr]).toEqual([6, expect.stringContaining('object_not_found')])
    const forbidden = await run('request', 'refused', 'POST', '/api/v1/groups', '--body', '{}')
    expect([forbidden.code, forbidden.stderr]).toEqual([
      5,
      expect.stringContaining('scope_insufficient'),
    ])
    const elsewhere = await run('request', 'refused', 'GET', 'https://evil.example/api')
    expect(elsewhere.code).toBe(2)
  })

  test('a description commands no terminal, in whichever format it is shown there (S28)', async () => {
    await connect('described')
    const hostile = 'Red \x1b[31m, \x9b2J'
    await run('connections', 'update', 'described', '--description', hostile)
    const onTerminal = '--import=data:text/javascript,process.stdout.isTTY=true'
    for (const format of ['csv', 'yaml', 'json', 'jsonl']) {
      const env = { ...postern.env, NODE_OPTIONS: onTerminal }
      const args = ['connections', 'show', 'described', '--output', format]
      const { stdout } = await place.run(args, { env })
      expect([format, stdout]).toEqual([format, expect.stringContaining('Red')])
      expect(stdout, format).not.toMatch(/(?![\n\t])\p{Cc}/u)
    }
    const piped = await run('connections', 'show', 'described', '--output', 'csv')
    expect(piped.stdout).toContain(hostile)
  })

  test('the connection that is missing is the one that is named', async () => {
    await connect('present')
    const { code, stderr } = await run('rotate', 'present', '--admin', 'absent')
    expect([code, stderr]).toEqual([6, expect.stringContaining('There is no connection absent.')])
    const other = await run('token', 'absent')
    expect([other.code, other.stderr]).toEqual([6, expect.stringContaining('connect absent')])
  })

  test('an API token is a connection as well, for everything but a token (mission 3.2)', async () => {
    const { admin, env } = await serveOrg(place)
    const made = await place.run(['connect', 'static', ...admin], {
      env: { ...postern.env, ...env },
    })
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^API Key +sealed, /m)])
    expect(made.stdout + made.stderr).not.toContain(env['ADMIN_TOKEN'])
    expect((await run('request', 'static', 'GET', '/api/v1/users/me')).code).toBe(0)
    const token = await run('token', 'static')
    expect([token.code, token.stderr]).toEqual([
      2,
      expect.stringContaining('token_not_for_api_token'),
    ])
  })

  test('the audit log has each of it, and is as it was written', async () => {
    await connect('audited')
    await run('request', 'audited', 'GET', '/api/v1/users?limit=1')
    const listed = await run('audit', 'list', '--connection', 'audited', '--output', 'json')
    const actions = JSON.parse(listed.stdout).map(
      ({ actor, action, outcome }: Record<string, string>) => `${actor} ${action} ${outcome}`,
    )
    expect(actions).toContain('local connection.connect ok')
    expect(actions).toContain('local org.call ok')
    const verified = await run('audit', 'verify')
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringMatching(/^Audit log +as it was written\n/),
    ])
  })
})
