/** @module A service app from its own side: it knows the URL of its org, its client id and its key, and nothing else. */

import { randomUUID } from 'node:crypto'
import type { RunningOrg } from '../../src/index.ts'
import { makeProof, type Reply, sendRequest, tokenForm } from '../authorization/scenario.ts'
import { signJwt, type TestKey } from '../service-app.ts'

/** What a client knows of itself. */
export interface ServiceClientOptions {
  readonly clientId: string
  readonly key: TestKey
  /** Whether it proves its requests. */
  readonly dpop?: boolean
}

/** Gets tokens and calls APIs, one HTTP request for each method. */
export class ServiceClient {
  readonly clientId: string
  /** What signs its assertions from now on. */
  key: TestKey
  readonly #org: RunningOrg['org']
  readonly #dpop: boolean
  #nonce: string | undefined
  /** The access token it got last. */
  token = ''

  constructor(
    { org }: Pick<RunningOrg, 'org'>,
    { clientId, key, dpop = false }: ServiceClientOptions,
  ) {
    this.#org = org
    this.clientId = clientId
    this.key = key
    this.#dpop = dpop
  }

  /** An assertion that is good once. */
  sign(claims: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(this.#org.time.nowMs() / 1_000)
    const { clientId, key } = this
    const aud = `${this.#org.url}/oauth2/v1/token`
    const good = { iss: clientId, sub: clientId, aud, iat: now, exp: now + 240, jti: randomUUID() }
    return signJwt({ alg: key.alg, kid: key.publicJwk['kid'] }, { ...good, ...claims }, key)
  }

  /** Asks for a token once, and keeps what the answer gives: the token, the nonce. */
  async requestToken(scope: string, assertion = this.sign()): Promise<Reply> {
    const path = '/oauth2/v1/token'
    const proof = this.#dpop && {
      dpop: makeProof({ org: this.#org }, 'POST', path, { claims: { nonce: this.#nonce } }),
    }
    const reply = await sendRequest(this.#org.url, path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...proof },
      body: new URLSearchParams(tokenForm(assertion, scope)).toString(),
    })
    this.#nonce = reply.headers['dpop-nonce']?.toString() ?? this.#nonce
    if (reply.status === 200) this.token = String(reply.json['access_token'])
    return reply
  }

  /** Calls an API with the token it has. */
  call(method: string, path: string, body?: unknown): Promise<Reply> {
    const [pathname = ''] = path.split('?')
    const accessToken = this.token
    const proof = this.#dpop && {
      dpop: makeProof({ org: this.#org }, method, pathname, { accessToken }),
    }
    const scheme = this.#dpop ? 'DPoP' : 'Bearer'
    return sendRequest(this.#org.url, path, {
      method,
      headers: {
        authorization: `${scheme} ${accessToken}`,
        ...proof,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }
}
