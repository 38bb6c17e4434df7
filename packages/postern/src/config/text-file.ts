/** @module Reads a small text file, or says that there is none. */

import { type FileHandle, open } from 'node:fs/promises'
import { ConfigError } from './config-error.ts'

/** The most that a file of settings or a key file may hold. */
export const maxFileBytes = 64 * 1024

const ABSENT: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'ELOOP',
])

/**
 * Reads a text file; undefined where there is no such file.
 *
 * Stops reading at the limit, so that a device or an endless pipe does no harm.
 *
 * @param maxBytes - default 64 KiB.
 * @throws {ConfigError} `config_file_too_large`, `config_file_unreadable`; `config_file_invalid` where it is not UTF-8.
 */
export async function readTextFile(
  path: string,
  maxBytes: number = maxFileBytes,
): Promise<string | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const bytes = Buffer.alloc(maxBytes + 1)
    let length = 0
    // A full buffer reads nothing more.
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length)
      length += bytesRead
      if (bytesRead === 0) break
    }
    if (length > maxBytes) throw tooLarge(path, maxBytes)
    return decode(bytes.subarray(0, length), path)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // A value with a NUL in it is no path, and so names no file.
    if (code === 'ERR_INVALID_ARG_VALUE' || ABSENT.has(String(code))) return undefined
    throw new ConfigError('config_file_unreadable', `${path} cannot be read (${String(code)}).`, {
      remedy: `Let the user that runs Postern read ${path}.`,
      details: { path, reason: String(code) },
    })
  } finally {
    await file?.close()
  }
}

/** The refusal of a file that is larger than it may be. */
export function tooLarge(path: string, maxBytes: number = maxFileBytes): ConfigError {
  return new ConfigError('config_file_too_large', `${path} is larger than ${maxBytes} bytes.`, {
    remedy: `Check that ${path} is the file you mean: settings and keys are a few kilobytes.`,
    details: { path, maxBytes },
  })
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConfigError('config_file_invalid', `${path} is not UTF-8 text.`, {
      remedy: `Save ${path} as UTF-8 and try again.`,
      details: { path },
    })
  }
}
