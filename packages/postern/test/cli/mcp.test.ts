import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connect, type Era, eras } from '../server/mcp/mcp-client.ts'
import { createPlace, program, type RunOptions } from './run.ts'
import { runHere } from './run-here.ts'
import { serveOrg } from './served-org.ts'
import { prepareStore, type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
afterAll(place.remove)

/** Starts the command as a client does, and connects to it. */
async function connectStdio(
  args: readonly string[],
  { env, era = 'legacy' }: { readonly env: Readonly<Record<string, string>>; readonly era?: Era },
) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...program, 'mcp', ...args],
    cwd: place.path('.'),
    env: { HOME: place.path('.'), PATH: process.env['PATH'] ?? '', ...env },
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const client = await connect(transport, { era })
  return { ...client, transport, said: () => stderr }
}

describe('over a server that runs', () => {
  let postern: ServedPostern
  beforeAll(async () => {
    postern = await servePostern()
  })
  afterAll(() => postern.close())

  test.each(eras)(
    'in the era %j an agent has the tools of this command, read-only',
    async (era) => {
      const { app } = await serveOrg(place, { users: 3 })
      const { env } = postern
      const name = `org-${typeof era === 'string' ? 'a' : 'b'}`
      expect((await runHere(['connect', name, ...app], env)).code).toBe(0)
      const agent = await connectStdio([name], { env, era })
      expect(await agent.list()).toEqual([
        ...['status', 'find', 'check_membership', 'get', 'logs', 'query', 'count', 'doctor'],
        ...['explain_error', 'feeds', 'audit'],
      ])
      const got = await agent.call('get', { path: '/api/v1/users', fields: ['id'] })
      expect(got.data).toMatchObject({ connection: name, records: [{}, {}, {}] })
      const missing = await agent.call('find', { kind: 'user', name: 'nobody@example.com' })
      expect(missing.code).toBe('action_object_not_found')
      expect((await agent.call('\u00fcnknown')).code).toBe('tool_unknown')
      expect(agent.said()).toBe('')
    },
  )

  test('with an access key it has the rights of that one', async () => {
    const { env, service } = postern
    const rules = [{ connections: ['org-a'], verbs: ['read' as const] }]
    const { view, text } = await service.accessKeys.add({ name: 'a', rules }, { actor: 'local' })
    const agent = await connectStdio(['--access-key', 'env:AGENT'], {
      env: { ...env, AGENT: text.reveal() },
    })
    expect(await agent.list()).toEqual([
      'status',
      'query',
      'count',
      'doctor',
      'explain_error',
      'feeds',
    ])
    await service.accessKeys.revoke(view.id, { actor: 'local' })
    expect((await agent.call('status')).code).toBe('access_key_invalid')
  })

  test('with --allow it plans what is allowed, and applies what somebody else approved', async () => {
    const scopes = ['okta.users.read', 'okta.groups.manage']
    const options = { users: 3, groups: 1, role: 'SUPER_ADMIN', scopes } as const
    const { app, get, running } = await serveOrg(place, options)
    const { env, service } = postern
    expect((await runHere(['connect', 'changing', ...app], env)).code).toBe(0)
    const [user] = JSON.parse(await get('/api/v1/users?limit=1'))
    const groups: { id: string; type: string }[] = JSON.parse(await get('/api/v1/groups'))
    const group = groups.find(({ type }) => type === 'OKTA_GROUP')?.id
    const members = async () => JSON.parse(await get(`/api/v1/groups/${group}/users`)).length
    const before = await members()
    const agent = await connectStdio(['changing', '--allow', 'group.remove_member'], { env })
    const action = before === 0 ? 'group.add_member' : 'group.remove_member'
    const other = await agent.call('plan_change', { action: 'group.add_member', arguments: {} })
    expect(other.code).toBe('tool_action_not_listed')
    const allowed = await connectStdio(['changing', '--allow', action], { env })
    const [member = user] = JSON.parse(await get(`/api/v1/groups/${group}/users`))
    const given = { action, arguments: { group, user: member.id } }
    const planned = await allowed.call('plan_change', given)
    const code = planned.data['code']
    const early = await allowed.call('apply_change', { ...given, code })
    expect([early.code, await members()]).toEqual(['plan_not_approved', before])
    const rules = [{ connections: ['changing'], verbs: ['approve' as const] }]
    const { text } = await service.accessKeys.add({ name: 'p', rules }, { actor: 'local' })
    const headers = { authorization: `Bearer ${text.reveal()}` }
    const path = `${postern.url}/v1/plans/${planned.data['plan']}/approve`
    expect((await fetch(path, { method: 'POST', headers })).status).toBe(200)
    const applied = await allowed.call('apply_change', { ...given, code })
    expect(applied.data).toMatchObject({ changed: true })
    expect(Math.abs((await members()) - before)).toBe(1)
    expect(running.unexpected).toEqual([])
    expect(agent.said()).toBe('')
  })

  test.each([
    [['--access-key', '-'], 2, 'Standard input is the protocol'],
    [['--access-key', 'env:PATH', '--allow', 'group.add_member'], 2, '--allow is given beside'],
    [['--allow', 'group.add_membr'], 6, 'no action of that name'],
    [['--allow', 'user.find'], 2, '--allow user.find: that action only reads.'],
    [['nowhere'], 6, 'No connection nowhere is kept.'],
  ])('%j is refused before anything is served', async (args, exitCode, said) => {
    const { code, stdout, stderr } = await runHere(['mcp', ...args], postern.env)
    expect([code, stdout]).toEqual([exitCode, ''])
    expect(stderr).toContain(said)
  })
})

test('a server that goes away is an error of the call, and the next one finds the store', async () => {
  const served = await servePostern()
  const agent = await connectStdio([], { env: served.env })
  expect((await agent.call('explain_error', { code: 'E0000006' })).isError).toBe(false)
  await served.stopListening()
  expect((await agent.call('explain_error', { code: 'E0000006' })).isError).toBe(true)
  await served.close()
})

describe('where no server runs', () => {
  test('the tools work on the store itself, which is free again a while later', async () => {
    const { place: store, remove } = await prepareStore()
    onTestFinished(remove)
    const env = { POSTERN_DATA: store.dataDir }
    const agent = await connectStdio([], { env })
    expect(await agent.list()).toEqual(['explain_error'])
    expect((await agent.call('explain_error', { code: 'E0000006' })).isError).toBe(false)
  })

  test('end of input ends it without a word', async () => {
    const { code, stdout, stderr } = await place.run(['mcp'], { input: '' })
    expect([code, stdout, stderr]).toEqual([0, '', ''])
  })

  test('what is no message is passed over, the next one is answered, and a signal ends it in order', async () => {
    const hello = {
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      },
    }
    let child: Parameters<NonNullable<RunOptions['onStart']>>[0] | undefined
    const { code, stdout, stderr } = await place.run(['mcp'], {
      input: null,
      onStart: (started) => {
        child = started
        started.stdin?.write(`\u0000garbage\n{"a":\n${JSON.stringify(hello)}\n`)
      },
      onOutput: () => child?.kill('SIGTERM'),
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { capabilities: { tools: {} } } })
  })
})
