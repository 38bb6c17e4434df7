/** @module The route that says what a key is. Nothing of the key is kept, and nothing private of it is told. */

import { z } from '@hono/zod-openapi'
import { importKey, requireSigningAlg, Secret } from '@postern/core'
import { isProbablePrime } from '../../http/primes.ts'
import type { Api } from '../api.ts'
import { publicJwk } from './public-jwk.ts'

/** What a key text may have. @see SECURITY-TESTS.md, S7 */
const maxKeyBytes = 65_536

// Each takes a thread for a quarter of a second, and there are four for everybody.
const atOnce = 2

/** Adds the route. */
export function addKeyInspectionRoute(api: Api): void {
  api.add(
    {
      method: 'post',
      path: '/v1/keys/inspect',
      operationId: 'inspectKey',
      tag: 'keys',
      summary: 'Says what a private key is, without keeping it.',
      access: 'any-key',
      maxBodyBytes: maxKeyBytes,
      concurrent: atOnce,
      body: z.strictObject({
        key: z.string().describe('Private key: JWK or PEM, as it was copied.'),
        keyId: z.string().max(200).optional(),
        jwtAlg: z.string().max(40).optional(),
        passphrase: z.string().max(1_024).optional().describe('Of an encrypted PEM.'),
      }),
      answer: z.object({
        kty: z.enum(['RSA', 'EC']),
        bits: z.int().optional(),
        crv: z.string().optional(),
        alg: z.string(),
        kid: z.string(),
        kidGiven: z.boolean().describe('False where the kid is the thumbprint.'),
        thumbprint: z.string(),
        publicJwk,
        warnings: z.array(z.object({ code: z.string(), message: z.string() })),
      }),
      refusals: ['key_malformed', 'key_is_public', 'key_too_small', 'key_encrypted'],
    },
    async ({ body }) => {
      const key = await importKey(body.key, {
        kid: body.keyId,
        alg: body.jwtAlg === undefined ? undefined : requireSigningAlg(body.jwtAlg),
        passphrase: body.passphrase === undefined ? undefined : new Secret(body.passphrase),
        isProbablePrime,
      })
      const { kty, bits, crv, alg, kid, kidGiven, thumbprint, publicJwk, warnings } = key
      const seen = { kty, bits, crv, alg, kid, kidGiven, thumbprint, publicJwk }
      return { ...seen, warnings: warnings.map(({ code, message }) => ({ code, message })) }
    },
  )
}
