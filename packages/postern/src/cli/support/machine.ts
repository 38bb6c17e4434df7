/** @module What a support bundle says of the machine and of the data directory, without opening anything. */

import { lstat, readdir } from 'node:fs/promises'
import { availableParallelism, freemem, hostname, release, totalmem, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Aliases } from './aliases.ts'

// Files that the program makes there itself. Any other may be called anything.
const OWN_FILES = /^(?:store|store-\w+|master-key|server\.json|[a-z-]+\.lock|lock)$/

/** The program and what it runs on. */
export function describeMachine(version: string, aliases: Aliases) {
  const { node, v8, openssl } = process.versions
  return {
    postern: version,
    node,
    v8,
    openssl,
    platform: process.platform,
    arch: process.arch,
    release: release(),
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    hostname: aliases.of('machine', hostname()),
    user: aliases.of('user', userInfo().username),
    // Which are set, and to nothing of what.
    variables: Object.keys(process.env)
      .filter((name) => /^(?:POSTERN_|NODE_|XDG_DATA_HOME$|HTTPS?_PROXY$|NO_PROXY$)/i.test(name))
      .filter((name) => /^\w{1,64}$/.test(name))
      .toSorted(),
  }
}

/** The data directory: what is in it, how large and whose. */
export async function describeDataDirectory(dataDir: string, aliases: Aliases) {
  const path = aliases.of('path', dataDir)
  try {
    const names = (await readdir(dataDir)).toSorted()
    const shown = names.slice(0, 50)
    const files = await Promise.all(shown.map((name) => describeFile(dataDir, name, aliases)))
    return { path, mode: modeOf((await lstat(dataDir)).mode), count: names.length, files }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return { path, reason }
  }
}

async function describeFile(dataDir: string, name: string, aliases: Aliases) {
  const { size, mode, mtime, uid } = await lstat(join(dataDir, name))
  return {
    name: OWN_FILES.test(name) ? name : aliases.of('file', name),
    bytes: size,
    mode: modeOf(mode),
    isOwn: uid === process.getuid?.(),
    changedAt: mtime.toISOString(),
  }
}

function modeOf(mode: number): string {
  return (mode & 0o7777).toString(8)
}
