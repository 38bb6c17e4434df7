/** @module `postern keys`: make a key pair, look at one, print its public half. */

import { open, unlink } from 'node:fs/promises'
import {
  exportJwk,
  exportPem,
  type GenerateKeyOptions,
  generateKey,
  importKey,
  PosternError,
  type PrivateKey,
  publicJwks,
  type Secret,
  type SigningAlg,
  validateKid,
} from '@postern/core'
import { parseJwtAlg } from '../../config/jwt-alg.ts'
import {
  readSecret,
  readSecretText,
  requireOneFromStdin,
  showPath,
  unwritable,
} from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import { isProbablePrime } from '../../http/primes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { formatFields, printData, tell, warn } from '../output.ts'

/** Flags of `keys generate`, as they were typed. */
export interface GenerateFlags {
  readonly out: string
  readonly alg: string
  readonly bits: string
  readonly kid?: string
  readonly format: string
}

/** Flags of `keys inspect` and `keys public`, as they were typed. */
export interface KeyFlags {
  readonly kid?: string
  readonly alg?: string
  readonly passphrase?: string
  readonly jwks?: boolean
}

/** Writes a new private key to a file of mode 0600 and prints the public half. */
export async function generate(
  flags: GenerateFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const format = parseKeyFormat(flags.format)
  if (flags.out === '-') {
    throw new UsageError('usage_invalid', 'The private key was to go to stdout.', {
      remedy: 'Name a file after --out: a key on a screen or in a pipe is a key that leaked.',
    })
  }
  const key = await generateKey({
    alg: parseAlg(flags.alg),
    bits: parseBits(flags.bits),
    ...parseKid(flags.kid),
  })
  // Large keys take seconds; one that nobody waits for any more is not written.
  signal.throwIfAborted()
  const text = format === 'pem' ? await exportPem(key) : exportJwk(key)
  await writeKeyFile(flags.out, text)
  await printPublicHalf(key.publicJwk, options)
  const place = showPath(flags.out) ?? 'the file you named'
  tell(`The private key is in ${place}, readable by you alone. Above is its public half:`)
  tell(
    'add it in Okta under General > Client Credentials > PUBLIC KEYS > Add key, then Done and Save.',
  )
  if (format === 'pem') tell(`PEM has no place for the kid. Keep it beside the file: ${key.kid}`)
}

/** Says what a key is. */
export async function inspect(
  reference: string,
  flags: KeyFlags,
  options: GlobalOptions,
): Promise<void> {
  const key = await readKey(reference, flags)
  const { kty, alg, kid, kidGiven, thumbprint, publicJwk, warnings } = key
  const size = key.bits === undefined ? { crv: key.crv } : { bits: key.bits }
  const data = { kty, ...size, alg, kid, kidGiven, thumbprint, publicJwk, warnings }
  await printData(data, { format: options.output, text: () => describeKey(key) })
}

/** Prints the public JWK, or a key set. */
export async function printPublic(
  reference: string,
  flags: KeyFlags,
  options: GlobalOptions,
): Promise<void> {
  const key = await readKey(reference, flags)
  for (const { code, message } of key.warnings) warn(code, message)
  await printPublicHalf(flags.jwks ? publicJwks([key]) : key.publicJwk, options)
}

/** For people as JSON too: it is what Okta's form takes. */
function printPublicHalf(half: object, options: GlobalOptions): Promise<void> {
  const text = () => JSON.stringify(half, null, 2)
  return printData(half, { format: options.output, text })
}

function describeKey(key: PrivateKey): string {
  return formatFields([
    ['Type', key.bits === undefined ? `EC ${key.crv}` : `RSA, ${key.bits} bits`],
    ['Algorithm', key.alg],
    ['Key ID', key.kidGiven ? key.kid : `${key.kid} (the thumbprint: none was given)`],
    ['Thumbprint', key.thumbprint],
    ...key.warnings.map(({ code, message }): [string, string] => ['Note', `${message} (${code})`]),
  ])
}

async function readKey(reference: string, flags: KeyFlags): Promise<PrivateKey> {
  requireOneFromStdin({ KEY: reference, '--passphrase': flags.passphrase })
  const choices = {
    ...parseKid(flags.kid),
    alg: flags.alg === undefined ? undefined : parseAlg(flags.alg),
  }
  const sources = { env: process.env, stdin: process.stdin }
  const bytes = await readSecret(reference, 'KEY', sources)
  const passphrase = await readSecretText(flags.passphrase, '--passphrase', sources)
  return importKey(bytes, { ...choices, passphrase, isProbablePrime })
}

/** Writes a private key to a new file of mode 0600. */
export async function writeKeyFile(path: string, text: Secret): Promise<void> {
  // `wx`: an existing key is never overwritten, and no link is followed to another file.
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw unwritable(error, path)
  })
  try {
    await file.writeFile(`${text.reveal().trimEnd()}\n`)
    await file.sync()
  } catch (error) {
    // Half a key is worse than none.
    await unlink(path).catch(() => undefined)
    throw unwritable(error, path)
  } finally {
    await file.close()
  }
}

function parseAlg(text: string): SigningAlg {
  return parseFlag('--alg', () => parseJwtAlg(text))
}

function parseKid(text: string | undefined): { readonly kid?: string } {
  return text === undefined ? {} : { kid: parseFlag('--kid', () => validateKid(text)) }
}

/** What is wrong with the value of a flag is a matter of the command line, whatever the same error is elsewhere. */
function parseFlag<Value>(flag: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    const { message, remedy, code } = error
    throw new UsageError('usage_invalid', `${flag}: ${message}`, {
      remedy,
      details: { flag, code },
      cause: error,
    })
  }
}

function parseKeyFormat(text: string): 'jwk' | 'pem' {
  const format = text.toLowerCase()
  if (format === 'jwk' || format === 'pem') return format
  throw new UsageError('usage_invalid', 'That key format is not known.', {
    remedy: 'Choose --format jwk or --format pem.',
  })
}

function parseBits(text: string): NonNullable<GenerateKeyOptions['bits']> {
  const bits = ([2048, 3072, 4096] as const).find((known) => String(known) === text)
  if (bits !== undefined) return bits
  throw new UsageError('usage_invalid', 'That key size is not offered.', {
    remedy: 'Choose --bits 2048, 3072 or 4096.',
  })
}
