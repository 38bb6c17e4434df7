import { explainError, keyErrorCodes } from '@postern/core'
import { describe, expect, test } from 'vitest'

const codesOf = (...asked: Parameters<typeof explainError>) =>
  explainError(...asked).map(({ code }) => code)

describe('explainError', () => {
  test('explains every refusal of a key, and those of org URLs, client IDs, scopes and the doctor', () => {
    const known = [...keyErrorCodes, 'org_url_malformed', 'client_id_invalid', 'scope_wildcard']
    for (const code of [...known, 'clock_skew', 'kid_refused'])
      expect(codesOf(code)).toContain(code)
  })

  test('explains the codes of the management API, by the status and the message too', () => {
    expect(codesOf('E0000006')).toEqual(['role_insufficient'])
    expect(codesOf('E0000031', { message: 'Invalid cursor' })).toEqual(['cursor_rejected'])
    expect(codesOf('E0000001', { status: 400 })).toEqual(['request_refused'])
  })

  test('explains what a token endpoint says, narrowed by its description', () => {
    const description = 'Client credentials cannot be supplied via query parameters.'
    expect(codesOf('invalid_request').length).toBeGreaterThan(1)
    expect(explainError('invalid_request', { message: description })).toMatchObject([
      { code: 'auth_invalid_request', observed: description },
    ])
  })

  test('says nothing of a code that is not known', () => {
    for (const code of ['E0009999', 'no_such_code', 'constructor', '__proto__', ''])
      expect(explainError(code)).toEqual([])
  })
})
