/** @module Why a store cannot be opened, or does not answer. */

import { PosternError, showHostile } from '@postern/core'

/** What can be wrong with a store. */
export type StoreErrorCode =
  | 'store_damaged'
  | 'store_disk_full'
  | 'store_in_use'
  | 'store_lost'
  | 'store_newer'
  | 'store_refused'
  | 'store_unreachable'
  | 'store_untrusted'
  | 'store_unusable'
  | 'store_version'

/** A store that cannot be used. Names the place, never a password. */
export class StoreError extends PosternError<StoreErrorCode> {
  override readonly name = 'StoreError'
}

// A limit of a user's files ends in the same as a full disk.
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

// The numbers of ENOSPC, EDQUOT and EFBIG in WASI.
const EMSCRIPTEN_FULL: ReadonlySet<unknown> = new Set([51, 19, 22])

/** What a file system said when the store was made or opened, for people. Anything else is given back. */
export function explainFileFailure(error: unknown, dataDir: string): unknown {
  if (!isFromSystem(error)) return error
  const reason = error.code
  if (FULL.has(reason)) return diskFull(dataDir, reason, error)
  return unusable(dataDir, reason, error)
}

function unusable(dataDir: string, reason: string, cause: unknown): StoreError {
  return new StoreError('store_unusable', `No store can be kept in ${dataDir} (${reason}).`, {
    remedy: 'Name a folder of a local disk that your user may write to, with --data.',
    details: { dataDir, reason },
    cause,
  })
}

/** Why the embedded database did not start on the files of a data directory. @param said - what it wrote, last line last */
export function explainStartFailure(
  error: unknown,
  said: readonly string[],
  dataDir: string,
): StoreError {
  const text = said.join('\n')
  if (
    /No space left|Quota exceeded|File too large/.test(text) ||
    EMSCRIPTEN_FULL.has(numberOf(error))
  ) {
    return diskFull(dataDir, 'ENOSPC', error)
  }
  if (/Permission denied|Read-only file system/.test(text)) {
    return unusable(dataDir, 'EACCES', error)
  }
  const fatal =
    said.findLast((line) => /FATAL|PANIC/.test(line)) ?? said.at(-1) ?? 'it says nothing'
  if (/incompatible with server/.test(text)) {
    return new StoreError(
      'store_version',
      `The store in ${dataDir} is of another version of PGlite.`,
      {
        remedy: 'Back it up with the version of Postern that made it, and restore that here.',
        details: { dataDir, said: showHostile(fatal) },
        cause: error,
      },
    )
  }
  return new StoreError(
    'store_damaged',
    `The store in ${dataDir} does not open: ${showHostile(fatal)}`,
    {
      remedy: 'Restore a backup into a new data directory: postern restore FILE --data DIR.',
      details: { dataDir },
      cause: error,
    },
  )
}

/** The refusal of a disk without room. */
function diskFull(dataDir: string, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    'store_disk_full',
    `There is no room for the store in ${dataDir} (${reason}).`,
    {
      remedy: 'Free 200 MB on that disk, then start again.',
      details: { dataDir, reason },
      cause,
    },
  )
}

function numberOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'errno' in error ? error.errno : undefined
}

/** Whether a call of the system failed. */
export function isFromSystem(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
