/** @module The log: JSON lines on stderr, without secrets. */

import { PosternError, Secret, showHostile } from '@postern/core'
import pino from 'pino'

/** Where things are told that happen while Postern runs. It has no children: what is bound to those passes no sieve. */
export type Log = Pick<
  pino.Logger,
  'trace' | 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'
>

/** How much is told. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

const MAX_CHARACTERS = 2_000
const MAX_DEPTH = 6
const MAX_MEMBERS = 50
const MAX_STACK_LINES = 30
const MASK = '[secret]'

/** Members whose values are never told, whatever they hold. Lower case, without hyphens and underscores. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  ...['accesstoken', 'apikey', 'apitoken', 'assertion', 'authorization', 'clientassertion'],
  ...['clientsecret', 'cookie', 'dpop', 'masterkey', 'passphrase', 'password', 'privatekey'],
  ...['proxyauthorization', 'refreshtoken', 'secret', 'setcookie', 'token', 'xapikey'],
  // Of a private JWK.
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'],
])

/**
 * Opens the log. What is told goes through two sieves: members that are secret by their name, and texts that are secret by
 * their shape (PEM, JWT, SSWS token, private JWK, long random runs).
 *
 * @param options.stream - where the lines go; default stderr.
 */
export function openLog(options: {
  readonly level: LogLevel
  readonly stream?: { write(line: string): void }
}): Log {
  const { level, stream = pino.destination({ fd: 2, sync: true }) } = options
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (members) => clean(members) as Record<string, unknown>,
      },
      // The sieves see an error whole; a serializer would run before them.
      serializers: { err: (error) => error },
      hooks: {
        logMethod(args, method) {
          method.apply(this, clearArguments(args) as Parameters<typeof method>)
        },
      },
    },
    stream,
  )
}

/** What a line is made of. Without a text of its own a line would get that of its error, which has passed no sieve. */
function clearArguments(args: readonly unknown[]): readonly unknown[] {
  const [first, ...rest] = args.map(cleanText)
  const members = first instanceof Error ? { err: first } : first
  const hasError = typeof members === 'object' && members !== null && 'err' in members
  return hasError && rest.length === 0 ? [members, 'failed'] : [members, ...rest]
}

function cleanText(argument: unknown): unknown {
  return typeof argument === 'string'
    ? showHostile(argument, { maxCharacters: MAX_CHARACTERS })
    : argument
}

/** A value as it may be told. */
function clean(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return showHostile(value, { maxCharacters: MAX_CHARACTERS })
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? null : cleanObject(value, depth)
    case 'function':
    case 'symbol':
      return undefined
    default:
      return value
  }
}

function cleanObject(value: object, depth: number): unknown {
  if (value instanceof Secret) return MASK
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Error) return cleanError(value, depth)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= MAX_DEPTH) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((one) => clean(one, depth + 1))
  const members = Object.entries(value).slice(0, MAX_MEMBERS)
  return Object.fromEntries(
    members.map(([name, member]) => [
      showHostile(name, { maxCharacters: 100 }),
      isSecretMember(name) ? MASK : clean(member, depth + 1),
    ]),
  )
}

function isSecretMember(name: string): boolean {
  return SECRET_MEMBERS.has(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

/** Of an error its name, its text and where it came from: what else rides on one can be a whole request. */
function cleanError(error: Error, depth: number): unknown {
  const { name, message, stack = '', cause } = error
  return {
    name,
    message: clean(message),
    ...('code' in error && typeof error.code === 'string' ? { code: clean(error.code) } : {}),
    ...(error instanceof PosternError ? { details: clean(error.details, depth + 1) } : {}),
    stack: stack
      .split('\n')
      .filter((line) => line.startsWith('    at '))
      .slice(0, MAX_STACK_LINES)
      .map((line) => clean(line)),
    ...(cause === undefined || depth >= MAX_DEPTH ? {} : { cause: clean(cause, depth + 1) }),
  }
}
