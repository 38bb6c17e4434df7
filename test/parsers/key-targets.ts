/** @module The parsers of keys, of JSON and of what a setup keeps. */

import { isDeepStrictEqual } from 'node:util'
import {
  importKey,
  parseJwksUri,
  parsePublicJwk,
  parseRotationState,
  parseSetupState,
} from '@postern/core'
import { expect } from 'vitest'
import {
  decodeBase64url,
  decodeText,
  encodeBase64url,
  encodeText,
} from '../../packages/core/src/base64url.ts'
import { parseJson } from '../../packages/core/src/json.ts'
import { decodeBase64 } from '../../packages/core/src/keys/base64.ts'
import {
  readBits,
  readChildren,
  readInteger,
  readOctets,
  readOid,
  readRoot,
  readSequence,
} from '../../packages/core/src/keys/der.ts'
import { readJwk } from '../../packages/core/src/keys/jwk.ts'
import { readPem } from '../../packages/core/src/keys/pem.ts'
import { readDerKey } from '../../packages/core/src/keys/structure.ts'
import { der, ecKey, jwk, pem, rsaKey, trustPrimes } from '../../packages/core/test/keys/pool.ts'
import { ofBytes, ofText, ofValue, type Target } from './target.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const text = (given: Uint8Array) => Buffer.from(given).toString('utf8')
const keys = [ecKey(), rsaKey()]
const publicMembers = {
  kty: 'EC',
  crv: 'P-256',
  x: 'AA',
  y: 'AA',
  kid: 'k',
  alg: 'ES256',
  use: 'sig',
}
const setup = {
  version: 1,
  done: ['app'],
  skipped: {},
  app: { appId: '0oa1', clientId: '0oa1' },
  plan: {
    name: 'acme',
    org: 'https://acme.okta.com',
    via: 'apps',
    label: 'Postern',
    clientId: '0oa1',
    publicJwk: publicMembers,
    scopes: ['okta.users.read'],
    roles: [],
    dpopRequired: true,
  },
}
const rotation = {
  version: 1,
  phase: 'planned',
  plan: {
    org: 'https://acme.okta.com',
    clientId: '0oa1',
    scopes: [],
    oldKey: publicMembers,
    newKey: { ...publicMembers, kid: 'l' },
  },
}
const asMembers = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
const ders = keys.flatMap((key) => [
  new Uint8Array(der(key)),
  new Uint8Array(der(key, key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1')),
])
const elements = (given: Uint8Array) => {
  const root = readRoot(given)
  return root?.fit === 'exact' ? [root.element, ...(readChildren(root.element.content) ?? [])] : []
}

/** Every parser of keys, and of what holds them. */
export const keyTargets: readonly Target[] = [
  ofText('core/src/base64url.ts decodeBase64url', decodeBase64url, ['', 'Zm9v', 'Zm8', 'AA=='], {
    alsoThrows: ['TypeError'],
    holds: (decoded, given) =>
      expect(encodeBase64url(decoded).slice(0, -1)).toBe(given.replace(/=+$/, '').slice(0, -1)),
  }),
  ofBytes('core/src/base64url.ts decodeText', decodeText, [bytes('text'), bytes('é漢😀')], {
    alsoThrows: ['TypeError'],
    holds: (decoded, given) =>
      expect(text(encodeText(decoded))).toBe(text(given).replace(/^\ufeff/, '')),
  }),
  ofText(
    'core/src/json.ts parseJson',
    (given) => parseJson(given, { maxDepth: 16 }),
    ['{"a":[1,2,{"b":null}]}', '"x"', '[[[]]]', '{"a":1,"a":2}'],
    {
      words: ['{', '}', '[', ']', '"a":', ',', '1e9', '\\u0061', 'true'],
      // Whatever it takes, JSON.parse takes as the same.
      holds: (result, given) => {
        if (result.ok)
          expect(
            isDeepStrictEqual(
              JSON.parse(JSON.stringify(result.value)),
              JSON.parse(JSON.stringify(JSON.parse(given))),
            ),
          ).toBe(true)
      },
    },
  ),
  ofText('core/src/keys/base64.ts decodeBase64', decodeBase64, ['Zm9v', 'Zm8=', '-_-_', '+/+/'], {
    holds: (decoded, given) => {
      if (decoded?.isCanonicalUrl) expect(encodeBase64url(decoded.bytes)).toBe(given)
    },
  }),
  ofText(
    'core/src/keys/pem.ts readPem',
    (given) => readPem(given, new Set()),
    keys.map((key) => pem(key)),
    {
      words: ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', 'MII', '-----'],
      isSecret: true,
    },
  ),
  ofValue(
    'core/src/keys/jwk.ts readJwk',
    (given) => readJwk(asMembers(given) as Parameters<typeof readJwk>[0], new Set()),
    keys.map((key) => jwk(key)),
    { isSecret: true },
  ),
  ofBytes('core/src/keys/structure.ts readDerKey', (given) => readDerKey(given), ders, {
    isSecret: true,
  }),
  ofBytes('core/src/keys/der.ts readRoot', readRoot, ders),
  ofBytes('core/src/keys/der.ts readChildren', readChildren, ders),
  ofBytes(
    'core/src/keys/der.ts readSequence',
    (given) => elements(given).map((one) => readSequence(one)),
    ders,
  ),
  ofBytes(
    'core/src/keys/der.ts readInteger',
    (given) => elements(given).map((one) => readInteger(one)),
    ders,
  ),
  ofBytes(
    'core/src/keys/der.ts readOid',
    (given) => elements(given).map((one) => readOid(one)),
    ders,
  ),
  ofBytes(
    'core/src/keys/der.ts readBits',
    (given) => elements(given).map((one) => readBits(one)),
    ders,
  ),
  ofBytes(
    'core/src/keys/der.ts readOctets',
    (given) => elements(given).map((one) => readOctets(one)),
    ders,
  ),
  ofText(
    'core/src/keys/import.ts importKey',
    (given) => importKey(given, { isProbablePrime: trustPrimes }),
    keys.flatMap((key) => [pem(key), JSON.stringify(jwk(key))]),
    { isSecret: true },
  ),
  ofText(
    'core/src/setup/published-keys.ts parseJwksUri',
    parseJwksUri,
    ['https://keys.acme.com/jwks.json'],
    {
      holds: (uri) => expect(parseJwksUri(uri)).toBe(uri),
    },
  ),
  ofValue(
    'core/src/setup/rotation.ts parseRotationState',
    (given) => parseRotationState(given),
    [rotation],
    {
      isSecret: true,
      holds: (state) =>
        expect(parseRotationState(JSON.parse(JSON.stringify(state)))).toEqual(state),
    },
  ),
  ofValue('core/src/setup/state.ts parseSetupState', (given) => parseSetupState(given), [setup], {
    isSecret: true,
    holds: (state) => expect(parseSetupState(JSON.parse(JSON.stringify(state)))).toEqual(state),
  }),
  ofValue(
    'core/src/setup/state.ts parsePublicJwk',
    (given) => parsePublicJwk(asMembers(given)),
    [publicMembers],
    { isSecret: true },
  ),
]
