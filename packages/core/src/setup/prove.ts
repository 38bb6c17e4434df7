/** @module The live proof of a service app: a token with its scopes, and one read that only its admin role allows. */

import type { Clock } from '../clock.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import type { RoleChoice } from '../service-app/admin-roles.ts'
import type { ServiceAppCredential } from '../token/credential.ts'
import { TokenError } from '../token/errors.ts'
import type { Token } from '../token/token.ts'
import { scopeCovers } from '../url/scopes.ts'
import { SetupError } from './setup-error.ts'

/** What was proven of a service app. */
export interface AppProof {
  /** `DPoP` where the token is bound to a key. */
  readonly tokenType: Token['type']
  /** What was granted. */
  readonly scopes: readonly string[]
  /** The read that gave records; absent where no scope allows one that would show anything. */
  readonly read?: { readonly path: string; readonly records: number }
}

/** What a proof works with. */
export interface ProofContext {
  /** A client of the org that signs in with the credential; a new one each time, which remembers no refusal. */
  readonly openOrg: (credential: ServiceAppCredential) => Org
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Called before each wait for what the org has not caught up with. */
  readonly onWait?: ((reason: string, waitMs: number) => void) | undefined
}

interface Probe {
  readonly scope: string
  readonly path: string
}

/**
 * Lists that are never empty for a caller whose role covers them: an org has its first Super Admin, its built-in group,
 * Okta's own apps, and the events of the setup itself.
 */
const probes: readonly Probe[] = [
  { scope: 'okta.users.read', path: '/api/v1/users' },
  { scope: 'okta.groups.read', path: '/api/v1/groups' },
  { scope: 'okta.apps.read', path: '/api/v1/apps' },
  { scope: 'okta.logs.read', path: '/api/v1/logs' },
]

// Grants and roles are in force at once as far as anybody saw; the log may be late.
const WAITS_MS = [1_000, 2_000, 4_000, 8_000]

/**
 * Proves that a service app works, and waits a quarter of a minute at most for an org that is not ready yet.
 *
 * A role shows in an answer with records only: without one a list is empty, and no error.
 *
 * @throws {TokenError | ApiError} what the org said last.
 * @throws {SetupError} `setup_unproven` where scopes are missing or every list came empty.
 */
export async function proveApp(
  credential: ServiceAppCredential,
  roles: readonly RoleChoice[],
  context: ProofContext,
): Promise<AppProof> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await proveOnce(credential, roles, context)
    } catch (error) {
      const waitMs = WAITS_MS[attempt]
      if (waitMs === undefined || !mayPass(error)) throw error
      context.onWait?.(error.message, waitMs)
      await context.clock.sleep(waitMs, { signal: context.signal })
    }
  }
}

/** A token of a service app, with all the scopes it asks for. @throws {SetupError} `setup_unproven` */
async function proveToken(
  credential: ServiceAppCredential,
  org: Org,
  signal?: AbortSignal,
): Promise<Token> {
  const url = `${org.url}/api/v1/users`
  const { token } = await org.authorizer.authorize({ method: 'GET', url, signal })
  if (token === undefined) throw new TypeError('A service app signs in with a token.')
  const missing = credential.scopes.filter((scope) => !scopeCovers(token.scopes, scope))
  if (missing.length === 0) return token
  throw unproven(
    `The token came without ${missing.join(', ')}.`,
    `Grant ${missing.join(', ')} on the app's Okta API Scopes tab.`,
    { missingScopes: missing },
  )
}

async function proveOnce(
  credential: ServiceAppCredential,
  roles: readonly RoleChoice[],
  { openOrg, signal }: ProofContext,
): Promise<AppProof> {
  const org = openOrg(credential)
  const token = await proveToken(credential, org, signal)
  const { scopes } = token
  return { tokenType: token.type, scopes, ...(await readProof(org, { scopes, roles, signal })) }
}

/**
 * One read that only a role allows; `read` is absent where none of the scopes allows one that would show it.
 *
 * @throws {ApiError} where the org refuses. @throws {SetupError} `setup_unproven` where every list came empty.
 */
export async function readProof(
  org: Org,
  of: {
    readonly scopes: readonly string[]
    readonly roles: readonly RoleChoice[]
    readonly signal?: AbortSignal | undefined
  },
): Promise<Pick<AppProof, 'read'>> {
  const allowed = probes.filter(({ scope }) => scopeCovers(of.scopes, scope))
  const seen: string[] = []
  let refusal: ApiError | undefined
  for (const { path } of allowed) {
    const records = await countRecords(org, path, of.signal)
    if (records instanceof ApiError) refusal ??= records
    else if (records > 0) return { read: { path, records } }
    seen.push(records instanceof ApiError ? `${path} was refused` : `${path} came empty`)
  }
  const [first] = allowed
  if (first === undefined) return {}
  // Without a role there is nothing to see; and a custom role may cover resources of which there are none.
  const mayBeEmpty = of.roles.every(({ type }) => type === 'CUSTOM')
  if (mayBeEmpty) return { read: { path: first.path, records: 0 } }
  if (refusal !== undefined) throw refusal
  throw unproven(
    `The token is good, and yet nothing can be read: ${seen.join(', ')}.`,
    'Give the app a role that reads this on its Admin roles tab (Edit assignments > Add assignment > Save Changes).',
    { seen },
  )
}

async function countRecords(
  org: Org,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | ApiError> {
  try {
    const records = (await org.request({ path, query: { limit: 1 }, signal })).json()
    return Array.isArray(records) ? records.length : 0
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

/** Whether the org may only not have caught up with what was just done. */
function mayPass(error: unknown): error is Error {
  return error instanceof TokenError || error instanceof ApiError || error instanceof SetupError
}

function unproven(
  observed: string,
  remedy: string,
  details: Readonly<Record<string, unknown>>,
): SetupError {
  return new SetupError('setup_unproven', observed, { remedy, details })
}
