import { describe, expect, test } from 'vitest'
import { keyBody, newDraft, problemsOf } from '../../src/console/access-keys/key-draft.ts'
import { Permissions } from '../../src/console/permissions.ts'

describe('what somebody may do', () => {
  const permissions = new Permissions([
    { connections: ['acme'], verbs: ['read', 'sync'] },
    { connections: ['*'], verbs: ['read'] },
    { connections: ['north'], verbs: ['keys'] },
  ])

  test('adds up from every rule', () => {
    expect(permissions.may('read')).toBe(true)
    expect(permissions.may('sync', 'acme')).toBe(true)
    expect(permissions.may('sync', 'north')).toBe(false)
    expect(permissions.may('sync')).toBe(false)
    expect(permissions.maySomewhere('keys')).toBe(true)
    expect(permissions.maySomewhere('admin')).toBe(false)
    expect(permissions.verbs()).toEqual(['read', 'sync', 'keys'])
  })
})

describe('the form of an access key', () => {
  const draft = { ...newDraft, name: ' payroll ', connections: ['acme'] }

  test('names everything that is missing at once', () => {
    expect(Object.keys(problemsOf({ ...newDraft, verbs: [] }))).toEqual([
      ...['name', 'connections', 'verbs'],
    ])
    expect(problemsOf(draft)).toEqual({})
  })

  test('gives limits to calls alone, and no verb beside them that obeys none', () => {
    const limited = { ...draft, methods: ['GET'], paths: '/api/v1/users  /api/v1/groups' }
    expect(keyBody(limited)).toEqual({
      name: 'payroll',
      rules: [{ connections: ['acme'], verbs: ['read'] }],
    })
    const calls = { ...limited, verbs: ['read', 'proxy'] as const }
    expect(keyBody(calls)).toMatchObject({
      rules: [{ methods: ['GET'], paths: ['/api/v1/users', '/api/v1/groups'] }],
    })
    expect(problemsOf({ ...calls, verbs: ['proxy', 'sync'] })).toHaveProperty('limits')
  })

  test('ends when the field says, in the time zone of the browser', () => {
    const expires = '2027-01-02T03:04'
    expect(keyBody({ ...draft, expires })).toMatchObject({
      expiresAt: new Date(expires).toISOString(),
    })
  })
})
