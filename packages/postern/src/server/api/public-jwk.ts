/** @module A public key, as the API shows it. Nothing else of a key is ever shown. */

import { z } from '@hono/zod-openapi'

const signingAlg = z.enum(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])
const named = { kid: z.string(), alg: signingAlg, use: z.literal('sig') }

/** @see RFC 7517, section 4 - members of a JWK */
export const publicJwk = z
  .discriminatedUnion('kty', [
    z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string(), ...named }),
    z.object({
      kty: z.literal('EC'),
      crv: z.enum(['P-256', 'P-384', 'P-521']),
      x: z.string(),
      y: z.string(),
      ...named,
    }),
  ])
  .openapi('PublicJwk')
