/** @module Remembers what a folder was made of, so that it is not made again of the same sources. */

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// Not in the folders themselves, which are published.
const origins = path.join(root, 'node_modules/.cache/postern-origins')

/** Whether a folder is there, and was made of these sources as they are now. @param sources - as in {@link keepOrigin} */
export function isMadeOf(folder: string, sources: readonly string[]): boolean {
  const file = fileOf(folder)
  return existsSync(folder) && existsSync(file) && readFileSync(file, 'utf8') === hashOf(sources)
}

/**
 * Remembers that a folder was made of these sources.
 *
 * @param sources - files and folders, from the root. The lockfile stands for every package and is always one of them.
 */
export function keepOrigin(folder: string, sources: readonly string[]): void {
  mkdirSync(origins, { recursive: true })
  const file = fileOf(folder)
  // A new file in its place: the file may be shared by a hard link.
  writeFileSync(`${file}.new`, hashOf(sources))
  renameSync(`${file}.new`, file)
}

/** Forgets what a folder was made of: before it is made anew, which may end half way. */
export function forgetOrigin(folder: string): void {
  rmSync(fileOf(folder), { force: true })
}

function fileOf(folder: string): string {
  return path.join(origins, path.relative(root, folder).replaceAll(path.sep, '-'))
}

/** The hash of sources as they are now. @param sources - as in {@link keepOrigin} */
export function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of [...sources, 'package-lock.json'].flatMap(filesBelow)) {
    hash.update(`${file}\n`).update(readFileSync(path.join(root, file)))
  }
  return hash.digest('hex')
}

function filesBelow(place: string): readonly string[] {
  if (path.extname(place) !== '') return [place]
  return readdirSync(path.join(root, place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'))
    .toSorted()
}
