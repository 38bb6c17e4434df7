/** @module S29 and S30 over the tools: an agent changes what an operator listed, once somebody else approved exactly that, and nothing else. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerBytes } from '../../../src/server/mcp/answer.ts'
import type { ServedApp } from '../served-app.ts'
import { asAdmin, type Desk, openDesk, reading, serveDesk } from './desk.ts'
import { connectHttp, eras, listOf, type McpClient, type ToolResult } from './mcp-client.ts'

const scopes = ['okta.users.manage', 'okta.groups.manage', 'okta.apps.read', 'okta.logs.read']
const named = {
  connections: ['acme'],
  verbs: ['act' as const],
  actions: ['group.add_member', 'group.add_members', 'group.remove_member', 'app.assign_user'],
}
const holders = {
  agent: [reading, named],
  twin: [reading, named],
  reader: [reading],
  approver: [{ connections: ['acme'], verbs: ['approve' as const] }],
}
const changeTools = ['list_changes', 'plan_change', 'plan_status', 'apply_change']
const action = 'group.add_member'

let desk: Desk
let app: ServedApp<keyof typeof holders>
let group: string
let user: string
beforeAll(async () => {
  desk = await openDesk({ users: 8, groups: 2, role: 'SUPER_ADMIN', scopes })
})
afterAll(() => desk.close())
beforeEach(async () => {
  app = await serveDesk(desk, holders, { acme: scopes })
  const profile = { name: `Operators ${Math.trunc(performance.now() * 1_000)}` }
  group = (await asAdmin<{ id: string }>(desk, 'POST', '/api/v1/groups', { profile })).id
  const [someone] = await asAdmin<{ id: string }[]>(desk, 'GET', '/api/v1/users?limit=2')
  user = someone?.id ?? ''
  ledger = desk.org.org.ledger.size
})

let ledger = 0
/** The memberships that came and went since the test began. */
const written = () =>
  desk.org.org.ledger
    .read()
    .filter(
      (entry) => entry.seq > ledger && entry.kind === 'change' && entry.what === 'group-member',
    )
const approve = (id: unknown, key: string = app.keys.approver) =>
  app.send('POST', `/v1/plans/${id}/approve`, { key })
const given = () => ({ action, arguments: { group, user } })
const plan = async (agent: McpClient): Promise<ToolResult> => {
  const planned = await agent.call('plan_change', given())
  expect(planned.text).toContain('"code"')
  return planned
}
const codeOf = ({ data }: ToolResult) => ({ code: data['code'] })

describe.each(eras)('in the era %j', (era) => {
  const connect = (holder: keyof typeof holders = 'agent') =>
    connectHttp(app.url, app.keys[holder], { era })

  test('no tool that changes is listed or run for a key whose rules name no action', async () => {
    const reader = await connect('reader')
    expect(await reader.list()).not.toEqual(expect.arrayContaining(['plan_change']))
    for (const name of changeTools)
      expect((await reader.call(name, { ...given(), code: 'x', plan: 'x' })).code).toBe(
        'tool_unknown',
      )
    const path = app.keys.reader && '/mcp?allow=group.add_member'
    await expect(connectHttp(app.url, app.keys.reader, { era, path })).rejects.toThrow()
    expect(written()).toEqual([])
  })

  test('what is named is listed, with its arguments, where the scopes let it work', async () => {
    const agent = await connect()
    expect(await agent.list()).toEqual(expect.arrayContaining(changeTools))
    const actions = listOf(await agent.call('list_changes'), 'actions')
    expect(actions.map(({ name }) => name)).toEqual([
      ...['group.add_member', 'group.remove_member', 'group.add_members'],
    ])
    expect(actions[0]?.['arguments']).toMatchObject({ required: ['group', 'user'] })
    const other = await agent.call('plan_change', { action: 'user.suspend', arguments: { user } })
    expect(other.code).toBe('tool_action_not_listed')
  })

  test('a plan changes nothing; approved by another access key it is applied, once', async () => {
    const agent = await connect()
    const planned = await plan(agent)
    expect(planned.data).toMatchObject({
      state: 'waiting',
      approval: 'needed',
      effectsCount: 1,
      effects: [{ change: 'group.member.added' }],
    })
    expect(written()).toEqual([])
    const apply = () => agent.call('apply_change', { ...given(), ...codeOf(planned) })
    expect((await apply()).code).toBe('plan_not_approved')
    const id = planned.data['plan']
    expect((await approve(id, app.keys.agent)).status).toBe(403)
    expect((await approve(id)).status).toBe(200)
    const status = await agent.call('plan_status', { plan: id })
    expect(status.data).toMatchObject({ state: 'approved', approval: 'given' })
    expect(status.text).not.toContain(planned.data['code'])
    expect(written()).toEqual([])
    expect((await apply()).data).toMatchObject({ changed: true, effectsCount: 1 })
    expect(written()).toMatchObject([{ op: 'created', id: group, member: user }])
    expect((await apply()).code).toBe('plan_used')
    expect(written()).toHaveLength(1)
    const again = await plan(agent)
    expect(again.data).toMatchObject({ effectsCount: 0, next: expect.stringMatching(/so already/) })
  })

  test('with other arguments, another action, or by another caller a code is good for nothing', async () => {
    const agent = await connect()
    const twin = await connect('twin')
    const planned = await plan(agent)
    await approve(planned.data['plan'])
    const everyone = await asAdmin<{ id: string }[]>(desk, 'GET', '/api/v1/groups?q=Everyone')
    const changed = { ...given(), ...codeOf(planned) }
    const answers = [
      await agent.call('apply_change', { ...changed, arguments: { group: everyone[0]?.id, user } }),
      await agent.call('apply_change', { ...changed, action: 'group.remove_member' }),
      await agent.call('apply_change', { ...changed, code: `${changed.code}A` }),
      await agent.call('apply_change', { ...changed, code: planned.data['plan'] }),
      await agent.call('apply_change', { ...changed, action: 'user.suspend' }),
      await twin.call('apply_change', changed),
      await twin.call('plan_status', { plan: planned.data['plan'] }),
    ]
    expect(answers.map(({ code }) => code)).toEqual([
      ...['plan_other_arguments', 'plan_other_arguments', 'plan_not_found', 'plan_not_found'],
      ...['tool_action_not_listed', 'plan_not_found', 'plan_not_found'],
    ])
    expect(written()).toEqual([])
  })

  test('a code that expired, or whose plan was refused, is good for nothing', async () => {
    const agent = await connect()
    const refused = await plan(agent)
    const path = `/v1/plans/${refused.data['plan']}/refuse`
    expect((await app.send('POST', path, { key: app.keys.approver })).status).toBe(200)
    const expired = await plan(agent)
    await approve(expired.data['plan'])
    app.clock.advance(5 * 60_000 + 1)
    const apply = (planned: ToolResult) =>
      agent.call('apply_change', { ...given(), ...codeOf(planned) })
    expect((await apply(refused)).code).toBe('plan_refused')
    expect((await apply(expired)).code).toBe('plan_expired')
    expect(written()).toEqual([])
  })

  test('a client that accepts whatever it is asked approves nothing by that', async () => {
    const options = { era, elicitation: true }
    const agent = await connectHttp(app.url, app.keys.agent, options)
    const planned = await plan(agent)
    const code = codeOf(planned)
    for (const more of [{}, { confirmed: true }, { approval: 'given' }]) {
      const answer = await agent.call('apply_change', { ...given(), ...code, ...more })
      expect(answer.isError).toBe(true)
    }
    expect((await agent.call('plan_status', { plan: planned.data['plan'] })).data).toMatchObject({
      state: 'waiting',
    })
    expect(written()).toEqual([])
  })
})

test('of two that apply a plan at the same time one does', async () => {
  const agents = [
    await connectHttp(app.url, app.keys.agent),
    await connectHttp(app.url, app.keys.agent, { era: eras[1] }),
  ] as const
  const planned = await plan(agents[0])
  await approve(planned.data['plan'])
  const asked = { ...given(), ...codeOf(planned) }
  const answers = await Promise.all(agents.map((agent) => agent.call('apply_change', asked)))
  expect(answers.map(({ isError }) => isError).toSorted()).toEqual([false, true])
  expect(written()).toHaveLength(1)
})

test('a plan about hundreds is told in a bounded answer, its code whole', async () => {
  const agent = await connectHttp(app.url, app.keys.agent)
  const everybody = await asAdmin<{ id: string }[]>(desk, 'GET', '/api/v1/users?limit=200')
  const strangers = Array.from({ length: 200 }, (_, index) => `id:${'x'.repeat(300)}${index}`)
  const users = [...everybody.map(({ id }) => id), ...strangers]
  const asked = { action: 'group.add_members', arguments: { group, users } }
  const planned = await agent.call('plan_change', asked)
  expect(planned.data).toMatchObject({ effectsCount: everybody.length, itemsCount: users.length })
  expect(Buffer.byteLength(planned.text)).toBeLessThan(answerBytes.usual + 1_024)
  await approve(planned.data['plan'])
  const applied = await agent.call('apply_change', { ...asked, ...codeOf(planned) })
  expect(applied.data).toMatchObject({ changed: true, itemsCount: users.length })
  expect(Buffer.byteLength(applied.text)).toBeLessThan(answerBytes.usual + 1_024)
  expect(written()).toHaveLength(everybody.length)
})

test('a rule that was taken back ends what it gave, an approved plan too', async () => {
  const agent = await connectHttp(app.url, app.keys.agent)
  const planned = await plan(agent)
  await approve(planned.data['plan'])
  const id = /^postern_([0-9a-f]+)_/.exec(app.keys.agent)?.[1] ?? ''
  await app.services.accessKeys.update(id, { name: 'agent', rules: [reading] }, { actor: 'local' })
  const applied = await agent.call('apply_change', { ...given(), ...codeOf(planned) })
  expect(applied.code).toBe('tool_unknown')
  expect(written()).toEqual([])
})

test('every tool there is takes no more than 16 places and 3,000 tokens of four bytes', async () => {
  const admin = [{ connections: ['*'], verbs: ['read', 'act', 'proxy', 'admin'] }, named] as const
  const rules = admin.map((rule) => ({
    ...rule,
    connections: [...rule.connections],
    verbs: [...rule.verbs],
  }))
  const { text } = await app.services.accessKeys.add({ name: 'all', rules }, { actor: 'local' })
  const all = await connectHttp(app.url, text.reveal())
  const { tools } = await all.client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    ...['status', 'find', 'check_membership', 'get', 'logs', 'query', 'count', 'doctor'],
    ...['explain_error', 'feeds', 'audit', ...changeTools],
  ])
  expect(tools.length).toBeLessThanOrEqual(16)
  expect(Buffer.byteLength(JSON.stringify({ tools })) / 4).toBeLessThanOrEqual(3_000)
  const readOnly = tools.filter(({ annotations }) => annotations?.readOnlyHint === false)
  expect(readOnly.map(({ name }) => name)).toEqual(['plan_change', 'apply_change'])
})
