/** @module `postern action` and `postern plan`: arguments, what is printed, exit codes, and who may decide. */

import { writeFileSync } from 'node:fs'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namesIn } from '../server/action-names.ts'
import { createPlace, type RunResult } from './run.ts'
import { runHere } from './run-here.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const scopes = ['okta.users.manage', 'okta.groups.manage', 'okta.users.read', 'okta.groups.read']
const place = createPlace()
let postern: ServedPostern
let org: RunningOrg
let flags: readonly string[]
let users: readonly string[]
let group: string
let empty: string
beforeAll(async () => {
  postern = await servePostern()
})
afterAll(async () => {
  await postern.close()
  await org.close()
  place.remove()
})

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runHere(args, { ...postern.env, ...env })
const spawn = (args: readonly string[], input = '') => place.run(args, { env: postern.env, input })
const changes = () =>
  org.org.ledger.read().filter((entry) => entry.kind === 'change' && entry.requestId).length
const codeOf = ({ code, stderr }: RunResult) => [code, /\((\w+)\)$/m.exec(stderr)?.[1]]

test('an action of one’s own is declared by a file, listed, and removed', async () => {
  const declaration = [
    'title: Reset factors',
    'summary: Takes every authenticator from a user.',
    'method: POST',
    'path: /api/v1/users/{user}/lifecycle/reset_factors',
    'scopes: [okta.users.manage]',
    'parameters: [{ name: user, kind: user, description: The user. }]',
  ].join('\n')
  writeFileSync(place.path('reset.yaml'), declaration)
  const declare = ['action', 'declare', 'user.reset_all', '--file', place.path('reset.yaml')]
  expect((await run(declare)).stdout).toBe('user.reset_all added\n')
  expect((await run(declare)).stdout).toBe('user.reset_all unchanged\n')
  const shown = await run(['action', 'list', 'user.reset_all'])
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('Reset factors')])
  writeFileSync(place.path('wrong.json'), '{"title": 5}')
  const wrong = await run(['action', 'declare', 'x.y', '--file', place.path('wrong.json')])
  expect([wrong.code, wrong.stdout]).toEqual([2, ''])
  writeFileSync(place.path('none.json'), '{"title": ')
  const none = await run(['action', 'declare', 'x.y', '--file', place.path('none.json')])
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no JSON, and no YAML')])
  const absent = await run(['action', 'declare', 'x.y', '--file', place.path('absent.json')])
  expect(codeOf(absent)).toEqual([6, 'file_not_found'])
  expect((await run(['action', 'remove', 'user.reset_all'])).code).toBe(0)
  expect(codeOf(await run(['action', 'remove', 'user.reset_all']))).toEqual([6, 'action_unknown'])
})

describe('postern action', () => {
  beforeAll(async () => {
    org = await startOrg({
      ...{ edition: 'unlimited', keyType: 'EC', users: 40, groups: 2 },
      ...{ role: 'SUPER_ADMIN', scopes },
    })
    writeFileSync(place.path('key'), JSON.stringify(org.app.key), { mode: 0o600 })
    flags = [
      ...['--org', org.url, '--client-id', org.app.clientId],
      ...['--key', place.path('key'), '--scopes', scopes.join(' ')],
    ]
    const names = await namesIn(org)
    users = names.users
    group = names.groups[0] ?? ''
    empty = names.groups[1] ?? ''
    const { code, stderr } = await run(['connect', 'acme', ...flags])
    if (code !== 0) throw new Error(stderr)
  })

  test('shows what would change, changes it, and has nothing to change the second time', async () => {
    const args = ['action', 'run', 'acme', 'group.add_member', `group=${group}`, `user=${users[0]}`]
    const before = changes()
    const dry = await run([...args, '--dry-run'])
    expect([dry.code, dry.stdout]).toEqual([0, `would  Add ${users[0]} to the group ${group}.\n`])
    expect(changes()).toBe(before)
    const done = await spawn(args)
    expect([done.code, done.stderr, done.stdout]).toEqual([
      0,
      '',
      `done  Add ${users[0]} to the group ${group}.\n`,
    ])
    const again = await run(args)
    expect([again.code, again.stdout]).toEqual([0, 'It is so already: nothing was changed.\n'])
    expect(changes()).toBe(before + 1)
    const json = await run([
      ...['action', 'run', 'acme', 'group.check_member', '--output', 'json'],
      ...['--json', JSON.stringify({ group, user: users[0] })],
    ])
    expect(JSON.parse(json.stdout)).toMatchObject({ changed: false, result: { member: true } })
  })

  test('works with the flags of a connection, and keeps nothing then', async () => {
    const args = ['action', 'run', 'group.add_member', `group=${group}`, `user=${users[1]}`]
    const { code, stdout } = await place.run([...args, ...flags, '--output', 'json'])
    expect([code, JSON.parse(stdout).changed]).toEqual([0, true])
    expect(codeOf(await run([...args, ...flags, '--idempotency-key', 'x']))).toEqual([
      2,
      'usage_invalid',
    ])
  })

  test('takes a list from a file or standard input, and ends with 8 where a part failed', async () => {
    writeFileSync(place.path('users'), `${users[2]}\nnobody@example.com\n`)
    const args = ['action', 'run', 'acme', 'group.add_members', `group=${group}`]
    const some = await spawn([...args, `users=@${place.path('users')}`])
    expect([some.code, some.stdout]).toEqual([8, '2 items: 1 changed, 1 failed\n'])
    expect(some.stderr).toContain('nobody@example.com: There is no user')
    const all = await spawn([...args, 'users=-'], `${users[2]}\n${users[3]}\n`)
    expect([all.code, all.stdout.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^2 items: .*1 so already/),
    ])
    expect(codeOf(await run([...args, 'users=@/no/such/file']))).toEqual([6, 'file_not_found'])
    const none = [...args, 'users=nobody@example.com,id:']
    for (const more of [[], ['--dry-run']]) {
      const { code, stdout } = await run([...none, ...more])
      expect([code, stdout]).toEqual([8, '2 items: 2 failed\n'])
    }
  })

  test('shows what a directory holds without what would command a terminal', async () => {
    const description = 'x\u009b2J\u001b[31m\u202e\u007f\u2028y'
    const url = `${org.url}/api/v1/groups`
    const headers = { authorization: `SSWS ${org.adminToken}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ profile: { name: 'Strange too', description } })
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    const find = ['action', 'run', 'acme', 'request', 'path=/api/v1/groups']
    const { stdout } = await run(find)
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u)
    const shown = JSON.parse(stdout) as { body: { profile: { description?: string } }[] }
    expect(shown.body.map(({ profile }) => profile.description)).toContain(description)
  })

  test.each([
    [2, 'usage_invalid', ['acme', 'group.add_member', 'one', 'more']],
    [2, 'action_arguments_invalid', ['acme', 'group.add_member', 'group=x']],
    [2, 'action_arguments_invalid', ['acme', 'group.add_member', 'grp=x', 'user=y']],
    [2, 'usage_invalid', ['acme', 'group.add_member', 'group=x', '--json', '{}']],
    [5, 'action_scope_missing', ['acme', 'app.find', 'app=x']],
    [6, 'action_unknown', ['acme', 'group.sing']],
    [6, 'action_object_not_found', ['acme', 'group.find', 'group=Nothing of this name']],
    [6, 'connection_not_found', ['nobody', 'group.find', 'group=x']],
  ])('ends with %i and %s for %j', async (code, name, words) => {
    expect(codeOf(await run(['action', 'run', ...words]))).toEqual([code, name])
  })

  test('lists every action, and shows what one takes', async () => {
    const listed = await run(['action', 'list', '--output', 'json'])
    const { stdout } = await runHere(['action', 'list', '--output', 'json'], {
      POSTERN_DATA: place.path('nothing'),
    })
    expect(JSON.parse(listed.stdout).map(({ name }: { name: string }) => name)).toEqual(
      JSON.parse(stdout).map(({ name }: { name: string }) => name),
    )
    const shown = await run(['action', 'list', 'user.create'])
    expect(shown.stdout).toMatch(/^Scopes +okta.users.manage$/m)
    expect(shown.stdout).toMatch(/^login +text/m)
    expect(codeOf(await run(['action', 'list', 'nothing']))).toEqual([6, 'action_unknown'])
  })

  describe('planned', () => {
    test('a change of many is shown whole', async () => {
      const words = ['group.add_members', `group=${empty}`, `users=${users.join()}`]
      const created = await run(['plan', 'create', 'acme', ...words, '--output', 'json'])
      const { id, effects } = JSON.parse(created.stdout)
      expect(effects.length).toBeGreaterThan(20)
      const { stdout } = await run(['plan', 'show', id])
      const shown = stdout.split('\n').filter((line) => line.startsWith('would '))
      expect(shown).toEqual(effects.map(({ summary }: { summary: string }) => `would  ${summary}`))
    })

    const keyOf = async (name: string, rule: string) => {
      const { accessKeys } = postern.service
      const [connection = '', verb] = rule.split(':')
      const rules =
        verb === 'approve'
          ? [{ connections: [connection], verbs: ['approve' as const] }]
          : [{ connections: [connection], verbs: ['act' as const], approval: 'required' as const }]
      return (await accessKeys.add({ name, rules }, { actor: 'local' })).text.reveal()
    }

    test('is approved by another access key, not by the machine nor by its own, and applied with its code', async () => {
      const env = {
        AGENT: await keyOf('agent', 'acme:act'),
        PERSON: await keyOf('person', 'acme:approve'),
      }
      const before = changes()
      const created = await run(
        [
          ...['plan', 'create', 'acme', 'group.add_member', `group=${empty}`, `user=${users[0]}`],
          ...['--access-key', 'env:AGENT', '--output', 'json'],
        ],
        env,
      )
      const { id, code } = JSON.parse(created.stdout)
      const decide = (verb: string, ...more: readonly string[]) =>
        run(['plan', verb, id, ...more], env)
      expect(codeOf(await decide('approve', '--yes'))).toEqual([2, 'usage_invalid'])
      const asked = await decide('approve', '--access-key', 'env:PERSON')
      expect(codeOf(asked)).toEqual([2, 'usage_invalid'])
      expect(asked.stderr).toContain(`would  Add ${users[0]} to the group ${empty}.`)
      expect(codeOf(await decide('approve', '--access-key', 'env:AGENT', '--yes'))).toEqual([
        5,
        'access_denied',
      ])
      const local = { authorization: `Bearer ${postern.service.localKey.reveal()}` }
      const path = `${postern.url}/v1/plans/${id}/approve`
      expect((await fetch(path, { method: 'POST', headers: local })).status).toBe(403)
      const withKey = { ...env, POSTERN_ACCESS_KEY: env.PERSON }
      const approved = await run(['plan', 'approve', id, '--yes'], withKey)
      expect([approved.code, approved.stdout]).toEqual([0, `Plan ${id} is approved.\n`])
      // The code is its requester's alone.
      const apply = ['action', 'run', 'acme', 'group.add_member', '--plan', code]
      expect(codeOf(await run(apply))).toEqual([6, 'plan_not_found'])
      expect(changes()).toBe(before)
      const shown = await run(['plan', 'show', id, '--access-key', 'env:AGENT'], env)
      expect(shown.stdout).toMatch(/^State +approved$/m)
      const listed = await run(['plan', 'list', '--access-key', 'env:AGENT'], env)
      expect(listed.stdout).toContain(id)
    })
  })
})
