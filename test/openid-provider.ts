/** @module A real OpenID provider that nobody here wrote: `oidc-provider`, on a free loopback port, whose people sign in at once. */

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type JWK } from 'oidc-provider'
import { onTestFinished } from 'vitest'

/** A person whom the provider knows, by `sub`: what it says of them. */
export type ProvidedPeople = Record<string, Readonly<Record<string, unknown>>>

/** What the provider does otherwise than it would. */
export interface ProviderFaults {
  /** Changes the ID token before it is signed, or its header. */
  token?: (claims: Record<string, unknown>) => Record<string, unknown>
  alg?: 'none' | 'HS256'
  /** Signs with a key that it does not publish. */
  foreignKey?: boolean
}

/** A running provider. */
export interface OpenIdProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly people: ProvidedPeople
  /** Who sits before the browser: signed in when asked. */
  user: string
  readonly faults: ProviderFaults
  /** How the client proved itself at the token endpoint. */
  readonly seen: { readonly authorization: string | undefined; readonly assertion: unknown }[]
  close(): Promise<void>
}

/** Starts a provider with one web app, until the test ends. */
export async function startOpenIdProvider(options: {
  readonly redirectUri: string
  /** Default 127.0.0.1; `localhost` is another site to a browser. */
  readonly host?: 'localhost'
  readonly people: ProvidedPeople
  /** The public keys of the app, for `private_key_jwt`. */
  readonly jwks?: readonly unknown[]
}): Promise<OpenIdProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://${options.host ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`
  const privateKey = newKey()
  const jwk = {
    ...privateKey.export({ format: 'jwk' }),
    kid: 'k1',
    alg: 'RS256',
    use: 'sig',
  } as JWK
  const [clientId, clientSecret] = ['postern', 'TEST-CLIENT-SECRET']
  const { people } = options
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: clientId,
        redirect_uris: [options.redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        ...(options.jwks
          ? {
              token_endpoint_auth_method: 'private_key_jwt' as const,
              jwks: { keys: options.jwks as JWK[] },
            }
          : { client_secret: clientSecret }),
      },
    ],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    scopes: ['openid', 'profile', 'email', 'groups'],
    pkce: { required: () => true },
    cookies: { keys: ['TEST-COOKIE-KEY'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...people[sub], sub }) }),
  })
  const provided: OpenIdProvider = {
    issuer,
    clientId,
    clientSecret,
    people,
    user: Object.keys(people)[0] ?? '',
    faults: {},
    seen: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path !== '/token') return
    const assertion = ctx['oidc']?.params?.['client_assertion']
    provided.seen.push({ authorization: ctx.get('authorization') || undefined, assertion })
    const { id_token: token } = (ctx.body ?? {}) as { id_token?: string }
    if (token !== undefined)
      Object.assign(ctx.body as object, { id_token: forge(token, privateKey, provided.faults) })
  })
  const answer = provider.callback()
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    const { prompt, params, session } = await provider.interactionDetails(request, response)
    const accountId = session?.accountId ?? provided.user
    const grant = new provider.Grant({ accountId, clientId })
    grant.addOIDCScope(String(params['scope']))
    const result =
      prompt.name === 'login'
        ? { login: { accountId: provided.user, remember: false } }
        : { consent: { grantId: await grant.save() } }
    await provider.interactionFinished(request, response, result)
  })
  onTestFinished(provided.close)
  return provided
}

/** The same token with other claims, another algorithm or another key, as the faults say. */
function forge(token: string, privateKey: KeyObject, faults: ProviderFaults): string {
  const [, body = ''] = token.split('.')
  const before = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  const { alg = 'RS256' } = faults
  const signed = [{ alg, kid: 'k1' }, faults.token?.(before) ?? before]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${signatureOf(signed, privateKey, faults).toString('base64url')}`
}

function signatureOf(signed: string, privateKey: KeyObject, faults: ProviderFaults): Buffer {
  const { n = '' } = privateKey.export({ format: 'jwk' })
  switch (faults.alg) {
    case 'none':
      return Buffer.of()
    case 'HS256':
      return createHmac('sha256', n).update(signed).digest()
    default:
      return sign('sha256', Buffer.from(signed), faults.foreignKey ? newKey() : privateKey)
  }
}

function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
}
