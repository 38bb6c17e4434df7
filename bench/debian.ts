/** @module Programs of Debian packages, taken out of them into a folder: the machine is left as it is. */

import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

/** The environment in which a program of {@link unpackDebian} finds its libraries. */
export interface DebianFolder {
  /** The path of a program, such as `usr/sbin/nginx`. */
  readonly program: (name: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Fetches packages with apt-get, which needs no rights for that, and takes out what is in them. */
export function unpackDebian(packages: readonly string[], folder: string): DebianFolder {
  execFileSync('apt-get', ['-qq', 'download', ...packages], {
    cwd: folder,
    stdio: ['ignore', 2, 'ignore'],
  })
  const files = readdirSync(folder).filter((name) => name.endsWith('.deb'))
  for (const name of files) execFileSync('dpkg', ['-x', name, 'root'], { cwd: folder })
  const root = path.join(folder, 'root')
  const libraries = readdirSync(path.join(root, 'usr/lib')).map((name) =>
    path.join(root, 'usr/lib', name),
  )
  return {
    program: (name) => path.join(root, name),
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
  }
}
