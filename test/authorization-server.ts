/** @module A real authorization server that nobody here wrote: `oidc-provider`, on a free loopback port. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Adapter, AdapterPayload, JWK } from 'oidc-provider'
import Provider from 'oidc-provider'

/** A service app known to the server. */
export interface RegisteredClient {
  readonly clientId: string
  readonly jwks: { readonly keys: readonly unknown[] }
  readonly dpopRequired?: boolean
}

/** What one token request carried, as the server saw it. */
export interface SeenRequest {
  readonly assertion: string
  readonly dpop: string | undefined
}

/** A running server. */
export interface AuthorizationServer {
  /** Its origin, which stands where an org's URL would: the token endpoint has Okta's path. */
  readonly orgUrl: string
  readonly seen: readonly SeenRequest[]
  readonly close: () => Promise<void>
}

const SCOPES = ['okta.users.read', 'okta.groups.read', 'okta.apps.read', 'okta.logs.read']
const ALGS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const
const TOKEN_PATH = '/oauth2/v1/token'

/** Starts a server for client credentials with `private_key_jwt` and DPoP with a required nonce. */
export async function startAuthorizationServer(
  clients: readonly RegisteredClient[],
): Promise<AuthorizationServer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const orgUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(orgUrl, {
    adapter: MemoryAdapter,
    jwks: {
      keys: [
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
          format: 'jwk',
        }) as JWK,
      ],
    },
    clients: clients.map((client) => ({
      client_id: client.clientId,
      token_endpoint_auth_method: 'private_key_jwt' as const,
      jwks: { keys: client.jwks.keys as JWK[] },
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: SCOPES.join(' '),
      dpop_bound_access_tokens: client.dpopRequired ?? false,
    })),
    // It never signs an ID token here, and still wants to know that it could.
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: SCOPES,
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: [...ALGS], dPoPSigningAlgValues: ['ES256'] },
    features: {
      clientCredentials: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      devInteractions: { enabled: false },
    },
    routes: { token: TOKEN_PATH },
    ttl: { ClientCredentials: 3600 },
  })
  const seen: SeenRequest[] = []
  provider.use(async (ctx, next) => {
    await next()
    const assertion = ctx['oidc']?.params?.['client_assertion']
    if (typeof assertion === 'string') {
      seen.push({ assertion, dpop: ctx.get('dpop') || undefined })
    }
  })
  server.on('request', provider.callback())
  return {
    orgUrl,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Keeps what the server has to remember as long as the server lives: tokens, and which `jti` were seen. */
class MemoryAdapter implements Adapter {
  static readonly #kept = new Map<string, AdapterPayload>()
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    MemoryAdapter.#kept.set(`${this.#name} ${id}`, payload)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return MemoryAdapter.#kept.get(`${this.#name} ${id}`)
  }

  async consume(id: string): Promise<void> {
    const payload = await this.find(id)
    if (payload) payload.consumed = Math.floor(Date.now() / 1_000)
  }

  async destroy(id: string): Promise<void> {
    MemoryAdapter.#kept.delete(`${this.#name} ${id}`)
  }

  /** Client credentials have no user, no user code and no grant. */
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async revokeByGrantId(): Promise<void> {}
}
