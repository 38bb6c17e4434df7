/** @module Checklist, 9: the token endpoint. */

import { describe, expect, test } from 'vitest'
import { makeProof } from '../authorization/scenario.ts'
import { addServiceApp } from '../service-app.ts'
import { acme, askToken, openOrgForEachTest } from './checklist-org.ts'

openOrgForEachTest()

describe('9. The token endpoint', () => {
  test('asks for a proof, then for a nonce, which it sends along', async () => {
    const service = addServiceApp(acme.running.org, { dpopRequired: true })
    const without = await askToken(service, 'okta.users.read')
    expect([without.status, without.body]).toEqual([
      400,
      { error: 'invalid_dpop_proof', error_description: 'The DPoP proof JWT header is missing.' },
    ])
    const proof = makeProof(acme.running, 'POST', '/oauth2/v1/token')
    const asked = await askToken(service, 'okta.users.read', proof)
    expect([asked.status, asked.body]).toEqual([
      400,
      {
        error: 'use_dpop_nonce',
        error_description: 'Authorization server requires nonce in DPoP proof.',
      },
    ])
    const nonce = asked.headers.get('dpop-nonce')
    const better = makeProof(acme.running, 'POST', '/oauth2/v1/token', { claims: { nonce } })
    const given = await askToken(service, 'okta.users.read', better)
    expect([given.status, given.body.token_type]).toEqual([200, 'DPoP'])
  })
})
