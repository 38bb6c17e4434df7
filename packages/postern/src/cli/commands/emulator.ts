/** @module `postern emulator`: an Okta org on this machine, until it is interrupted. */

import { once } from 'node:events'
import { parseScopes, Secret } from '@postern/core'
import {
  parseEdition,
  parseRole,
  type RunningOrg,
  readAssumptions,
  SetupError,
  type StartOptions,
  startOrg,
} from '@postern/emulator'
import { UsageError } from '../../config/usage-error.ts'
import type { GlobalOptions } from '../global-options.ts'
import { readTls, tlsRefusal } from '../tls-files.ts'
import { printFaults, printOrg } from './emulator-output.ts'
import { writeKeyFile } from './keys.ts'

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
  if (flags.listFaults) return printFaults(options.output)
  const start = await readStart(flags)
  signal.throwIfAborted()
  const running = await open(start, flags)
  const unread = once(process.stdout, 'error')
  try {
    if (flags.keyOut !== undefined) {
      await writeKeyFile(flags.keyOut, new Secret(JSON.stringify(running.app.key)))
    }
    await printOrg(running, { keyOut: flags.keyOut, format: options.output })
    // Where nobody could be told of the org, nobody will ever use it.
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), unread])
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
    const refusal = flags.tlsCert === undefined ? undefined : tlsRefusal(error)
    if (refusal !== undefined) throw refusal
    throw error
  }
}

function parseAssumption(text: string): [name: string, value: string] {
  const mark = text.indexOf('=')
  if (mark > 0) return [text.slice(0, mark), text.slice(mark + 1)]
  throw new UsageError('usage_invalid', 'A value of --assume has no =.', {
    remedy: 'Write --assume name=value; docs/emulator.md lists the names.',
    details: { code: 'assumption_invalid' },
  })
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
