import { inspect } from 'node:util'
import { knownRefusals, TokenError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { tokenScenario } from '../../../../test/token-source.ts'
import { knownAnswers } from './known-refusals.ts'

const requestId = 'aXyz_TEST-request-id01'

describe('a refusal that Okta is known to give', () => {
  test.each(knownAnswers)(
    '%i %s "%s" is %s (%s), with its remedy',
    async (status, error, error_description, code, detail, remedyWord) => {
      const { source, server } = await tokenScenario(
        () => ({
          status,
          body: { error, error_description },
          headers: { 'x-okta-request-id': requestId },
        }),
        { dpopRequired: error === 'invalid_dpop_proof' },
      )
      const refused: unknown = await source.token().catch((thrown: unknown) => thrown)
      expect(refused).toBeInstanceOf(TokenError)
      expect(refused).toMatchObject({
        code,
        details: {
          detail,
          okta: { status, error, errorDescription: error_description, requestId },
        },
      })
      expect((refused as TokenError).remedy).toContain(remedyWord)
      expect((refused as TokenError).message).toContain(error_description)
      // Only what may pass by itself is asked again.
      expect(server.requests.length).toBe(code === 'upstream_unavailable' ? 4 : 1)
    },
  )

  test('every entry of the table is met by a known answer or by a test of its cure', () => {
    const unmet = knownRefusals.filter(
      ({ error, description, cure }) =>
        cure !== 'switch-dpop-on' &&
        cure !== 'use-nonce' &&
        !knownAnswers.some(
          ([, answerError, answerDescription]) =>
            error === answerError &&
            (typeof description === 'string'
              ? description === answerDescription
              : description.test(answerDescription)),
        ),
    )
    expect(unmet).toEqual([])
  })
})

describe('a refusal that nobody has seen yet', () => {
  test.each([
    ['invalid_client', 'auth_invalid_client'],
    ['invalid_scope', 'scope_unknown'],
    ['invalid_dpop_proof', 'dpop_proof_refused'],
    ['consent_required', 'scope_not_granted'],
    ['access_denied', 'auth_access_denied'],
    ['invalid_request', 'auth_invalid_request'],
    ['unauthorized_client', 'auth_grant_refused'],
    ['unsupported_grant_type', 'auth_grant_refused'],
    ['brand_new_error', 'auth_refused'],
    ['constructor', 'auth_refused'],
    ['__proto__', 'auth_refused'],
  ])('%s keeps Okta’s words and gets the code %s', async (error, code) => {
    const body = { error, error_description: 'Something nobody documented.' }
    const { source } = await tokenScenario(() => ({ status: 400, body }), { dpopRequired: true })
    await expect(source.token()).rejects.toMatchObject({
      code,
      details: { okta: { status: 400, error, errorDescription: body.error_description } },
    })
  })

  test('Okta’s other error shape is read as well', async () => {
    const body = {
      errorCode: 'invalid_client',
      errorSummary: "Invalid value for 'client_id' parameter.",
      errorLink: 'invalid_client',
      errorId: 'oaeTEST',
      errorCauses: [],
    }
    const { source } = await tokenScenario(() => ({ status: 401, body }))
    await expect(source.token()).rejects.toMatchObject({
      code: 'auth_invalid_client',
      details: { detail: 'client ID' },
    })
  })

  test('a wrong authorization server id is named as such', async () => {
    const body = {
      errorCode: 'E0000007',
      errorSummary: 'Not found: Resource not found: aus1 (AuthorizationServer)',
    }
    const { source, server } = await tokenScenario(() => ({ status: 404, body }), {
      authorizationServerId: 'aus1',
    })
    await expect(source.token()).rejects.toMatchObject({
      code: 'auth_refused',
      remedy: expect.stringContaining('authorization server'),
    })
    expect(server.requests[0]?.path).toBe('/oauth2/aus1/v1/token')
  })

  test('a hostile description is cut, cleaned, and robbed of anything shaped like a secret', async () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLWJ5dGVz'
    const error_description = `\u001b[31mlook\u202e ${jwt} SSWS 00abcdefghijklmnopqrstuvwxyz0123456789ABCD ${'x'.repeat(5_000)}`
    const { source } = await tokenScenario(() => ({
      status: 400,
      body: { error: 'invalid_client\u0000', error_description },
    }))
    const refused = await source.token().catch((thrown: unknown) => thrown)
    const shown = inspect(refused, { depth: 9 })
    expect(shown).not.toContain('eyJ')
    expect(shown).not.toContain('00abcdefghij')
    expect((refused as TokenError).message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect((refused as TokenError).message.length).toBeLessThan(700)
  })
})
