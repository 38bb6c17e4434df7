/**
 * @module Assertions and proofs a second (figure P5's signing half), beside bare `crypto.sign` with a cached key, 16 in
 * flight. `npm run signing -w bench [-- --write]`.
 */

import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { DpopProver, exportJwk, generateKey, type PrivateKey, signAssertion } from '@postern/core'
import { type Case, measure } from './measure.ts'
import { report } from './report.ts'

const rounds = 7
const roundMs = 700
const inFlight = 16
const clientId = '0oaTEST0000000000Tst'
const issuerUrl = 'https://acme.okta.com'
const tokenUrl = `${issuerUrl}/oauth2/v1/token`
const signOnThread = promisify(sign) as (
  hash: string,
  data: Buffer,
  key: { key: KeyObject; dsaEncoding?: 'ieee-p1363' },
) => Promise<Buffer>

/** How many a second, with a fixed number in flight. */
function perSecond(name: string, work: () => Promise<unknown>): Case {
  return {
    name,
    run: async () => {
      const start = performance.now()
      let done = 0
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          while (performance.now() - start < roundMs) {
            await work()
            done++
          }
        }),
      )
      return (done * 1_000) / (performance.now() - start)
    },
  }
}

/** The least that makes an assertion: claims, header, `crypto.sign` on the thread pool with a key parsed once. */
function bare(key: PrivateKey): () => Promise<string> {
  const cached = createPrivateKey({ key: JSON.parse(exportJwk(key).reveal()), format: 'jwk' })
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return async () => {
    const now = Math.floor(Date.now() / 1_000)
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: tokenUrl,
      iat: now,
      exp: now + 240,
      jti: randomUUID(),
    }
    const signed = `${encode({ alg: key.alg, kid: key.kid, typ: 'JWT' })}.${encode(claims)}`
    const hash = `sha${key.alg.slice(2)}`
    const signature = await signOnThread(hash, Buffer.from(signed), {
      key: cached,
      dsaEncoding: 'ieee-p1363',
    })
    return `${signed}.${signature.toString('base64url')}`
  }
}

// TEST KEYS, made for this run.
const tables = []
for (const key of [
  await generateKey({ alg: 'RS256' }),
  await generateKey({ alg: 'RS256', bits: 4096 }),
  await generateKey({ alg: 'ES256' }),
]) {
  const title = key.bits === undefined ? key.alg : `${key.alg}, ${key.bits} bits`
  const figures = await measure(
    [
      perSecond('bare `crypto.sign`, key cached', bare(key)),
      perSecond('`signAssertion`', () => signAssertion(key, { clientId, tokenUrl, issuerUrl })),
    ],
    rounds,
  )
  tables.push({ title, unit: 'a second', digits: 0, figures })
}
const prover = await DpopProver.create()
const proofKey = await generateKey({ alg: 'ES256' })
const proofs = await measure(
  [
    perSecond('bare `crypto.sign`, key cached', bare(proofKey)),
    perSecond('`DpopProver.prove` with `ath`', () =>
      prover.prove({
        method: 'GET',
        url: `${issuerUrl}/api/v1/users?limit=200`,
        endpoint: 'resource',
        accessToken: 'TEST.ACCESS.TOKEN'.repeat(50),
        now: new Date(),
      }),
    ),
  ],
  rounds,
)
tables.push({ title: 'DPoP proof, ES256', unit: 'a second', digits: 0, figures: proofs })
report('signing', 'npm run signing -w bench', tables)
