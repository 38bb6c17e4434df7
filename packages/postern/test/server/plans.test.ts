/** @module S30: a change that is to be approved reaches the org once somebody else approved exactly it, and never otherwise. */

import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { AccessRule } from '../../src/config/access-rules.ts'
import { ConsoleSessions } from '../../src/server/console/sessions.ts'
import { openStore } from '../../src/store/open.ts'
import { insertPlan } from '../../src/store/plans.ts'
import type { Seal } from '../../src/store/seal.ts'
import { type ActionDesk, openActionDesk } from './action-desk.ts'
import { type Answer, openServices } from './served-app.ts'

const action = 'request.change'
const wanted = { method: 'POST', path: '/api/v1/groups', body: { profile: { name: 'Planned' } } }

describe.each(stores)('a plan on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let desk: ActionDesk
  let before: number
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())
  beforeEach(async () => {
    desk = await openActionDesk({ store: kept.store, seal })
    before = desk.changes()
  })

  const planned = async () => {
    const { status, json = {} } = await desk.plan({ action, arguments: wanted }, 'planner')
    expect(status).toBe(201)
    return { id: String(json['id']), code: String(json['code']) }
  }
  const apply = (
    plan: string,
    more: object = {},
    as: Parameters<ActionDesk['run']>[2] = 'planner',
  ) => desk.run(action, { plan, ...more }, as)
  const refusal = ({ status, json }: Answer) => [status, json?.['code']]

  test('is made by whoever may not run the change, approved by somebody else, and applied once', async () => {
    expect(refusal(await desk.run(action, { arguments: wanted }, 'planner'))).toEqual([
      403,
      'action_approval_required',
    ])
    const created = await desk.plan({ action, arguments: wanted }, 'planner')
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({
      connection: 'acme',
      action,
      state: 'waiting',
      approval: 'needed',
      arguments: wanted,
      effects: [{ change: 'request.sent', summary: 'Send POST /api/v1/groups with a body.' }],
      code: expect.stringMatching(/^plan_[0-9a-f]{16}_[\w-]{43}$/),
    })
    const { id, code } = created.json as { id: string; code: string }
    expect(refusal(await apply(code))).toEqual([403, 'plan_not_approved'])
    expect(desk.changes()).toBe(before)
    const approved = await desk.decide(id, 'approve', 'approver')
    expect([approved.status, approved.json?.['state'], approved.json?.['approval']]).toEqual([
      200,
      'approved',
      'given',
    ])
    expect(approved.text).not.toContain(code)
    const applied = await apply(code)
    expect([applied.status, applied.json?.['changed']]).toEqual([200, true])
    expect(desk.changes()).toBe(before + 1)
    expect(refusal(await apply(code))).toEqual([409, 'plan_used'])
    expect(desk.changes()).toBe(before + 1)
  })

  test('is applied with the arguments that were planned, given in any order or left out', async () => {
    const { id, code } = await planned()
    await desk.decide(id, 'approve', 'approver')
    const others = [
      { ...wanted, path: '/api/v1/groups?x=1' },
      { ...wanted, body: { profile: { name: 'Another' } } },
      { method: 'DELETE', path: wanted.path },
    ]
    for (const given of others) {
      expect(refusal(await apply(code, { arguments: given }))).toEqual([
        409,
        'plan_other_arguments',
      ])
    }
    const other = await desk.run('request', { plan: code, arguments: { path: '/' } }, 'planner')
    expect(refusal(other)).toEqual([409, 'plan_other_arguments'])
    expect(desk.changes()).toBe(before)
    const turned = Object.fromEntries(Object.entries(wanted).toReversed())
    expect((await apply(code, { arguments: turned })).status).toBe(200)
    expect(desk.changes()).toBe(before + 1)
  })

  test('is nobody else’s: not on another connection, of another caller, nor by a code that is not quite it', async () => {
    const { id, code } = await planned()
    await desk.decide(id, 'approve', 'approver')
    const elsewhere = await desk.app.send('POST', `/v1/connections/other/actions/${action}`, {
      body: { plan: code },
    })
    const answers = [
      elsewhere,
      await apply(code, {}, 'otherPlanner'),
      await apply(code, {}, 'runner'),
      await apply(code, {}, 'approver'),
      await apply(code, {}, 'local'),
      await apply(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`),
      await apply(code.replace(/_[0-9a-f]{16}_/, '_0123456789abcdef_')),
      await apply(id),
      await apply('x'),
    ]
    expect(answers.map(refusal)).toEqual(answers.map(() => [404, 'plan_not_found']))
    expect(desk.changes()).toBe(before)
    const seen = async (key: string) =>
      (await desk.app.send('GET', `/v1/plans/${id}`, { key })).status
    const { keys } = desk.app
    expect(await Promise.all([keys.planner, keys.approver].map(seen))).toEqual([200, 200])
    const strangers = [keys.otherPlanner, keys.runner, keys.approverElsewhere, keys.viewer]
    expect(await Promise.all(strangers.map(seen))).toEqual([404, 404, 404, 404])
    const listed = async (key: string) =>
      (await desk.app.send('GET', '/v1/plans', { key })).text.includes(id)
    expect(await Promise.all([keys.planner, keys.approver].map(listed))).toEqual([true, true])
    expect(await Promise.all(strangers.map(listed))).toEqual([false, false, false, false])
    const name = desk.app.services.accessKeys.nameOf(idOf(keys.planner) ?? '')
    const shown = await desk.app.send('GET', `/v1/plans/${id}`, { key: keys.approver })
    expect(shown.json?.['requestedByName']).toBe(await name)
  })

  test('is decided on by a person who is signed in to the console, and never by the one who asked for it', async () => {
    const { services, url, send } = desk.app
    const { store, clock, accessKeys } = services
    const openId = { ground: new Uint8Array(32) }
    const consoleSessions = new ConsoleSessions({ store, clock, accessKeys, openId })
    Object.assign(services, { consoleSessions })
    const enter = async (sub: string) => {
      const given: AccessRule[] = [
        { connections: ['acme'], verbs: ['act'], approval: 'required' },
        { connections: ['acme'], verbs: ['approve'] },
      ]
      const person = { actor: `person:0123456789ab:${sub}`, name: sub, rules: given, details: {} }
      const { cookie } = await consoleSessions.beginByPerson(person, 'request')
      const headers = {
        cookie: `postern-console-${new URL(url).port}=${cookie.reveal()}`,
        ...{ 'sec-fetch-site': 'same-origin', 'x-postern-console': '1' },
      }
      return (path: string, body?: object) => send('POST', path, { key: null, headers, body })
    }
    const [ada, bob] = [await enter('ada'), await enter('bob')]
    const own = await ada('/v1/connections/acme/plans', { action, arguments: wanted })
    expect(own.json).toMatchObject({ requestedBy: 'person:0123456789ab:ada', state: 'waiting' })
    const path = `/v1/plans/${own.json?.['id']}`
    expect(refusal(await ada(`${path}/approve`))).toEqual([403, 'plan_own'])
    // Nor by signing in once more.
    expect(refusal(await (await enter('ada'))(`${path}/approve`))).toEqual([403, 'plan_own'])
    const approved = await bob(`${path}/approve`)
    expect(approved.json).toMatchObject({
      state: 'approved',
      requestedByName: 'ada',
      ...{ decidedBy: 'person:0123456789ab:bob', decidedByName: 'bob' },
    })
  })

  test('is not approved by its requester, the local key, or whoever lacks the verb there', async () => {
    const own = await desk.plan({ action, arguments: wanted }, 'approver')
    const refusals = [
      await desk.decide(own.json?.['id'], 'approve', 'approver'),
      await desk.decide(own.json?.['id'], 'approve', 'local'),
      await desk.decide(own.json?.['id'], 'approve', 'runner'),
      await desk.decide(own.json?.['id'], 'approve', 'approverElsewhere'),
    ]
    expect(refusals.map(refusal)).toEqual([
      [403, 'plan_own'],
      [403, 'access_denied'],
      [403, 'access_denied'],
      [404, 'plan_not_found'],
    ])
    expect(refusal(await apply(String(own.json?.['code']), {}, 'approver'))).toEqual([
      403,
      'plan_not_approved',
    ])
    const local = await desk.plan({ action, arguments: wanted }, 'local')
    expect(refusal(await desk.decide(local.json?.['id'], 'approve', 'local'))).toEqual([
      403,
      'access_denied',
    ])
    expect(desk.changes()).toBe(before)
  })

  test('is good for five minutes, approved or not, and never again once it was refused', async () => {
    const [first, second, third] = [await planned(), await planned(), await planned()]
    await desk.decide(first.id, 'approve', 'approver')
    expect((await desk.decide(third.id, 'refuse', 'approver')).json?.['state']).toBe('refused')
    expect(refusal(await apply(third.code))).toEqual([409, 'plan_refused'])
    expect(refusal(await desk.decide(third.id, 'approve', 'approver'))).toEqual([
      409,
      'plan_refused',
    ])
    expect(refusal(await desk.decide(first.id, 'approve', 'approver'))).toEqual([
      409,
      'plan_decided',
    ])
    desk.app.clock.advance(5 * 60 * 1_000)
    expect(refusal(await apply(first.code))).toEqual([410, 'plan_expired'])
    expect(refusal(await desk.decide(second.id, 'approve', 'approver'))).toEqual([
      410,
      'plan_expired',
    ])
    expect(desk.changes()).toBe(before)
    const { planner } = desk.app.keys
    const shown = await desk.app.send('GET', `/v1/plans/${first.id}`, { key: planner })
    expect(shown.json?.['state']).toBe('expired')
    const fourth = await planned()
    const { json } = await desk.app.send('GET', '/v1/plans?state=waiting', { key: planner })
    expect(json).toMatchObject({ plans: [{ id: fourth.id, state: 'waiting' }] })
    expect(json?.['plans']).toHaveLength(1)
  })

  test('keeps what it would do sealed, and its code nowhere', async () => {
    const { code } = await planned()
    const dump = await kept.dump()
    expect(dump).not.toContain('Planned')
    expect(dump).not.toContain(code.slice(-43))
    expect(dump).not.toContain(Buffer.from(code.slice(-43)).toString('hex'))
  })

  test('is not made for what only reads, by whoever may not act, nor without end', async () => {
    const reading = { action: 'request', arguments: { path: '/api/v1/users' } }
    expect(refusal(await desk.plan(reading, 'planner'))).toEqual([422, 'plan_not_needed'])
    expect(refusal(await desk.plan({ action, arguments: wanted }, 'reader'))).toEqual([
      403,
      'action_not_allowed',
    ])
    expect(refusal(await desk.plan({ action, arguments: wanted }, 'viewer'))).toEqual([
      403,
      'access_denied',
    ])
    const { id: connection_id } = await desk.app.services.connections.get('acme')
    const now = desk.app.clock.now()
    const open = {
      ...{ connection_id, action, requested_by: `access-key:${idOf(desk.app.keys.planner)}` },
      ...{ code_hash: new Uint8Array(32), created_at: now },
      expires_at: new Date(now.getTime() + 60_000),
    }
    await kept.store.transaction(async () => {
      for (let index = 0; index < 100; index++) {
        await insertPlan(kept.store, { ...open, id: `open-${index}-${now.getTime()}` }, 100)
      }
    })
    expect(refusal(await desk.plan({ action, arguments: wanted }, 'planner'))).toEqual([
      429,
      'plan_too_many',
    ])
    expect((await desk.plan({ action, arguments: wanted }, 'otherPlanner')).status).toBe(201)
    expect(desk.changes()).toBe(before)
  })

  test('has a row in the audit log for each of its steps, before the change that it leads to', async () => {
    const { id, code } = await planned()
    await desk.decide(id, 'approve', 'approver')
    await apply(code)
    const rows = await kept.store.db
      .selectFrom('audit')
      .select(['action', 'target', 'outcome', 'details'])
      .orderBy('seq', 'desc')
      .limit(5)
      .execute()
    expect(rows.reverse().map((row) => [row.action, row.target, row.outcome])).toEqual([
      ['plan.create', id, 'ok'],
      ['plan.approve', id, 'ok'],
      ['plan.apply', id, 'ok'],
      ['action.run', action, 'begun'],
      ['action.run', action, 'ok'],
    ])
    expect(JSON.parse(rows[4]?.details ?? '')).toMatchObject({
      arguments: ['method', 'path', 'body'],
      method: 'POST',
      path: '/api/v1/groups',
      plan: id,
      changed: true,
      oktaRequestIds: [expect.any(String)],
    })
    expect(rows.map(({ details }) => details).join()).not.toContain('Planned')
  })
})

test('of two processes that apply a plan at the same time, one does', async () => {
  const kept = await stores.find(({ name }) => name === 'PostgreSQL')?.open()
  if (kept === undefined) throw new Error('there is no PostgreSQL')
  onTestFinished(() => kept.close())
  const other = await openStore(kept.place)
  onTestFinished(() => other.close())
  const seal = await openTestSeal(kept.store)
  const desk = await openActionDesk({ store: kept.store, seal })
  const before = desk.changes()
  const { json } = await desk.plan({ action, arguments: wanted }, 'planner')
  await desk.decide(json?.['id'], 'approve', 'approver')
  const elsewhere = openServices({ store: other, seal, clock: desk.app.clock })
  const caller = {
    by: { actor: `access-key:${idOf(desk.app.keys.planner)}` },
    rights: { actionRight: () => 'planned' as const },
  }
  const request = { connection: 'acme', action, plan: String(json?.['code']) }
  const applied = await Promise.allSettled(
    [desk.app.services, elsewhere, desk.app.services, elsewhere].map(({ actions }) =>
      actions.run(request, caller),
    ),
  )
  const codes = applied.map((one) => (one.status === 'fulfilled' ? 'applied' : one.reason.code))
  expect(codes.toSorted()).toEqual(['applied', 'plan_used', 'plan_used', 'plan_used'])
  expect(desk.changes()).toBe(before + 1)
  await elsewhere.auditBatch.close()
})

function idOf(accessKey: string): string {
  return accessKey.split('_')[1] ?? ''
}
