/** @module Judges the values of a declared connection with stand-ins for its secrets: what is right needs none at hand. */

import { exportPem, generateKey, PosternError } from '@postern/core'
import { ConnectionError, type ConnectionWarning } from '../connection-form.ts'
import type { ConnectionMembers } from '../connection-members.ts'
import { parseJwtAlg } from '../jwt-alg.ts'
import {
  connectionRequestOf,
  type NamedConnection,
  parseNamedConnection,
} from '../named-connection.ts'
import type { DeclaredConnection } from './declared.ts'
import type { ConfigPath } from './problem.ts'
import type { Report } from './report.ts'

/** What the values are judged with. */
export interface CheckContext {
  /** Those that the file allows. */
  readonly customDomains: readonly string[]
  readonly report: Report
}

const SECRETS: ReadonlySet<string> = new Set(['key', 'passphrase', 'apiToken'])
// What an API token signs in with is in none of the others.
const OF_API_TOKENS: ReadonlySet<string> = new Set([
  ...['orgUrl', 'description', 'wants', 'rotationIntervalDays'],
])

/** Reports every value that cannot be used, and gives what is worth knowing about the others. */
export async function checkConnection(
  connection: DeclaredConnection,
  { customDomains, report }: CheckContext,
): Promise<readonly ConnectionWarning[]> {
  const path = ['connections', connection.name]
  if (!checkSecrets(connection, path, report)) return []
  checkAlg(connection, path, report)
  try {
    const { warnings } = await parseWithStandIns(connection, customDomains)
    return warnings.filter(({ field }) => field !== 'Private Key' && !isStandIn(connection, field))
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    for (const { member, code, message, remedy } of error.problems) {
      report.add(placeOf(path, member), { code, message, remedy })
    }
    return []
  }
}

/**
 * The connection with stand-ins for its secrets, and without scopes where it names none.
 *
 * @throws {ConnectionError} with every problem.
 */
export async function parseWithStandIns(
  connection: DeclaredConnection,
  customDomains: readonly string[],
): Promise<NamedConnection> {
  const request = connectionRequestOf(await standIns(connection))
  return parseNamedConnection(request, {
    customDomains,
    // Whether an org on this machine may be called is decided where the file is applied.
    dev: true,
    isProbablePrime: async () => true,
    findScopes: async () => [],
    // Whether this server can be reached from outside is known where the file is applied.
    ownKeySetUrl: (name) => `https://postern.example/jwks/${name}.json`,
  })
}

/** Whether there is one way to sign in. */
function checkSecrets(connection: DeclaredConnection, path: ConfigPath, report: Report): boolean {
  const { key, passphrase, apiToken } = connection.secrets
  if (key === undefined && apiToken === undefined) {
    report.add([...path, 'secrets'], {
      code: 'config_member_missing',
      message: 'The connection has no secret to sign in with.',
      remedy:
        'Add secrets with key for a service app, or apiToken: env:NAME, file:PATH or exec:COMMAND.',
    })
    return false
  }
  if (apiToken === undefined) return true
  const others = [
    ...(key === undefined ? [] : ['key']),
    ...(passphrase === undefined ? [] : ['passphrase']),
    ...Object.keys(membersOf(connection)).filter((member) => !OF_API_TOKENS.has(member)),
  ]
  for (const member of others) {
    report.add(placeOf(path, member), {
      code: 'config_value_invalid',
      message: 'The connection signs in with an API token, and this is for a service app.',
      remedy: 'Leave it out, or leave apiToken out.',
    })
  }
  return others.length === 0
}

function membersOf(connection: DeclaredConnection): Readonly<Record<string, unknown>> {
  const { members, clientId, keyId, headers } = connection
  const all = { ...members, clientId, keyId, headers }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function checkAlg({ members }: DeclaredConnection, path: ConfigPath, report: Report): void {
  try {
    if (members.jwtAlg !== undefined) parseJwtAlg(members.jwtAlg)
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    report.add([...path, 'jwtAlg'], error)
  }
}

/** The members with a key that was made for this look, which fits no algorithm in particular. */
async function standIns(connection: DeclaredConnection): Promise<ConnectionMembers> {
  const { name, secrets, clientId, keyId, headers } = connection
  const { jwtAlg: _judged, ...members } = connection.members
  if (secrets.apiToken !== undefined) return { ...members, name, apiToken: `00${'-'.repeat(40)}` }
  const pem = await exportPem(await generateKey({ alg: 'ES256' }))
  return {
    ...members,
    name,
    key: pem.reveal(),
    clientId: typeof clientId === 'object' ? STAND_IN_CLIENT_ID : clientId,
    ...(typeof keyId === 'string' ? { keyId } : {}),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([header, value]) => [
              header,
              typeof value === 'string' ? value : '-',
            ]),
          ),
        }),
  }
}

const STAND_IN_CLIENT_ID = `0oa${'9'.repeat(17)}`

function isStandIn({ clientId }: DeclaredConnection, field: string): boolean {
  return field === 'Client ID' && typeof clientId === 'object'
}

function placeOf(path: ConfigPath, member: string): ConfigPath {
  if (member === 'name') return path
  return SECRETS.has(member) ? [...path, 'secrets', member] : [...path, member]
}
