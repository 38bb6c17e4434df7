/** @module What `postern emulator` prints: where the org is and how to get in, and the faults that there are. */

import {
  describeFault,
  describeOrg,
  type FaultDescription,
  faults,
  type RunningOrg,
} from '@postern/emulator'
import { showPath } from '../../config/secret-reference.ts'
import { formatFields, paint, printData, tell } from '../output.ts'
import type { OutputFormat } from '../output-format.ts'

// What the line to try asks for.
const SCOPE = 'okta.users.read'

/** How an org is printed. */
export interface PrintOrgOptions {
  readonly format: OutputFormat
  /** The file that the private key was written to; the key is printed where there is none. */
  readonly keyOut: string | undefined
}

/** Prints an org that has just started: for people with lines to try, for programs as a line of JSON, or as YAML. */
export async function printOrg(running: RunningOrg, options: PrintOrgOptions): Promise<void> {
  const { format, keyOut } = options
  const data = describeOrg(running)
  if (format === 'json' || format === 'jsonl') {
    // On one line: the output does not end while the org runs, and a program knows by the line break that it has it all.
    process.stdout.write(`${JSON.stringify(data)}\n`)
    return
  }
  await printData(data, { format, text: () => formatOrg(running, keyOut) })
  tell('The org runs until Ctrl-C, and nothing of it is kept.')
}

/** Prints every fault with its parameters. */
export async function printFaults(format: OutputFormat): Promise<void> {
  const data = faults.map(describeFault)
  await printData(data, { format, text: () => data.map(formatFault).join('\n') })
}

function formatOrg(running: RunningOrg, keyOut: string | undefined): string {
  const { url, control, adminToken, app, faults: active } = running
  const inForce = active.list().map(({ name, answers }) => `${name} (${answers})`)
  const fields = formatFields([
    ['Org URL', url],
    ['Control', control],
    ['Admin API token', adminToken],
    ['Client ID', app.clientId],
    ['Private key', placeOfKey(keyOut)],
    ['Scopes', app.scopes.join(' ')],
    ['Role', app.role],
    ...(inForce.length === 0
      ? ([['Faults', 'none']] as const)
      : inForce.map((fault) => ['Fault', fault] as const)),
  ])
  const key = keyOut === undefined ? ['', JSON.stringify(app.key)] : []
  const users = quote(`${url}/api/v1/users?limit=2`)
  return [
    fields,
    ...key,
    '',
    paint('bold', 'Try it', process.stdout),
    `curl ${users} -H 'Authorization: SSWS ${adminToken}'`,
    ...callsWithToken(running, keyOut, users),
    `curl -X PUT ${control}/faults/admin-role-missing`,
    `curl -X DELETE ${control}/faults/admin-role-missing`,
  ].join('\n')
}

/** The call with a token of the service app, where its key is in a file that can be named and the token may do that. */
function callsWithToken(
  { url, app }: RunningOrg,
  keyOut: string | undefined,
  users: string,
): readonly string[] {
  if (keyOut === undefined || showPath(keyOut) !== keyOut || !app.scopes.includes(SCOPE)) return []
  const service = `--org ${url} --client-id ${app.clientId} --key ${keyReference(keyOut)}`
  return [`postern token --headers-for ${users} ${service} --scopes ${SCOPE} | curl -H @- ${users}`]
}

// `-` and `env:NAME` would be read from somewhere else than a file.
function keyReference(path: string): string {
  const file = /^(?:-|env:)/.test(path) ? `./${path}` : path
  return /^[\w./-]+$/.test(file) ? file : quote(file)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function placeOfKey(path: string | undefined): string {
  if (path === undefined) return 'below: a test key, of use here only'
  return showPath(path) ?? 'in the file you named'
}

function formatFault({ name, summary, answers, parameters }: FaultDescription): string {
  const title = paint('bold', name, process.stdout)
  const shown = Object.entries(parameters).map(([parameter, shape]) =>
    shape.default === undefined ? parameter : `${parameter}=${shape.default}`,
  )
  const line = shown.length === 0 ? [] : [paint('dim', `  ${shown.join(' ')}`, process.stdout)]
  return [title, `  ${summary}`, `  ${answers}`, ...line].join('\n')
}
