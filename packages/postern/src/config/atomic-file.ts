/** @module Writes a file so that it is there whole or not at all, also after a power cut. */

import { randomUUID } from 'node:crypto'
import { link, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { unwritable } from './secret-reference.ts'

/**
 * Puts a text in the place of a file. Readers see the old file or the new one, whose mode is 0600.
 *
 * @throws {FileError} `file_not_writable`
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await place(path, text, rename)
}

/**
 * Writes a text to a new file of mode 0600.
 *
 * @throws {FileError} `file_exists`, `file_not_writable`
 */
export async function createAtomically(path: string, text: string): Promise<void> {
  await place(path, text, async (temporary) => {
    // Unlike a renaming, a second name takes no other file's place.
    await link(temporary, path)
    await unlink(temporary)
  })
}

async function place(
  path: string,
  text: string,
  move: (temporary: string, path: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomUUID().slice(0, 8)}`)
  try {
    // `wx`: no link that somebody put there is followed.
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await move(temporary, path)
    await syncFolder(folder)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw unwritable(error, path)
  }
}

/** Makes what happened to the names in a folder survive a power cut. Some systems cannot, and need not. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r')
    await folder.sync()
  } catch {
    // Windows opens no folders.
  }
}
