/** @module `postern emulator`: an Okta org on this machine, until it is interrupted. */

import { once } from 'node:events'
import { parseScopes, Secret } from '@postern/core'
import {
  describeOrg,
  type Fault,
  faults,
  parseEdition,
  parseRole,
  type RunningOrg,
  readAssumptions,
  SetupError,
  type StartOptions,
  startOrg,
} from '@postern/emulator'
import { showPath } from '../../config/secret-reference.ts'
import { readTextFile } from '../../config/text-file.ts'
import { UsageError } from '../../config/usage-error.ts'
import { formatFields, paint, printData, tell } from '../output.ts'
import { type GlobalOptions, writeKeyFile } from './keys.ts'

const MAX_USERS = 1_000_000

/** The flags of `emulator`, as they were typed. */
export interface EmulatorFlags {
  readonly port?: string
  readonly controlPort?: string
  readonly users?: string
  readonly fault?: readonly string[]
  readonly listFaults?: true
  readonly edition?: string
  readonly assume?: readonly string[]
  readonly seed?: string
  readonly traffic?: string
  readonly dpop?: true
  readonly scopes?: string
  readonly role?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly keyOut?: string
}

/** Runs an org until the signal; says first where it is and how to get in. */
export async function emulator(
  flags: EmulatorFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  if (flags.listFaults) return printFaults(options)
  const start = await readStart(flags)
  signal.throwIfAborted()
  const running = await open(start, flags)
  try {
    if (flags.keyOut !== undefined) {
      await writeKeyFile(flags.keyOut, new Secret(JSON.stringify(running.app.key)))
    }
    if (options.output === 'json') process.stdout.write(`${JSON.stringify(describeOrg(running))}\n`)
    else await printOrg(running, flags, options)
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await running.close()
  }
}

async function readStart(flags: EmulatorFlags): Promise<StartOptions> {
  const { fault, assume = [], edition, role, scopes } = flags
  const tls = await readTls(flags)
  return {
    ...(fault === undefined ? {} : { faults: fault }),
    ...(tls === undefined ? {} : { tls }),
    ...(scopes === undefined ? {} : { scopes: parseScopes(scopes).scopes }),
    ...(flags.dpop ? { dpopRequired: true } : {}),
    ...asUsage(() => ({
      ...(edition === undefined ? {} : { edition: parseEdition(edition) }),
      ...(role === undefined ? {} : { role: parseRole(role) }),
      assumptions: readAssumptions(Object.fromEntries(assume.map(parseAssumption))),
    })),
    ...(flags.seed === undefined ? {} : { seed: readNumber('--seed', flags.seed, 2 ** 31) }),
    ...(flags.traffic === undefined
      ? {}
      : { traffic: { perSecond: readNumber('--traffic', flags.traffic, 10_000, 'fraction') } }),
    users: readNumber('--users', flags.users ?? '200', MAX_USERS),
    port: readNumber('--port', flags.port ?? '0', 65_535),
    controlPort: readNumber('--control-port', flags.controlPort ?? '0', 65_535),
  }
}

async function open(start: StartOptions, flags: EmulatorFlags): Promise<RunningOrg> {
  try {
    return await startOrg(start)
  } catch (error) {
    if (error instanceof SetupError) throw usage(error)
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      throw new UsageError('usage_invalid', `The port cannot be opened (${code}).`, {
        remedy: 'Give --port and --control-port that are free, or leave them out.',
        details: { code },
      })
    }
    if (flags.tlsCert !== undefined && /^ERR_(?:OSSL|SSL|TLS)/.test(code)) {
      throw new UsageError('usage_invalid', `The certificate and key cannot be used (${code}).`, {
        remedy: 'Give --tls-cert and --tls-key a PEM certificate and its own private key.',
        details: { code },
      })
    }
    throw error
  }
}

async function readTls({ tlsCert, tlsKey }: EmulatorFlags): Promise<StartOptions['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  const [cert, key] = await Promise.all([
    readPem('--tls-cert', tlsCert),
    readPem('--tls-key', tlsKey),
  ])
  return { cert, key }
}

async function readPem(flag: string, path: string | undefined): Promise<string> {
  const text = path === undefined ? undefined : await readTextFile(path)
  if (text !== undefined) return text
  throw new UsageError(
    'usage_invalid',
    path === undefined ? `${flag} is missing.` : `The file of ${flag} is not there.`,
    { remedy: 'Give --tls-cert and --tls-key together, each the name of a PEM file.' },
  )
}

function parseAssumption(text: string): [name: string, value: string] {
  const mark = text.indexOf('=')
  if (mark > 0) return [text.slice(0, mark), text.slice(mark + 1)]
  throw new SetupError(
    'assumption_invalid',
    'A value of --assume has no =.',
    'Write --assume name=value; docs/emulator.md lists the names.',
  )
}

function readNumber(
  flag: string,
  text: string,
  greatest: number,
  kind: 'whole' | 'fraction' = 'whole',
): number {
  const shape = kind === 'whole' ? /^\d{1,10}$/ : /^\d{1,6}(?:\.\d{1,6})?$/
  if (shape.test(text) && Number(text) <= greatest) return Number(text)
  throw new UsageError(
    'usage_invalid',
    `${flag} is no ${kind === 'whole' ? 'whole number' : 'number'} from 0 to ${greatest}.`,
    {
      remedy: `Give ${flag} such a number, in digits.`,
      details: { flag },
    },
  )
}

function asUsage<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw error instanceof SetupError ? usage(error) : error
  }
}

function usage({ message, remedy, code }: SetupError): UsageError {
  return new UsageError('usage_invalid', message, { remedy, details: { code } })
}

async function printOrg(
  running: RunningOrg,
  flags: EmulatorFlags,
  options: GlobalOptions,
): Promise<void> {
  await printData(describeOrg(running), {
    format: options.output,
    text: () => describe(running, flags),
  })
  tell('The org runs until Ctrl-C, and nothing of it is kept.')
}

function describe(
  { url, control, adminToken, app, faults: active }: RunningOrg,
  flags: EmulatorFlags,
) {
  const inForce = active.list().map(({ name, answers }) => `${name} (${answers})`)
  const fields = formatFields([
    ['Org URL', url],
    ['Control', control],
    ['Admin API token', adminToken],
    ['Client ID', app.clientId],
    ['Private key', placeOfKey(flags.keyOut)],
    ['Scopes', app.scopes.join(' ')],
    ['Role', app.role],
    ...(inForce.length === 0
      ? ([['Faults', 'none']] as const)
      : inForce.map((fault) => ['Fault', fault] as const)),
  ])
  const key = flags.keyOut === undefined ? ['', JSON.stringify(app.key)] : []
  const title = paint('bold', 'Try it', process.stdout)
  return [
    fields,
    ...key,
    '',
    title,
    `curl '${url}/api/v1/users?limit=2' -H 'Authorization: SSWS ${adminToken}'`,
    `curl -X PUT ${control}/faults/admin-role-missing`,
    `curl -X DELETE ${control}/faults/admin-role-missing`,
  ].join('\n')
}

function placeOfKey(path: string | undefined): string {
  if (path === undefined) return 'below: a test key, of use here only'
  return showPath(path) ?? 'in the file you named'
}

async function printFaults(options: GlobalOptions): Promise<void> {
  const data = faults.map(({ name, kind, summary, answers, parameters = {} }) => ({
    name,
    kind,
    summary,
    answers,
    parameters,
  }))
  await printData(data, {
    format: options.output,
    text: () => faults.map(describeFault).join('\n'),
  })
}

function describeFault({ name, summary, answers, parameters = {} }: Fault): string {
  const title = paint('bold', name, process.stdout)
  const shown = Object.entries(parameters).map(([parameter, shape]) =>
    shape.default === undefined ? parameter : `${parameter}=${shape.default}`,
  )
  const line = shown.length === 0 ? [] : [paint('dim', `  ${shown.join(' ')}`, process.stdout)]
  return [title, `  ${summary}`, `  ${answers}`, ...line].join('\n')
}
