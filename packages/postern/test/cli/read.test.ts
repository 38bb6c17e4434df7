import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'

const place = createPlace()
afterAll(place.remove)

const small = { users: 30, groups: 4, apps: 3 } as const

const idsOf = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).id)

const cursorIn = (stderr: string): string => /^--cursor (\S+)$/m.exec(stderr)?.[1] ?? ''

describe('postern read', () => {
  test.each([
    ['users', '/api/v1/users?search=status+pr'],
    ['groups', '/api/v1/groups'],
    ['apps', '/api/v1/apps'],
  ])('prints %s as lines of what Okta sent, and what it took on stderr', async (input, path) => {
    const org = await serveOrg(place, small)
    const { code, stdout, stderr } = await place.run(['read', input, ...org.app])
    const lines = stdout.trimEnd().split('\n')
    expect(code).toBe(0)
    expect(`[${lines.join(',')}]`).toBe(await org.get(path))
    expect(stderr).toMatch(
      new RegExp(`^${lines.length} ${input} in [\\d.]+ s, \\d+ requests$`, 'm'),
    )
    expect(stderr).not.toContain('--cursor')
  })

  test('says what it took in the singular where it is one', async () => {
    const server = await startScriptedServer(() => ({ body: [{ id: '0oa1' }] }))
    onTestFinished(server.close)
    const { stderr } = await place.run(
      ['read', 'apps', '--org', server.orgUrl, '--api-token', 'env:T'],
      { env: { T: `00TEST${'0'.repeat(36)}` } },
    )
    expect(stderr).toMatch(/^1 app in [\d.]+ s, 1 request$/m)
  })

  test('reads with an API token, which has no scopes', async () => {
    const org = await serveOrg(place, small)
    const { code, stdout } = await place.run(['read', 'users', ...org.admin], { env: org.env })
    expect([code, idsOf(stdout).length]).toEqual([0, 30])
  })

  test('prints members beside the id of their group, and assignments beside that of their app', async () => {
    const org = await serveOrg(place, small)
    const members = await place.run(['read', 'group-members', ...org.app])
    expect(members.stdout).toMatch(/^\{"groupId":"00g\w+","user":\{"id":"00u\w+",.*\}\}\n/)
    const assignments = await place.run(['read', 'app-assignments', ...org.app])
    expect(assignments.stdout).toMatch(/^\{"appId":"0oa\w+","(?:user|group)":\{"id":/)
  })

  test('prints events, and the cursor with which the next run begins', async () => {
    const org = await serveOrg(place, small)
    const first = await place.run(['read', 'system-log', ...org.app])
    expect([first.code, first.stdout.includes('app.oauth2.token.grant')]).toEqual([0, true])
    const next = ['read', 'system-log', '--cursor', cursorIn(first.stderr), ...org.app]
    const second = await place.run(next)
    expect(second.code).toBe(0)
    const uuids = `${first.stdout}${second.stdout}`
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).uuid)
    expect(new Set(uuids).size).toBe(uuids.length)
  })

  test('stops at --limit, and goes on from the cursor it names', async () => {
    const org = await serveOrg(place, { ...small, users: 450 })
    const first = await place.run([
      'read',
      'users',
      '--limit',
      '200',
      '--parallel',
      '1',
      ...org.app,
    ])
    const rest = await place.run(['read', 'users', '--cursor', cursorIn(first.stderr), ...org.app])
    const ids = [...idsOf(first.stdout), ...idsOf(rest.stdout)]
    expect([idsOf(first.stdout).length, ids.length, new Set(ids).size]).toEqual([200, 450, 450])
  })

  test('ends with 8 where it stops in the middle, says how many came, and goes on without a gap', async () => {
    const org = await serveOrg(place, { ...small, users: 450 })
    org.running.faults.on('looping-link=path:/api/v1/users,after:1,times:1')
    const first = await place.run(['read', 'users', '--parallel', '1', ...org.app])
    expect(first.code).toBe(8)
    expect(first.stderr).toContain('users stopped after 200 records: ')
    const rest = await place.run(['read', 'users', '--cursor', cursorIn(first.stderr), ...org.app])
    const ids = [...idsOf(first.stdout), ...idsOf(rest.stdout)]
    expect([rest.code, ids.length, new Set(ids).size]).toEqual([0, 450, 450])
  })

  test('says where to go on when it is interrupted', async () => {
    const org = await serveOrg(place, { ...small, users: 450 })
    org.running.faults.on('unavailable=path:/api/v1/users,after:1')
    const { code, stdout, stderr } = await place.run(
      ['read', 'users', '--parallel', '1', ...org.app],
      {
        interruptAfter: 'Trying again',
      },
    )
    expect([code, idsOf(stdout).length]).toEqual([130, 200])
    expect(stderr).toContain('Interrupted after 200 records.')
    org.running.faults.clear()
    const rest = await place.run(['read', 'users', '--cursor', cursorIn(stderr), ...org.app])
    expect(new Set([...idsOf(stdout), ...idsOf(rest.stdout)]).size).toBe(450)
  })

  test('tells a missing scope and a missing role before it prints anything, and believes no empty list', async () => {
    const noScope = await serveOrg(place, {
      ...small,
      faults: ['scope-not-granted=okta.users.read'],
    })
    const scope = await place.run(['read', 'users', ...noScope.app])
    expect([scope.code, scope.stdout, scope.stderr]).toEqual([
      5,
      '',
      expect.stringContaining('scope_not_granted'),
    ])
    const noRole = await serveOrg(place, { ...small, faults: ['admin-role-missing'] })
    const role = await place.run(['read', 'users', ...noRole.app])
    expect([role.code, role.stdout, role.stderr]).toEqual([
      5,
      '',
      expect.stringContaining('role_missing'),
    ])
  })

  test('ends quietly where nobody reads on', async () => {
    const org = await serveOrg(place, { ...small, users: 2_000 })
    const { code, stderr } = await place.run(['read', 'users', ...org.app], { stdout: 'closed' })
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('users in')])
  })

  test('prints a table with the members that tell most, CSV with all of them, YAML and an array', async () => {
    const org = await serveOrg(place, small)
    const run = (...args: string[]) => place.run(['read', ...args, ...org.app])
    const table = await run('users', '--output', 'table', '--limit', '3')
    const [heading = '', ...rows] = table.stdout.trim().split('\n')
    expect([heading, rows.length]).toEqual([
      expect.stringMatching(/^id +status +profile\.login/),
      3,
    ])
    const csv = await run('users', '--output', 'csv')
    expect(csv.stdout.split('\n')[0]).toContain('profile.login')
    expect(csv.stdout.trim().split('\n').length).toBe(31)
    const { parse } = await import('yaml')
    expect(parse((await run('groups', '--output', 'yaml')).stdout)).toHaveLength(5)
    expect(JSON.parse((await run('groups', '--output', 'json')).stdout)).toHaveLength(5)
  })

  test('prints assignments as CSV with columns for users and for groups', async () => {
    const org = await serveOrg(place, small)
    const { stdout } = await place.run(['read', 'app-assignments', '--output', 'csv', ...org.app])
    expect(stdout.split('\n')[0]).toMatch(/^appId,.*user\.id.*group\.id/)
  })

  test.each<[string, string[], string]>([
    ['no input', [], 'INPUT is missing.'],
    [
      'an input that is none',
      ['user'],
      'Choose one of users, groups, group-members, apps, app-assignments, system-log.',
    ],
    [
      'a time that is none',
      ['users', '--since', 'yesterday'],
      'The time of --since cannot be read.',
    ],
    ['since for apps', ['apps', '--since', '7d'], 'Okta cannot say what changed in apps.'],
    [
      'a range that ends before it begins',
      ['system-log', '--since', '2026-11-01', '--until', '2026-10-01'],
      'since (2026-11-01T00:00:00.000Z) is later than until (2026-10-01T00:00:00.000Z).',
    ],
    ['a limit of nothing', ['users', '--limit', '0'], '--limit is no whole number'],
    ['too many lists', ['users', '--parallel', '9'], '--parallel is no whole number from 1 to 8.'],
    ['a cursor that is none', ['users', '--cursor', 'users_x'], 'The cursor is damaged'],
    [
      'a name and a key',
      ['acme', 'users', '--key', 'x'],
      'A connection is named, and --key is given.',
    ],
  ])('refuses %s', async (_what, args, expected) => {
    const org = await serveOrg(place, small)
    const flags = args[0] === 'acme' ? [] : org.app
    const { code, stdout, stderr } = await place.run(['read', ...args, ...flags])
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(expected)])
  })
})
