/** @module Checklist, 7: errors. */

import { describe, expect, test } from 'vitest'
import { acme, bookmark, openOrgForEachTest, people, putGroup, restart } from './checklist-org.ts'

openOrgForEachTest()

describe('7. Errors', () => {
  const refusal = async (method: string, path: string, body?: unknown) => {
    const { status, body: error } = await acme.call(method, path, {
      ...(body !== undefined && { body }),
    })
    const causes = error.errorCauses.map(
      ({ errorSummary }: { errorSummary: string }) => errorSummary,
    )
    return [status, error.errorCode, ...causes]
  }

  test('an error is code, summary, link, id and causes, in this order; what is not found has its type', async () => {
    const types = {
      users: 'User',
      groups: 'UserGroup',
      apps: 'AppInstance',
      devices: 'Device',
      zones: 'NetworkZone',
      policies: 'Policy',
    }
    for (const [kind, type] of Object.entries(types)) {
      const { status, body } = await acme.call('GET', `/api/v1/${kind}/nothing`)
      expect(status).toBe(404)
      expect(Object.entries(body)).toEqual([
        ['errorCode', 'E0000007'],
        ['errorSummary', `Not found: Resource not found: nothing (${type})`],
        ['errorLink', 'E0000007'],
        ['errorId', expect.stringMatching(/^oae[\w-]{22}$/)],
        ['errorCauses', []],
      ])
    }
  })

  test('an active app is not deleted: E0000056', async () => {
    const cause = 'The application must be deactivated before deletion.'
    expect(await refusal('DELETE', `/api/v1/apps/${await bookmark()}`)).toEqual([
      403,
      'E0000056',
      cause,
    ])
  })

  test('an app that a group gives is not taken from its user: E0000046', async () => {
    const [user] = people(1)
    const group = putGroup('A')
    acme.running.org.members.add(group.id, String(user?.id))
    const app = await bookmark()
    expect((await acme.call('PUT', `/api/v1/apps/${app}/groups/${group.id}`)).status).toBe(200)
    const cause =
      'The application cannot be unassigned from the user while their group memberships grant them access.'
    expect(await refusal('DELETE', `/api/v1/apps/${app}/users/${user?.id}`)).toEqual([
      403,
      'E0000046',
      cause,
    ])
  })

  test('Everyone takes no member: E0000060; a group of a directory neither: E0000006', async () => {
    const [user] = people(1)
    const imported = putGroup('AD', { type: 'APP_GROUP', sourceAppId: '0oa' })
    const member = (groupId: string) => `/api/v1/groups/${groupId}/users/${user?.id}`
    expect(await refusal('PUT', member(acme.running.org.everyoneId))).toEqual([501, 'E0000060'])
    expect(await refusal('DELETE', member(acme.running.org.everyoneId))).toEqual([501, 'E0000060'])
    expect(await refusal('PUT', member(imported.id))).toEqual([403, 'E0000006'])
  })

  test('who is not locked out is not unlocked: E0000032; who is active not activated again: E0000038', async () => {
    const [user] = people(1)
    const lifecycle = `/api/v1/users/${user?.id}/lifecycle`
    expect(await refusal('POST', `${lifecycle}/unlock`)).toEqual([
      403,
      'E0000032',
      'The user is not locked out.',
    ])
    expect(await refusal('POST', `${lifecycle}/reactivate`)).toEqual([403, 'E0000038'])
  })

  test('group rules that are made side by side are 423 E0000239, where that is assumed', async () => {
    await restart({ assumptions: { ruleReconciliationMs: 1_000 } })
    const group = putGroup('A')
    const rule = (name: string) => ({
      type: 'group_rule',
      name,
      conditions: { expression: { value: 'user.city=="x"', type: 'urn:okta:expression:1.0' } },
      actions: { assignUserToGroups: { groupIds: [group.id] } },
    })
    expect((await acme.call('POST', '/api/v1/groups/rules', { body: rule('one') })).status).toBe(
      200,
    )
    expect(await refusal('POST', '/api/v1/groups/rules', rule('two'))).toEqual([423, 'E0000239'])
    acme.clock.advance(2_000)
    expect((await acme.call('POST', '/api/v1/groups/rules', { body: rule('two') })).status).toBe(
      200,
    )
  })

  test('cursors of other making: E0000029 of apps, E0000031 of devices, both with a cause', async () => {
    expect(await refusal('GET', '/api/v1/apps?after=x')).toEqual([
      400,
      'E0000029',
      'Invalid cursor.',
    ])
    expect(await refusal('GET', '/api/v1/devices?after=x')).toEqual([
      400,
      'E0000031',
      'Invalid cursor.',
    ])
  })
})
