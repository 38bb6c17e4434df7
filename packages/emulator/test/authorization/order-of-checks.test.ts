import { describe, expect, test } from 'vitest'
import { signJwt, type TestServiceApp, testKey } from '../service-app.ts'
import { makeProof, type Scenario, startWithApp, tokenForm, tokenProof } from './scenario.ts'

describe('what is wrong first is said first', () => {
  const cases: readonly (readonly [
    string,
    string,
    (scenario: Scenario, service: TestServiceApp) => Promise<unknown>,
  ])[] = [
    [
      'an unknown grant before a bad assertion',
      'unsupported_grant_type',
      ({ post }) => post({ ...tokenForm('x'), grant_type: 'x' }),
    ],
    [
      'a bad algorithm before a bad kid',
      'The client_assertion JWT signature algorithm is invalid.',
      ({ post }, { sign }) => post(tokenForm(sign({}, { alg: 'none', kid: 'x' }))),
    ],
    [
      'a bad kid before a bad signature',
      'The client_assertion JWT kid is invalid.',
      ({ post }, { sign }) => post(tokenForm(`${sign({}, { kid: 'x' })}AAAA`)),
    ],
    [
      'a bad signature before a bad audience',
      'The client_assertion signature is invalid.',
      ({ post }, { clientId }) =>
        post(
          tokenForm(
            signJwt(
              { alg: 'RS256', kid: 'test-key' },
              { iss: clientId, sub: clientId },
              testKey('stranger'),
            ),
          ),
        ),
    ],
    [
      'a bad subject before a bad audience',
      'The subject claim for client_assertion is not a valid client_id.',
      ({ post }, { sign }) => post(tokenForm(sign({ sub: undefined, aud: 'x' }))),
    ],
    [
      'a bad audience before an expiry',
      'The audience claim for client_assertion must be the endpoint invoked for the request.',
      ({ post }, { sign }) => post(tokenForm(sign({ aud: 'x', exp: 1 }))),
    ],
    [
      'an expiry before an issue in the future',
      'The client_assertion token is expired.',
      ({ post }, { sign }) => post(tokenForm(sign({ exp: 1, iat: 1e12 }))),
    ],
    [
      'an expired assertion before a missing proof',
      'The client_assertion token is expired.',
      (scenario, { change, sign }) => {
        change({ dpopRequired: true })
        return scenario.post(tokenForm(sign({ exp: 1 })))
      },
    ],
    [
      'an expired assertion before the nonce',
      'The client_assertion token is expired.',
      (scenario, { sign }) =>
        scenario.post(tokenForm(sign({ exp: 1 })), {
          dpop: makeProof(scenario, 'POST', '/oauth2/v1/token'),
        }),
    ],
    [
      'the network zone before a missing proof',
      "The request is made from outside the client's permitted network zones.",
      ({ post }, { change, sign }) => {
        change({ dpopRequired: true, networkAllowed: false })
        return post(tokenForm(sign()))
      },
    ],
    [
      'a missing proof before the scopes',
      'The DPoP proof JWT header is missing.',
      ({ post }, { change, sign }) => {
        change({ dpopRequired: true })
        return post(tokenForm(sign(), ''))
      },
    ],
    [
      'a bad proof before its nonce',
      "'htm' claim in the DPoP proof JWT is invalid.",
      (scenario, { sign }) =>
        scenario.post(tokenForm(sign(), ''), {
          dpop: makeProof(scenario, 'GET', '/oauth2/v1/token'),
        }),
    ],
    [
      'the nonce before the scopes',
      'Authorization server requires nonce in DPoP proof.',
      (scenario, { sign }) =>
        scenario.post(tokenForm(sign(), 'okta.apps.read'), {
          dpop: makeProof(scenario, 'POST', '/oauth2/v1/token'),
        }),
    ],
    [
      'scopes once the proof has passed',
      'You are not allowed any of the requested scopes.',
      (scenario, { sign }) =>
        scenario.post(tokenForm(sign(), 'okta.apps.read'), { dpop: tokenProof(scenario) }),
    ],
  ]

  test.each(cases)('%s', async (_title, expected, act) => {
    const { scenario, service } = await startWithApp()
    const reply = (await act(scenario, service)) as { json: Record<string, unknown> }
    expect([reply.json['error'], reply.json['error_description']]).toContain(expected)
  })
})
