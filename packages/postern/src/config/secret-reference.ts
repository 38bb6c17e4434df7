/** @module Where a secret is read from: a file, standard input, or an environment variable. Never the command line itself. */

import { open } from 'node:fs/promises'
import { PosternError, Secret } from '@postern/core'

/** What secrets are read from. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: AsyncIterable<Uint8Array>
}

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

/**
 * Reads `FILE`, `-` (standard input) or `env:NAME`.
 *
 * @throws {FileError} `file_not_found`, `file_not_readable`, `env_not_set`
 */
export async function readSecret(reference: string, sources: SecretSources): Promise<Uint8Array> {
  if (reference === '-') return readStream(sources.stdin)
  if (reference.startsWith('env:')) return readVariable(reference.slice(4), sources.env)
  return readFile(reference)
}

/** A small secret such as an API token or a passphrase, less the line break at its end. Undefined without a reference. */
export async function readSecretText(
  reference: string | undefined,
  sources: SecretSources,
): Promise<Secret | undefined> {
  if (reference === undefined) return undefined
  const bytes = await readSecret(reference, sources)
  return new Secret(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  )
}

function readVariable(name: string, env: SecretSources['env']): Uint8Array {
  const value = env[name]
  if (value !== undefined && value !== '') return Buffer.from(value, 'utf8')
  throw new FileError('env_not_set', `The environment variable ${name} is not set or empty.`, {
    remedy: `Set ${name}, or name another variable after env:.`,
    details: { name },
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

async function readFile(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    // A stream rather than one read: a named pipe gives its content in pieces.
    return await readStream(file.createReadStream({ highWaterMark: MAX_BYTES, autoClose: false }))
  } catch (error) {
    throw unreadable(error)
  }
}

// The name is not said back: people put the secret itself where its file's name belongs.
function unreadable(error: unknown): FileError {
  const reason = reasonOf(error)
  if (reason === 'ENOENT' || reason === 'ENAMETOOLONG') {
    return new FileError('file_not_found', 'There is no file of the name that was given.', {
      remedy: 'Check the path; use - for standard input or env:NAME for a variable.',
      details: { reason },
    })
  }
  return new FileError('file_not_readable', `The file cannot be read (${reason}).`, {
    remedy: 'Check that the path names a file, and that you may read it.',
    details: { reason },
  })
}

/** The {@link FileError} for a file that could not be written. */
export function unwritable(error: unknown, path: string): FileError {
  const reason = reasonOf(error)
  const details = { path, reason }
  if (reason === 'EEXIST') {
    return new FileError('file_exists', `${path} is there already.`, {
      remedy: 'Choose another name, or move the old key away: Postern overwrites no key.',
      details,
    })
  }
  return new FileError('file_not_writable', `${path} cannot be written (${reason}).`, {
    remedy: 'Check that the path names a file in an existing folder, and that you may write there.',
    details,
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
