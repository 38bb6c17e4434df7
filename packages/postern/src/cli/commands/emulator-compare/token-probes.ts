/** @module Probes of the token endpoint: times, keys, scopes and clients of an assertion. */

import { codeOf, isRecord, rowsOf, type Seen } from './exchange-log.ts'
import { choice, notApplicable, ofStatus, type Probe, range, unclear } from './probe.ts'
import type { Subject } from './subject.ts'

// `Date` is cut to a second and the way takes time, so a step below this could pass by itself.
const AHEAD_SECONDS = [5, 15, 30, 60, 120, 300]
const UNCERTAIN_SECONDS = 2

const SHORT_LIFE_SECONDS = 6

// Okta's pages name 1024 and 4096.
const SCOPE_LENGTHS = [1_024, 2_048, 4_096, 8_192]

/** Questions about assertions. */
export const tokenProbes: readonly Probe[] = [
  {
    assumption: 'clockLeniencySeconds',
    asks: 'tokens, with iat 5 to 300 s ahead of the org',
    needsServiceApp: true,
    async ask(subject) {
      const baseline = await subject.requestToken()
      if (baseline.status !== 200) return unclear(baseline)
      let accepted = 0
      for (const ahead of AHEAD_SECONDS) {
        const iat = Math.floor(subject.orgNow().getTime() / 1_000) + ahead
        const seen = await subject.requestToken({ claims: { iat } })
        if (seen.status === 401) return range(Math.max(0, accepted - UNCERTAIN_SECONDS), ahead)
        if (seen.status !== 200) return unclear(seen)
        accepted = ahead
      }
      return range(accepted - UNCERTAIN_SECONDS, Number.POSITIVE_INFINITY)
    },
  },
  {
    assumption: 'jtiRetention',
    asks: 'two tokens with the same jti, the second after the first assertion has expired',
    needsServiceApp: true,
    async ask(subject) {
      await subject.requestToken()
      const jti = crypto.randomUUID()
      const exp = Math.floor(subject.orgNow().getTime() / 1_000) + SHORT_LIFE_SECONDS
      const first = await subject.requestToken({ claims: { jti, exp } })
      if (first.status !== 200) return unclear(first)
      await subject.wait((SHORT_LIFE_SECONDS + UNCERTAIN_SECONDS) * 1_000)
      const second = await subject.requestToken({ claims: { jti } })
      const fresh = await subject.requestToken()
      if (fresh.status !== 200) return unclear(fresh)
      if (second.status === 200) return choice('until-exp')
      return second.status === 401 ? choice('forever') : unclear(second)
    },
  },
  {
    assumption: 'kidAbsentWithInactiveKey',
    asks: 'the keys of the app, and a token with an assertion that names no kid',
    scopes: ['okta.apps.read'],
    needsServiceApp: true,
    async ask(subject) {
      const list = await readKeyList(subject)
      if (list.status !== 200) return unclear(list)
      const statuses = keysOf(list).map((key) => (isRecord(key) ? key['status'] : undefined))
      const active = statuses.filter((status) => status === 'ACTIVE').length
      if (active !== 1 || active === statuses.length) {
        return notApplicable('The app does not have one active key and an inactive one.')
      }
      const seen = await subject.requestToken({ kidLeftOut: true })
      if (seen.status === 200) return choice('optional')
      return seen.status === 401 ? choice('required') : unclear(seen)
    },
  },
  {
    assumption: 'keyListShape',
    asks: 'GET /api/v1/apps/{id}/credentials/jwks of the app itself',
    scopes: ['okta.apps.read'],
    needsServiceApp: true,
    async ask(subject) {
      const seen = await readKeyList(subject)
      if (rowsOf(seen)) return choice('array')
      const { json } = seen
      if (isRecord(json) && isRecord(json['jwks'])) return choice('object')
      return isRecord(json) && Array.isArray(json['keys']) ? choice('keys') : unclear(seen)
    },
  },
  {
    assumption: 'unknownScope',
    asks: 'a token for the scopes of the connection and one that does not exist',
    needsServiceApp: true,
    async ask(subject) {
      const scopes = subject.serviceApp?.scopes ?? []
      const scope = [...scopes, 'okta.noSuchThing.read'].join(' ')
      const seen = await subject.requestToken({ form: { scope } })
      if (seen.status === 200) return choice('dropped')
      return codeOf(seen) === 'invalid_scope' ? choice('refused') : unclear(seen)
    },
  },
  {
    assumption: 'scopeMaxCharacters',
    asks: 'tokens for the scopes of the connection, repeated until they have 1024 to 8192 characters',
    needsServiceApp: true,
    async ask(subject) {
      let accepted = 0
      for (const length of SCOPE_LENGTHS) {
        const scope = repeated(subject.serviceApp?.scopes ?? [], length)
        const seen = await subject.requestToken({ form: { scope } })
        if (codeOf(seen) === 'invalid_scope') return range(accepted, scope.length)
        if (seen.status !== 200) return unclear(seen)
        accepted = scope.length
      }
      return range(accepted, Number.POSITIVE_INFINITY)
    },
  },
  {
    assumption: 'multipleCredentials',
    asks: 'a token with an assertion and a made-up client secret',
    needsServiceApp: true,
    async ask(subject) {
      const seen = await subject.requestToken({ form: { client_secret: 'no-secret-of-the-app' } })
      return ofStatus(seen, 401, 400)
    },
  },
  {
    assumption: 'unknownClientBody',
    asks: 'a token for a client id that does not exist',
    needsServiceApp: true,
    async ask(subject) {
      const nobody = '0oaNoSuchApp00000000'
      const claims = { iss: nobody, sub: nobody }
      const seen = await subject.requestToken({ claims, form: { client_id: nobody } })
      if (!isRecord(seen.json)) return unclear(seen)
      if ('errorCode' in seen.json) return choice('errorCode')
      return 'error' in seen.json ? choice('oauth') : unclear(seen)
    },
  },
  {
    assumption: 'invalidNonce',
    asks: 'a token with a proof whose nonce is made up',
    needsServiceApp: true,
    async ask(subject) {
      const seen = await subject.requestToken({ proof: 'with-made-up-nonce' })
      if (seen.status === 200) {
        return notApplicable('The app requires no DPoP, and the org does not look at the proof.')
      }
      switch (codeOf(seen)) {
        case 'use_dpop_nonce':
          return choice('use-dpop-nonce')
        case 'invalid_dpop_proof':
          return choice('invalid-dpop-proof')
        default:
          return unclear(seen)
      }
    },
  },
  {
    assumption: 'proofWithoutNeed',
    asks: 'a token without and one with a proof',
    needsServiceApp: true,
    async ask(subject) {
      const without = await subject.requestToken({ proof: 'never' })
      if (codeOf(without) === 'invalid_dpop_proof') return notApplicable('The app requires DPoP.')
      if (without.status !== 200) return unclear(without)
      const seen = await subject.requestToken({ proof: 'always' })
      const type = isRecord(seen.json) ? seen.json['token_type'] : undefined
      if (type === 'DPoP') return choice('token-is-bound')
      return type === 'Bearer' ? choice('ignored') : unclear(seen)
    },
  },
]

/** As many of the scopes, over and over, as go into so many characters. */
function repeated(scopes: readonly string[], maxCharacters: number): string {
  let text = ''
  for (let index = 0; scopes.length > 0; index++) {
    const longer = `${text} ${scopes[index % scopes.length]}`.trimStart()
    if (longer.length > maxCharacters) break
    text = longer
  }
  return text
}

function readKeyList(subject: Subject): Promise<Seen> {
  const clientId = encodeURIComponent(subject.serviceApp?.clientId ?? '')
  return subject.get(`/api/v1/apps/${clientId}/credentials/jwks`)
}

/** The keys, whichever of the known shapes the list has. */
function keysOf({ json }: Seen): readonly unknown[] {
  const shapes = isRecord(json)
    ? [json['keys'], isRecord(json['jwks']) ? json['jwks']['keys'] : []]
    : [json]
  return shapes.flatMap((keys) => (Array.isArray(keys) ? keys : []))
}
