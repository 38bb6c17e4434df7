/** @module The folder in which Postern keeps what it keeps. */

import { stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { makeFolder } from './make-folder.ts'

/** What decides which folder it is. */
export interface DataDirectorySources {
  /** `--data` */
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

const OTHERS_MAY_WRITE = 0o022

/**
 * The data directory: `--data`, `POSTERN_DATA`, else `$XDG_DATA_HOME/postern`, else `~/.local/share/postern`.
 *
 * @returns an absolute path.
 * @see XDG Base Directory Specification - a relative `XDG_DATA_HOME` counts as none
 */
export function dataDirectoryOf({ flag, env, home }: DataDirectorySources): string {
  const named = flag || env['POSTERN_DATA']
  if (named) return resolve(named)
  const data = env['XDG_DATA_HOME'] ?? ''
  return join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'postern')
}

/**
 * Makes the data directory where there is none, for its user alone (0700), and looks whether it can be trusted.
 *
 * @throws {ConfigError} `config_data_unsafe` where others may write in it, `config_data_unusable`
 */
export async function openDataDirectory(path: string): Promise<void> {
  try {
    await makeFolder(path, 0o700)
  } catch (error) {
    throw unusable(path, error)
  }
  await requireSafe(path)
}

/**
 * Whether there is a data directory, and that it can be trusted.
 *
 * @throws {ConfigError} as {@link openDataDirectory}
 */
export async function hasDataDirectory(path: string): Promise<boolean> {
  try {
    await requireSafe(path)
    return true
  } catch (error) {
    if (error instanceof ConfigError && error.details['reason'] === 'ENOENT') return false
    throw error
  }
}

async function requireSafe(path: string): Promise<void> {
  const { mode, isDirectory } = await read(path)
  if (!isDirectory) throw unusable(path, Object.assign(new Error(), { code: 'ENOTDIR' }))
  // Windows has no such bits, and shows all of them.
  if (process.platform === 'win32' || (mode & OTHERS_MAY_WRITE) === 0) return
  const shown = (mode & 0o777).toString(8)
  throw new ConfigError('config_data_unsafe', `Others may write in ${path} (mode ${shown}).`, {
    remedy: `Take that from them: chmod 700 ${path}.`,
    details: { path, mode: shown },
  })
}

async function read(path: string) {
  try {
    const stats = await stat(path)
    return { mode: stats.mode, isDirectory: stats.isDirectory() }
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(path: string, error: unknown): ConfigError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return new ConfigError(
    'config_data_unusable',
    `The data directory ${path} cannot be used (${reason}).`,
    {
      remedy: 'Name another with --data or POSTERN_DATA, or let your user write there.',
      details: { path, reason },
    },
  )
}
