/** @module Where a secret is read from: a file, standard input, or an environment variable. Never the command line itself. */

import { open } from 'node:fs/promises'
import { PosternError, Secret, showHostile } from '@postern/core'
import { holdsSecret } from './secret-argument.ts'
import { UsageError } from './usage-error.ts'

/** What secrets are read from. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: AsyncIterable<Uint8Array>
}

/** The flag or argument a reference was given with, as errors name it: `--key`, `KEY`. */
export type ReferenceFlag =
  | 'KEY'
  | '--key'
  | '--passphrase'
  | '--api-token'
  | '--admin-token'
  | '--access-key'
  | '--json'
  | '--body'
  | '--database'
  | `--secret ${string}`
  | ConfigPlace

/** A place in a configuration file, as errors name it. */
export type ConfigPlace =
  | `connections.${string}`
  | `sinks.${string}`
  | `accessKeys.${string}`
  | `signIn.${string}`

/** What can go wrong between a reference and the secret it names. */
export type FileErrorCode =
  | 'file_not_found'
  | 'file_not_readable'
  | 'file_exists'
  | 'file_not_writable'
  | 'env_not_set'

/** A file or variable that cannot be used. */
export class FileError extends PosternError<FileErrorCode> {
  override readonly name = 'FileError'
}

/** Bytes read at most; one more than any secret may have, so that a larger file is refused for its size. */
const MAX_BYTES = 65_537

// Longer than any path in use; what is longer was not meant as one.
const MAX_PATH_CHARACTERS = 255

const VARIABLE_NAME = /^[A-Za-z_]\w{0,63}$/

// Only a name as nearly every variable has is said back: a passphrase or token pasted after `env:` may be letters and digits too.
const USUAL_VARIABLE_NAME = /^[A-Z_][A-Z0-9_]{0,63}$/

/**
 * Refuses references of which more than one is standard input: the first that is read would leave nothing to the others.
 *
 * @throws {UsageError} `usage_invalid`
 */
export function requireOneFromStdin(
  references: Readonly<Partial<Record<ReferenceFlag, string | undefined>>>,
): void {
  const flags = Object.entries(references).flatMap(([flag, value]) => (value === '-' ? [flag] : []))
  if (flags.length < 2) return
  throw new UsageError('usage_invalid', `Standard input is given to ${flags.join(' and ')}.`, {
    remedy: 'Give - to one of them, and a file or env:NAME to the others.',
    details: { flags },
  })
}

/**
 * Reads `FILE`, `-` (standard input) or `env:NAME`.
 *
 * @throws {FileError} `file_not_found`, `file_not_readable`, `env_not_set`
 */
export async function readSecret(
  reference: string,
  flag: ReferenceFlag,
  sources: SecretSources,
): Promise<Uint8Array> {
  if (reference === '-') return readStream(sources.stdin)
  if (reference.startsWith('env:')) return readVariable(reference.slice(4), flag, sources.env)
  return readFile(reference, flag)
}

/** A small secret such as an API token or a passphrase, less the line break at its end. Undefined without a reference. */
export async function readSecretText(
  reference: string | undefined,
  flag: ReferenceFlag,
  sources: SecretSources,
): Promise<Secret | undefined> {
  if (reference === undefined) return undefined
  const bytes = await readSecret(reference, flag, sources)
  return new Secret(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  )
}

function readVariable(name: string, flag: ReferenceFlag, env: SecretSources['env']): Uint8Array {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value !== undefined && value !== '') return Buffer.from(value, 'utf8')
  throw unset(name, flag)
}

function unset(name: string, flag: ReferenceFlag): FileError {
  if (!VARIABLE_NAME.test(name)) {
    const observed = `${flag}: The name after env: is not the name of a variable.`
    return new FileError('env_not_set', observed, {
      remedy: 'Name a variable after env:, for example env:OKTA_KEY; never the secret itself.',
      details: { flag },
    })
  }
  const shown = USUAL_VARIABLE_NAME.test(name) ? name : undefined
  const which = shown === undefined ? 'variable named after env:' : `environment variable ${shown}`
  return new FileError('env_not_set', `${flag}: The ${which} is not set or empty.`, {
    remedy: `Set ${shown ?? 'it'}, or name another variable after env:.`,
    details: { flag, name: shown },
  })
}

async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= MAX_BYTES) break
  }
  return Buffer.concat(chunks)
}

async function readFile(path: string, flag: ReferenceFlag): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    // A stream rather than one read: a named pipe gives its content in pieces.
    return await readStream(file.createReadStream({ highWaterMark: MAX_BYTES, autoClose: false }))
  } catch (error) {
    throw unreadable(error, flag)
  }
}

// The name is not said back: people put the secret itself where its file's name belongs.
function unreadable(error: unknown, flag: ReferenceFlag): FileError {
  const reason = reasonOf(error)
  const details = { flag, reason }
  if (reason === 'ENOENT' || reason === 'ENAMETOOLONG') {
    return new FileError('file_not_found', `${flag}: There is no file of that name.`, {
      remedy: 'Check the path; use - for standard input or env:NAME for a variable.',
      details,
    })
  }
  return new FileError('file_not_readable', `${flag}: The file cannot be read (${reason}).`, {
    remedy: 'Check that the path names a file, and that you may read it.',
    details,
  })
}

/** A path of a person's, safe to say back; undefined where it may be a secret that was put in its place. */
export function showPath(path: string): string | undefined {
  if (path.length > MAX_PATH_CHARACTERS || holdsSecret(path)) return undefined
  // Part by part, so that a long path is not taken for a random run.
  return path
    .split('/')
    .map((part) => showHostile(part))
    .join('/')
}

/** The {@link FileError} for a file that could not be written. */
export function unwritable(error: unknown, path: string): FileError {
  const reason = reasonOf(error)
  const shown = showPath(path) ?? 'The file'
  const details = { path: showPath(path), reason }
  if (reason === 'EEXIST') {
    return new FileError('file_exists', `${shown} is there already.`, {
      remedy: 'Choose another name, or move the old key away: Postern overwrites no key.',
      details,
    })
  }
  return new FileError('file_not_writable', `${shown} cannot be written (${reason}).`, {
    remedy:
      reason === 'ENOSPC' || reason === 'EDQUOT'
        ? 'Make room on that disk, or name a file on another one.'
        : 'Check that the path names a file in an existing folder, and that you may write there.',
    details,
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
