/** @module Actions over the API: who may run which, once for each idempotency key, and never without a row in the audit log. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import type { Seal } from '../../src/store/seal.ts'
import { putStandingApprovals } from '../../src/store/standing-approvals.ts'
import { type ActionDesk, type Holder, openActionDesk } from './action-desk.ts'
import { refuseRows, takeRows } from './refused-rows.ts'
import type { Answer } from './served-app.ts'

const add = 'group.add_member'

describe.each(stores)('actions on $name', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let desk: ActionDesk
  let before: number
  let membership: { readonly group: string; readonly user: string }
  let others: readonly string[]
  beforeAll(async () => {
    kept = await open()
    seal = await openTestSeal(kept.store)
  })
  afterAll(() => kept.close())
  beforeEach(async () => {
    desk = await openActionDesk({ store: kept.store, seal })
    const { users, groups } = await desk.names()
    membership = { group: groups[0] ?? '', user: users[0] ?? '' }
    others = users.slice(1)
    before = desk.changes()
  })

  const refusal = ({ status, json }: Answer) => [status, json?.['code']]
  const rows = async () => {
    await desk.app.services.auditBatch.flush()
    const found = await kept.store.db
      .selectFrom('audit')
      .select(['actor', 'action', 'target', 'outcome', 'details'])
      .where('action', 'in', ['action.run', 'access.refuse'])
      .orderBy('seq', 'desc')
      .limit(2)
      .execute()
    return found.reverse().map(({ details, ...row }) => ({ ...row, details: JSON.parse(details) }))
  }

  test('a change is made once, and what is so already is success', async () => {
    const planned = await desk.run(add, { arguments: membership, dryRun: true }, 'runner')
    expect([planned.status, planned.json?.['changed'], desk.changes()]).toEqual([200, true, before])
    const made = await desk.run(add, { arguments: membership }, 'runner')
    expect(made.json).toMatchObject({
      action: add,
      dryRun: false,
      changed: true,
      before: { member: false },
      after: { member: true },
      effects: [{ change: 'group.member.added' }],
      requestIds: [expect.any(String)],
    })
    const again = await desk.run(add, { arguments: membership }, 'runner')
    expect([again.status, again.json?.['changed'], again.json?.['effects']]).toEqual([
      200,
      false,
      [],
    ])
    expect(desk.changes()).toBe(before + 1)
    const checked = await desk.run('group.check_member', { arguments: membership }, 'reader')
    expect(checked.json?.['result']).toEqual({ member: true })
  })

  test('a change has a row before it is made and one behind it, with ids and no names', async () => {
    await desk.run(add, { arguments: membership }, 'runner')
    const actor = `access-key:${desk.app.keys.runner.split('_')[1]}`
    const about = { actor, action: 'action.run', target: add }
    const facts = { arguments: ['group', 'user'], effects: 1 }
    const objects = [expect.stringMatching(/^00u/), expect.stringMatching(/^00g/)]
    expect(await rows()).toEqual([
      { ...about, outcome: 'begun', details: { ...facts, objects } },
      {
        ...about,
        outcome: 'ok',
        details: { ...facts, objects, changed: true, oktaRequestIds: [expect.any(String)] },
      },
    ])
    const dump = JSON.stringify(await rows())
    for (const name of Object.values(membership)) expect(dump).not.toContain(name)
  })

  test('each is run by whoever has a rule for it, and by nobody else', async () => {
    const group = { group: membership.group }
    expect((await desk.run('group.find', { arguments: group }, 'reader')).status).toBe(200)
    expect((await desk.run('group.find', { arguments: group }, 'planner')).status).toBe(200)
    expect(refusal(await desk.run(add, { arguments: membership }, 'reader'))).toEqual([
      403,
      'action_not_allowed',
    ])
    expect((await rows()).at(-1)).toMatchObject({
      ...{ action: 'access.refuse', target: 'runAction', outcome: 'action_not_allowed' },
    })
    expect(refusal(await desk.run(add, { arguments: membership }, 'viewer'))).toEqual([
      403,
      'access_denied',
    ])
    expect(refusal(await desk.run('group.rename_all', {}, 'runner'))).toEqual([
      404,
      'action_unknown',
    ])
    expect(desk.changes()).toBe(before)
    const listed = async (key: string) => {
      const { json = {} } = await desk.app.send('GET', '/v1/connections/acme/actions', { key })
      return (json['actions'] as readonly { readonly name: string }[]).map(({ name }) => name)
    }
    const { keys } = desk.app
    expect(await listed(keys.reader)).toEqual(
      expect.arrayContaining(['user.find', 'group.check_member', 'request']),
    )
    expect(await listed(keys.reader)).not.toContain(add)
    expect(await listed(keys.planner)).toContain(add)
  })

  test('arguments are judged, all at once, before the org is asked', async () => {
    const { status, json } = await desk.run(add, { arguments: { group: '', more: 1 } }, 'runner')
    expect([status, json?.['code']]).toEqual([422, 'action_arguments_invalid'])
    const problems = json?.['problems'] as readonly { readonly argument: string }[]
    expect(problems.map(({ argument }) => argument)).toEqual(['group', 'user', ''])
  })

  test('what is not found is refused, with a row', async () => {
    const missing = { ...membership, group: 'No such group' }
    expect(refusal(await desk.run(add, { arguments: missing }, 'runner'))).toEqual([
      404,
      'action_object_not_found',
    ])
    expect((await rows()).at(-1)).toMatchObject({
      ...{ action: 'action.run', target: add, outcome: 'action_object_not_found' },
      details: { arguments: ['group', 'user'] },
    })
  })

  test('nothing is changed while the audit log cannot be written', async () => {
    await refuseRows(kept.store)
    const refused = await desk.run(add, { arguments: membership }, 'runner')
    expect(refusal(refused)).toEqual([503, 'audit_unwritable'])
    expect(desk.changes()).toBe(before)
    await takeRows(kept.store)
    expect((await desk.run(add, { arguments: membership }, 'runner')).status).toBe(200)
    expect(desk.changes()).toBe(before + 1)
  })

  describe('with an idempotency key', () => {
    const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })

    test('the same request has the same answer, and is made once', async () => {
      const ask = (as: Holder = 'runner') =>
        desk.run(add, { arguments: membership }, as, keyed('a-1'))
      const first = await ask()
      const second = await ask()
      expect([first.status, first.json?.['changed']]).toEqual([200, true])
      expect([second.status, second.text]).toEqual([200, first.text])
      expect(first.headers.get('idempotency-replayed')).toBeNull()
      expect(second.headers.get('idempotency-replayed')).toBe('true')
      expect(desk.changes()).toBe(before + 1)
      // Another caller’s key of the same text is another key.
      expect((await ask('approver')).json?.['changed']).toBe(false)
      expect(await kept.dump()).not.toContain(membership.user)
      const { db } = kept.store
      await db.updateTable('action_run').set({ expires_at: desk.app.clock.now() }).execute()
      expect((await ask()).json?.['changed']).toBe(false)
    })

    test('another request is refused, and a refusal is not kept', async () => {
      const [other = ''] = others
      await desk.run(add, { arguments: membership }, 'runner', keyed('a-2'))
      const changed = { arguments: { ...membership, user: other } }
      expect(refusal(await desk.run(add, changed, 'runner', keyed('a-2')))).toEqual([
        422,
        'idempotency_key_reused',
      ])
      const missing = { arguments: { ...membership, user: 'nobody@example.com' } }
      for (let time = 0; time < 2; time++) {
        expect(refusal(await desk.run(add, missing, 'runner', keyed('a-3')))).toEqual([
          404,
          'action_object_not_found',
        ])
      }
      expect((await desk.run(add, changed, 'runner', keyed('a-3'))).status).toBe(200)
      expect(refusal(await desk.run(add, changed, 'runner', keyed('a b')))).toEqual([
        400,
        'idempotency_key_invalid',
      ])
      expect(desk.changes()).toBe(before + 2)
    })

    test('what nobody can look for is not done again where it may have been done', async () => {
      const path = `/api/v1/users/${membership.user}`
      const change = {
        arguments: { method: 'POST', path, body: { profile: { nickName: 'Bo' } } },
      }
      const ask = (key: string) => desk.run('request.change', change, 'runner', keyed(key))
      const { faults } = desk.org
      faults.on('socket-reset-after-write=path:/api/v1,method:POST,times:1')
      const answers = [await ask('a-5'), await ask('a-5')]
      expect(answers.map(refusal)).toEqual(answers.map(() => [504, 'action_outcome_unknown']))
      expect(desk.changes()).toBe(before + 1)
      // What is refused was not done, and the key is free again.
      faults.on('endpoint-not-for-tokens=path:/api/v1,method:POST,times:1')
      expect(refusal(await ask('a-6'))[1]).toBe('endpoint_not_for_tokens')
      expect((await ask('a-6')).status).toBe(200)
      expect(desk.changes()).toBe(before + 2)
    })

    test('two that come at the same time make one change', async () => {
      const ask = () => desk.run(add, { arguments: membership }, 'runner', keyed('a-4'))
      const answers = await Promise.all([ask(), ask(), ask()])
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
      for (const answer of answers) {
        if (answer.status !== 200) expect(refusal(answer)).toEqual([409, 'idempotency_key_in_use'])
      }
      expect(desk.changes()).toBe(before + 1)
    })
  })

  test('a list is told of as it goes, and one that fails stops no other', async () => {
    const [first = '', second = ''] = others
    const users = [first, 'nobody@example.com', second]
    const { lines } = await desk.run(
      'group.add_members',
      { arguments: { group: membership.group, users } },
      'runner',
      { headers: { accept: 'application/jsonl' } },
    )
    expect(lines.length).toBeGreaterThan(1)
    expect(lines[0]).toEqual({ event: { done: expect.any(Number), of: expect.any(Number) } })
    expect(lines.at(-1)).toMatchObject({
      result: {
        changed: true,
        items: [
          { value: first, outcome: 'changed' },
          {
            value: 'nobody@example.com',
            outcome: 'failed',
            error: { code: 'action_object_not_found' },
          },
          { value: second, outcome: 'changed' },
        ],
      },
    })
    expect((await rows()).at(-1)).toMatchObject({
      outcome: 'partial',
      details: { items: 3, failed: 1, changed: true },
    })
    expect(desk.changes()).toBe(before + 2)
    const { text } = await desk.app.send('GET', '/metrics')
    expect(text).toContain('postern_actions_total{action="group.add_members",outcome="partial"} 1')
  })

  describe('planned', () => {
    const plan = async (action: string, given: object) =>
      (await desk.plan({ action, arguments: given }, 'planner')).json ?? {}
    const apply = (action: string, created: Record<string, unknown>) =>
      desk.run(action, { plan: created['code'] }, 'planner')

    test('the org may have less to change by then, and nothing that was not approved', async () => {
      const users = others.slice(0, 2)
      const given = { group: membership.group, users }
      const [first = '', second = ''] = users
      await desk.run(add, { arguments: { ...membership, user: first } }, 'runner')
      const stale = await plan('group.add_members', given)
      const fresh = await plan('group.add_members', given)
      for (const { id } of [stale, fresh]) await desk.decide(id, 'approve', 'approver')
      const removed = { arguments: { ...membership, user: first } }
      await desk.run('group.remove_member', removed, 'runner')
      const changes = desk.changes()
      expect(refusal(await apply('group.add_members', stale))).toEqual([
        409,
        'action_effects_changed',
      ])
      expect(desk.changes()).toBe(changes)
      for (const user of [first, second])
        await desk.run(add, { arguments: { ...membership, user } }, 'runner')
      const applied = await apply('group.add_members', fresh)
      expect([applied.status, applied.json?.['changed']]).toEqual([200, false])
      expect(desk.changes()).toBe(changes + 2)
    })

    test('an action that was declared anew meanwhile is not what was approved', async () => {
      const declare = (title: string) =>
        desk.app.services.knownActions.declare(
          'group.make_one',
          {
            declaration: {
              ...{ title: 'Make a group', summary: 'Makes one.', method: 'POST' },
              ...{ path: '/api/v1/groups', body: { profile: { name: title } } },
              scopes: ['okta.groups.manage'],
            },
          },
          { actor: 'local' },
        )
      await declare('Planned')
      const stale = await plan('group.make_one', {})
      await desk.decide(stale['id'], 'approve', 'approver')
      await declare('Another')
      const { changes } = desk
      const had = changes()
      expect(refusal(await apply('group.make_one', stale))).toEqual([409, 'plan_other_arguments'])
      expect(changes()).toBe(had)
      await declare('Planned')
      expect((await apply('group.make_one', stale)).status).toBe(200)
      await desk.app.services.knownActions.remove('group.make_one', { actor: 'local' })
    })

    test('a standing approval for an id is for no group that somebody called so', async () => {
      const { id } = await desk.app.services.connections.get('acme')
      const { groups } = await desk.names()
      const find = async (group: string) => {
        const { json } = await desk.run('group.find', { arguments: { group } }, 'runner')
        return Object(json?.['result']).id
      }
      const [meant, other] = [await find(membership.group), await find(groups[1] ?? '')]
      const approval = { action: add, groups: [meant] }
      await putStandingApprovals(kept.store, id, [approval], desk.app.clock.now())
      const rename = { arguments: { group: `id:${other}`, name: meant } }
      expect((await desk.run('group.update', rename, 'runner')).status).toBe(200)
      const [asMeant, asCalled] = [
        await plan(add, { ...membership, group: `id:${meant}` }),
        await plan(add, { ...membership, group: `id:${other}` }),
      ]
      expect([asMeant, asCalled].map(({ approval: is }) => is)).toEqual(['given', 'needed'])
    })

    test('an operator’s standing approval covers what is within its limits, and nothing else', async () => {
      const { id } = await desk.app.services.connections.get('acme')
      const { groups } = await desk.names()
      const [, second = ''] = groups
      const now = desk.app.clock.now()
      const approval = { action: add, groups: [membership.group], perDay: 1 }
      await putStandingApprovals(kept.store, id, [approval], now)
      const [covered, again] = [await plan(add, membership), await plan(add, membership)]
      const [user = ''] = others
      const elsewhere = await plan(add, { ...membership, group: second })
      const removal = await plan('group.remove_member', { ...membership, user })
      expect([covered, again, elsewhere].map(({ approval: is }) => is)).toEqual([
        'given',
        'given',
        'needed',
      ])
      expect(refusal(await apply(add, elsewhere))).toEqual([403, 'plan_not_approved'])
      expect(removal['approval']).toBe('given')
      expect(removal['effects']).toEqual([])
      expect(desk.changes()).toBe(before)
      expect((await apply(add, covered)).json?.['changed']).toBe(true)
      expect(desk.changes()).toBe(before + 1)
      await desk.run('group.remove_member', { arguments: membership }, 'runner')
      // It is used up for the day.
      expect(refusal(await apply(add, again))).toEqual([403, 'plan_not_approved'])
      expect((await plan(add, membership))['approval']).toBe('needed')
      const dayBefore = new Date(now.getTime() - 24 * 60 * 60 * 1_000)
      await kept.store.db.updateTable('plan').set({ applied_at: dayBefore }).execute()
      const last = await plan(add, membership)
      expect((await apply(add, last)).status).toBe(200)
      const { json } = await desk.app.send('GET', `/v1/plans/${last['id']}`, {
        key: desk.app.keys.planner,
      })
      expect(json).toMatchObject({
        state: 'applied',
        decidedBy: expect.stringMatching(/^standing:/),
      })
    })
  })
})
