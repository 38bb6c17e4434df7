/** @module Bytes at a place of a file, on the disk before anybody is told, and never over bytes of somebody else. */

import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { showHostile } from '@postern/core'
import { syncFolder } from '../config/atomic-file.ts'
import { makeFolder } from '../config/make-folder.ts'
import { SinkError } from './sink-error.ts'

/** Who may read what is made. */
export interface JsonlModes {
  readonly file: number
  readonly folder: number
}

/** A file: in the folder of its feed, which is in the folder of the sink. */
export interface FilePlace {
  readonly root: string
  readonly folder: string
  readonly file: string
}

// No link that somebody put there is followed.
const WRITE = constants.O_RDWR | constants.O_NOFOLLOW

/**
 * Writes lines at an offset. Resolves when they, and the name of the file, would survive a power cut.
 *
 * What stands there already is left as it is: it is what an attempt before this one wrote, or a process that went on while
 * this one was paused. Bytes that are neither lines of ours nor the zeros a power cut leaves are cut off where the file is
 * ours up to the offset, as it is after Postern's own database was brought back from a backup.
 *
 * @param what.isFirst - whether nothing was confirmed before. Only then are folders made: later a missing one is a disk that is
 *   not mounted, and what is written in its place would be hidden once it is.
 * @throws {SinkError} `sink_disk_full`, `sink_unwritable`; `sink_damaged` where the file is missing, is shorter than the offset,
 *   or belongs to somebody else
 */
export async function writeAt(
  place: FilePlace,
  what: {
    readonly lines: Uint8Array
    readonly offset: number
    readonly isFirst: boolean
    readonly modes: JsonlModes
  },
  signal?: AbortSignal,
): Promise<void> {
  const path = join(place.folder, place.file)
  const isNew = what.offset === 0
  try {
    if (what.isFirst) await requireFolder(place.folder, what.modes.folder)
    await using file = await open(path, isNew ? WRITE | constants.O_CREAT : WRITE, what.modes.file)
    const { size } = await file.stat()
    if (size < what.offset) throw tooShort(path, size, what.offset)
    if (size > what.offset && !(await isOurs(file, what))) {
      if (isNew) throw foreign(path)
      await file.truncate(what.offset)
    }
    signal?.throwIfAborted()
    // Also where they are there already: after a sync that failed, the system no longer knows that they are not on the disk.
    await writeWhole(file, what.lines, what.offset)
    await file.datasync()
    if (!isNew) return
    for (const folder of [place.folder, place.root, dirname(place.root)]) await syncFolder(folder)
  } catch (error) {
    // A file that is begun is missing because its folder is; all else is about the file.
    throw explainFileFailure(error, isNew && codeOf(error) === 'ENOENT' ? place.folder : path)
  }
}

/** The size of a file in bytes; undefined where there is none. @throws {SinkError} `sink_unwritable` */
export async function readSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw explainFileFailure(error, path)
  }
}

/** Makes a file in a folder and removes it; the folder too, where it was not there. @throws {SinkError} as {@link writeAt} does */
export async function proveFolder(
  path: string,
  modes: JsonlModes,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted()
  const probe = join(path, `.postern-${randomUUID()}`)
  let made: string | undefined
  try {
    made = await requireFolder(path, modes.folder)
    try {
      await using file = await open(probe, 'wx', modes.file)
      await file.writeFile('\n')
      await file.sync()
    } finally {
      await unlink(probe).catch(() => undefined)
    }
  } catch (error) {
    throw explainFileFailure(error, path)
  } finally {
    if (made !== undefined) await removeEmpty(path, made)
  }
}

// A file has the name, or one above it has.
const FILE_IN_THE_WAY: ReadonlySet<string> = new Set(['EEXIST', 'ENOTDIR'])

/** Makes a folder where there is none. @returns the topmost one that was made. @throws {SinkError} `sink_unwritable` */
async function requireFolder(path: string, mode: number): Promise<string | undefined> {
  try {
    return await makeFolder(path, mode)
  } catch (error) {
    const code = codeOf(error)
    if (code !== undefined && FILE_IN_THE_WAY.has(code)) throw notAFolder(path, error)
    if (code !== 'ENOENT') throw error
    // Not a folder that was there and is gone: the system has none in this place.
    throw new SinkError('sink_unwritable', `No folder can be made at ${path}.`, {
      remedy: 'Choose a folder on a disk.',
      cause: error,
    })
  }
}

/** Removes a folder and those above it, up to one of them, as long as they are empty. */
async function removeEmpty(path: string, top: string): Promise<void> {
  for (let folder = path; folder.length >= top.length; folder = dirname(folder)) {
    try {
      await rmdir(folder)
    } catch {
      // Somebody began to use it.
      return
    }
  }
}

/** Whether what stands at the offset is a part of the lines, or zeros in the place of some: no line has a zero. */
async function isOurs(
  file: FileHandle,
  { lines, offset }: { readonly lines: Uint8Array; readonly offset: number },
): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(lines.length), 0, lines.length, offset)
  const standing = buffer.subarray(0, bytesRead)
  if (standing.equals(lines.subarray(0, bytesRead))) return true
  return standing.every((byte, index) => byte === 0 || byte === lines[index])
}

async function writeWhole(file: FileHandle, lines: Uint8Array, offset: number): Promise<void> {
  let done = 0
  while (done < lines.length) {
    const { bytesWritten } = await file.write(lines, done, lines.length - done, offset + done)
    done += bytesWritten
  }
}

function tooShort(path: string, size: number, offset: number): SinkError {
  return new SinkError(
    'sink_damaged',
    `${path} has ${size} bytes, and ${offset} were confirmed: it was cut, or changed by somebody.`,
    { remedy: 'Bring the file back, or add the sink to the feed anew, with an empty folder.' },
  )
}

function notAFolder(path: string, cause: unknown): SinkError {
  return new SinkError('sink_unwritable', `No folder can be at ${path}: a file is.`, {
    remedy: 'Choose the path of a folder, or take the file away.',
    cause,
  })
}

function foreign(path: string): SinkError {
  return new SinkError(
    'sink_damaged',
    `${path} is there already: another feed or another Postern wrote it, or this one did before its database was brought back from a backup.`,
    {
      remedy:
        'Move it to another folder, or give the sink a folder of its own. What this feed wrote in it comes again.',
    },
  )
}

// A limit of a user's files ends in the same as a full disk.
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A failure of the file system, for people; an error of ours as it is. */
function explainFileFailure(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === undefined || error instanceof SinkError) return error
  if (FULL.has(code)) {
    return new SinkError('sink_disk_full', `The disk of ${path} is full (${code}).`, {
      remedy: 'Make room on it. The feed goes on by itself, and nothing is lost.',
      cause: error,
    })
  }
  if (code === 'ENOENT') {
    return new SinkError('sink_damaged', `${path} is no longer there.`, {
      remedy:
        'Bring it back, or mount its disk; or add the sink to the feed anew, with an empty folder.',
      cause: error,
    })
  }
  return new SinkError('sink_unwritable', `${path} cannot be written (${showHostile(code)}).`, {
    remedy: 'Let the user that Postern runs as write there, or choose another folder.',
    cause: error,
  })
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
