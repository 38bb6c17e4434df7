import type { Finding } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { checkRows, checksOf } from '../../src/connect/check-rows.ts'
import { provenBy } from '../../src/connect/proven.ts'

function found(check: string, status: Finding['status'], details = {}): Finding {
  return { check, status, certainty: 'proven', observed: `${check} ${status}`, details }
}

describe('the rows of the checks', () => {
  test('are all there before anything is found', () => {
    expect(checkRows('api-token', []).map(({ check }) => check)).toEqual(checksOf('api-token'))
  })

  test('show the worst that was found, and a remark on what is good as good', () => {
    const rows = checkRows('service-app', [
      found('org-url', 'ok'),
      found('org-url', 'information'),
      found('client-id', 'ok'),
      found('client-id', 'warning'),
      found('key', 'information'),
    ])
    const statuses = rows.slice(0, 3).map(({ check, status }) => [check, status])
    expect(statuses).toEqual([
      ['org-url', 'ok'],
      ['client-id', 'warning'],
      ['key', 'information'],
    ])
  })

  test('leave out what was passed over, and take in what the page does not know', () => {
    const rows = checkRows('service-app', [found('org-url', 'ok'), found('new-check', 'ok')])
    expect(rows.map(({ check }) => check)).toEqual(['org-url', 'new-check'])
  })
})

describe('what a try proves', () => {
  test('is in the findings that are good', () => {
    const findings = [
      found('token', 'ok', { tokenType: 'DPoP', expiresInSeconds: 3600 }),
      found('granted-scopes', 'ok', { scopes: ['okta.users.read'] }),
      found('reading', 'ok', { records: { users: 1, groups: 0 } }),
    ]
    expect(provenBy('service-app', findings, [])).toEqual({
      method: 'service-app',
      lifeSeconds: 3600,
      isDpop: true,
      scopes: ['okta.users.read'],
      reads: [
        { name: 'users', records: 1 },
        { name: 'groups', records: 0 },
      ],
    })
  })

  test('is nothing where nothing was found', () => {
    expect(provenBy('api-token', [], ['okta.logs.read'])).toEqual({
      method: 'api-token',
      lifeSeconds: undefined,
      isDpop: false,
      scopes: ['okta.logs.read'],
      reads: [],
    })
  })
})
