/** @module Makes a folder and those above it, one by one. */

import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder where there is none, with those above it that are missing.
 *
 * Node's own way (`recursive`) never comes back from a place in which nobody can make folders and the system says that they
 * are missing, as below /proc.
 *
 * @returns the topmost folder that was made; undefined where there was nothing to make.
 * @throws what the system says, where a folder cannot be made.
 */
export async function makeFolder(path: string, mode: number): Promise<string | undefined> {
  const above = dirname(path)
  const first = await makeOne(path, mode)
  if (first !== 'parent-missing') return first === 'made' ? path : undefined
  const top = above === path ? undefined : await makeFolder(above, mode)
  await mkdir(path, { mode }).catch((error: unknown) => requireFolder(path, error))
  return top ?? path
}

async function makeOne(path: string, mode: number): Promise<'made' | 'there' | 'parent-missing'> {
  try {
    await mkdir(path, { mode })
    return 'made'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return 'parent-missing'
    }
    await requireFolder(path, error)
    return 'there'
  }
}

/** A folder that is there already needs no making, whatever the system says to the attempt. @throws `error` where it is not */
async function requireFolder(path: string, error: unknown): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() !== true) throw error
}
