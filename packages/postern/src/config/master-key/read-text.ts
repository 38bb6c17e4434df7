/** @module Reads the text of master keys from a file, once what was opened has been judged. */

import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { MasterKeyError } from './source.ts'

/** Options of {@link readKeyText}. */
export interface ReadKeyTextOptions {
  /** How messages name the file: `The master key file`. */
  readonly from: string
  /** What to do where it is not there. */
  readonly missing: string
  /** Throws where the file must not be believed. Is given the opened file, not its name: that could point elsewhere a moment later. */
  readonly judge: (stats: Stats) => void
}

const MAX_BYTES = 64 * 1024

/** Reads at most 64 KiB. @throws {MasterKeyError} `master_key_missing`, `master_key_unreadable`, and what `judge` throws. */
export async function readKeyText(
  path: string,
  { from, missing, judge }: ReadKeyTextOptions,
): Promise<string> {
  let file: FileHandle | undefined
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    judge(await file.stat())
    const bytes = Buffer.alloc(MAX_BYTES)
    const { bytesRead } = await file.read(bytes, 0, MAX_BYTES, 0)
    return bytes.toString('utf8', 0, bytesRead)
  } catch (error) {
    throw error instanceof MasterKeyError ? error : unreadable(error, from, missing)
  } finally {
    await file?.close()
  }
}

/** @throws {MasterKeyError} `master_key_unsafe` where it is a folder, a device or a pipe. */
export function requireRegular(stats: Stats, from: string): void {
  if (stats.isFile()) return
  throw unsafeKeyText(`${from} is not a regular file`, 'Put the master key into a file.')
}

/** The refusal of a file that others could have read or written. */
export function unsafeKeyText(observed: string, remedy: string): MasterKeyError {
  return new MasterKeyError('master_key_unsafe', `${observed}.`, { remedy })
}

function unreadable(error: unknown, from: string, missing: string): MasterKeyError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const details = { reason }
  if (reason === 'ENOENT') {
    return new MasterKeyError('master_key_missing', `${from} is not there.`, {
      remedy: missing,
      details,
      cause: error,
    })
  }
  return new MasterKeyError('master_key_unreadable', `${from} cannot be read (${reason}).`, {
    remedy: `Let the user that runs Postern read ${from.replace(/^T/, 't')}.`,
    details,
    cause: error,
  })
}
