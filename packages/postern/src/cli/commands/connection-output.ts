/** @module Kept connections as they are printed: one, all, and what was proven of a new one. */

import type { Finding } from '@postern/core'
import type { ConnectionView } from '../../connections/view.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printList } from '../list-output.ts'
import { formatFields, printData, showPlain, tell } from '../output.ts'

/** What the doctor saw work, in its own words; null where it did not see that. */
export interface Proven {
  readonly tokenType: string | null
  readonly scopes: readonly string[]
  readonly read: string | null
  readonly problems: readonly string[]
}

/** What the findings of a doctor prove. */
export function provenOf(findings: readonly Finding[]): Proven {
  const okay = (check: string) =>
    findings.find((finding) => finding.check === check && finding.status === 'ok')
  const tokenType = okay('token')?.details['tokenType']
  const scopes = okay('granted-scopes')?.details['scopes']
  const problems = findings.filter(({ status }) => status === 'failed' || status === 'warning')
  return {
    tokenType: typeof tokenType === 'string' ? tokenType : null,
    scopes: Array.isArray(scopes) ? scopes : [],
    read: okay('reading')?.observed ?? null,
    problems: problems.flatMap(({ code }) => (code === undefined ? [] : [code])),
  }
}

/** Prints a connection that is kept from now on, and what was proven of it. */
export async function printConnected(
  connection: ConnectionView,
  proven: Proven,
  { output: format }: GlobalOptions,
): Promise<void> {
  const text = () => formatFields([...identityOf(connection), ...proofOf(connection, proven)])
  await printData({ ...connection, proven }, { format, text })
  tell(`It is kept. Now: ${nextCommands(connection).join(', ')}`)
}

/** What a connection can be used for at once: an API token gives no tokens, and not every one reads users. */
function nextCommands({ name, kind, inputs }: ConnectionView): readonly string[] {
  const input = inputs.find(({ runs }) => runs)?.name
  return [
    kind === 'api-token' ? `postern exec ${name} -- COMMAND` : `postern token ${name}`,
    `postern doctor ${name}`,
    ...(input === undefined ? [] : [`postern read ${name} ${input}`]),
  ]
}

/** Prints every connection. */
export function printConnections(
  connections: readonly ConnectionView[],
  { output: format }: GlobalOptions,
): Promise<void> {
  return printList(connections, {
    format,
    none: 'No connection is kept. Connect one with postern connect NAME --org … --client-id … --key …',
    row: (connection) => ({
      name: connection.name,
      org: connection.orgUrl,
      signsInWith: connection.clientId ?? 'API token',
      doctor: doctorOf(connection),
      credential: `${connection.credentialAgeDays} d`,
      description: connection.description,
    }),
  })
}

/** Prints one connection. */
export function printConnection(
  connection: ConnectionView,
  { output: format }: GlobalOptions,
): Promise<void> {
  const text = () => {
    const { description, scopes = [], createdAt, updatedAt } = connection
    return formatFields([
      ...identityOf(connection),
      ...(description === undefined ? [] : [row('Description', description)]),
      ...(connection.kind === 'api-token' ? [] : [row('Scopes', scopes.join(' '))]),
      ...jwtOf(connection),
      row('Inputs', inputsOf(connection)),
      row('Doctor', doctorOf(connection)),
      row('Next new key', connection.nextRotationAt ?? 'only when asked for'),
      row('Kept since', createdAt),
      row('Changed', updatedAt),
    ])
  }
  return printData(connection, { format, text })
}

type Row = readonly [name: string, value: string]

function row(name: string, value: string): Row {
  return [name, showPlain(value)]
}

function identityOf({
  name,
  orgUrl,
  kind,
  clientId = '',
  ...view
}: ConnectionView): readonly Row[] {
  const age = `in use for ${view.credentialAgeDays} days`
  return [
    row('Connection', name),
    row('Org URL', orgUrl),
    ...(kind === 'api-token'
      ? [row('API Key', `sealed, ${age}`)]
      : [
          row('Client ID', clientId),
          row('Private Key', `sealed, ${age}; Key ID ${view.kid}, ${view.jwtAlg}`),
        ]),
  ]
}

function proofOf({ kind }: ConnectionView, proven: Proven): readonly Row[] {
  const { tokenType, scopes, read, problems } = proven
  const isProven = read !== null && problems.length === 0
  return [
    ...(kind === 'api-token'
      ? []
      : [
          row('Token', tokenType ?? 'none was given'),
          row('Scopes granted', scopes.join(' ') || 'none'),
          row('DPoP', tokenType === 'DPoP' ? 'required, and used' : 'not required'),
        ]),
    row('Admin role', isProven ? 'lets through what the scopes allow' : 'not shown'),
    row('Live read', read ?? 'none'),
    ...(problems.length === 0 ? [] : [row('Problems', problems.join(' '))]),
  ]
}

/** What differs from how every service app signs in. */
function jwtOf(view: ConnectionView): readonly Row[] {
  if (view.kind === 'api-token') return []
  const claims = Object.keys(view.jwtClaims ?? {})
  const headers = view.headerNames ?? []
  return [
    row('Token URL', view.tokenUrl ?? ''),
    row('Jwt Auth Claims Audience', view.jwtAudience ?? ''),
    ...(view.jwtIssuer === view.clientId
      ? []
      : [row('Jwt Auth Claims Issuer', view.jwtIssuer ?? '')]),
    ...(view.jwtSubject === view.clientId
      ? []
      : [row('Jwt Auth Claims Subject', view.jwtSubject ?? '')]),
    row('Jwt Auth Claims Expiry Seconds', String(view.jwtExpirySeconds)),
    ...(claims.length === 0 ? [] : [row('Additional Claims', claims.join(' '))]),
    row('Assertion Key', view.assertionKey ?? ''),
    row('client_assertion_type', view.clientAssertionType ?? ''),
    row('grant_type', view.grantType ?? ''),
    ...(headers.length === 0 ? [] : [row('Headers', `${headers.join(' ')} (values sealed)`)]),
    row('DPoP', view.dpop ?? ''),
    ...(view.jwksUri === undefined ? [] : [row('Keys at', view.jwksUri)]),
  ]
}

function inputsOf({ inputs }: ConnectionView): string {
  const able = inputs.filter(({ runs }) => runs).map(({ name }) => name)
  return able.join(' ') || 'none: scopes are missing'
}

function doctorOf({ doctor }: ConnectionView): string {
  if (doctor === undefined) return 'not yet'
  return doctor.problems.length === 0
    ? `${doctor.status} at ${doctor.at}`
    : `${doctor.status} at ${doctor.at}: ${doctor.problems.join(' ')}`
}
