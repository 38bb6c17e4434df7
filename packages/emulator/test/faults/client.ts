/** @module A client of a running org's ready service app: assertions, tokens, proofs and calls. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import type { RunningOrg } from '../../src/index.ts'

/** What an answer says, short: `401 invalid_client: …`, `403 E0000006`, `200 []` and the like. */
export interface Told {
  readonly status: number
  readonly told: string
  readonly headers: Headers
  readonly body: unknown
}

const dpopPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** Makes a client. It tells the time by `now`, in milliseconds since the epoch. */
export function createClient(running: RunningOrg, now: () => number) {
  const { app, url } = running
  const tokenUrl = `${url}/oauth2/v1/token`
  const key = createPrivateKey({ key: app.key as never, format: 'jwk' })

  const requestToken = async (
    options: {
      readonly nonce?: string
      readonly dpop?: boolean
      readonly kid?: string | null
      readonly scope?: string
    } = {},
  ) => {
    const seconds = Math.floor(now() / 1_000)
    const kid = options.kid === null ? {} : { kid: options.kid ?? app.key.kid }
    const assertion = signJwt(
      key,
      { alg: app.key.alg, ...kid },
      {
        ...{ iss: app.clientId, sub: app.clientId, aud: tokenUrl, jti: randomUUID() },
        ...{ iat: seconds - 5, exp: seconds + 240 },
      },
    )
    const proof = options.dpop
      ? { DPoP: signProof('POST', tokenUrl, now(), { nonce: options.nonce }) }
      : {}
    return tell(
      await fetch(tokenUrl, {
        method: 'POST',
        headers: { accept: 'application/json', ...proof },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope: options.scope ?? app.scopes.join(' '),
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        }),
      }),
    )
  }

  const call = async (
    path: string,
    accessToken: string,
    options: { readonly method?: string; readonly body?: unknown; readonly dpop?: boolean } = {},
  ) => {
    const { method = 'GET', body, dpop = false } = options
    const proof = dpop
      ? { DPoP: signProof(method, `${url}${path.split('?')[0]}`, now(), { accessToken }) }
      : {}
    return tell(
      await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `${dpop ? 'DPoP' : 'Bearer'} ${accessToken}`,
          ...proof,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  }

  return {
    requestToken,
    call,
    callAsAdmin: (path: string, init?: RequestInit) => callAsAdmin(running, path, init),
  }
}

/** A call with the API token. */
async function callAsAdmin(running: RunningOrg, path: string, init: RequestInit = {}) {
  const headers = {
    authorization: `SSWS ${running.adminToken}`,
    'content-type': 'application/json',
  }
  return tell(await fetch(`${running.url}${path}`, { ...init, headers }))
}

/** The access token of an answer of the token endpoint. */
export function accessTokenOf({ body }: Told): string {
  return String((body as { access_token?: unknown }).access_token)
}

async function tell(answer: Response): Promise<Told> {
  const text = await answer.text()
  const body: unknown = text === '' ? '' : JSON.parse(text)
  const { error, error_description, errorCode } = body as Record<string, unknown>
  const challenge = /error="(\w+)", error_description="([^"]*)"/.exec(
    answer.headers.get('www-authenticate') ?? '',
  )
  const what =
    error === undefined
      ? (errorCode ?? (challenge === null ? undefined : `${challenge[1]}: ${challenge[2]}`))
      : `${error}: ${error_description}`
  const rows = Array.isArray(body) && body.length === 0 ? '[]' : 'ok'
  return {
    status: answer.status,
    told: `${answer.status} ${what ?? rows}`,
    headers: answer.headers,
    body,
  }
}

function signProof(
  htm: string,
  htu: string,
  nowMs: number,
  { nonce, accessToken }: { readonly nonce?: string | undefined; readonly accessToken?: string },
): string {
  const jwk = dpopPair.publicKey.export({ format: 'jwk' })
  const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url')
  return signJwt(
    dpopPair.privateKey,
    { typ: 'dpop+jwt', alg: 'ES256', jwk },
    {
      ...{ htm, htu, iat: Math.floor(nowMs / 1_000) - 1, jti: randomUUID() },
      ...{ nonce, ath },
    },
  )
}

function signJwt(key: KeyObject, header: object, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const input = `${encode(header)}.${encode(claims)}`
  const { asymmetricKeyType } = createPublicKey(key)
  const signature = sign('sha256', Buffer.from(input), {
    key,
    ...(asymmetricKeyType === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  })
  return `${input}.${signature.toString('base64url')}`
}
