/** @module What comes in from outside, as a table, from the lockfile alone and without the network: `npm run audit:offline`. */

import { readFileSync } from 'node:fs'
import {
  directDependencies,
  type LockedPackage,
  type Lockfile,
  MAX_RUNTIME_DEPENDENCIES,
  packageAt,
  shippedPlaces,
} from './lockfile-check.ts'

/** Rows of what is shipped beside what is used to build and test. */
export function auditRows(lockfile: Lockfile): readonly (readonly [string, string, string])[] {
  const shipped = shippedPlaces(lockfile)
  const foreign = Object.entries(lockfile.packages).filter(
    ([place, { link }]) => place.includes('node_modules/') && link !== true,
  )
  const groups = [
    foreign.filter(([place]) => shipped.has(place)),
    foreign.filter(([place]) => !shipped.has(place)),
  ] as const
  const row = (what: string, tell: (group: readonly Entry[]) => string) =>
    [what, tell(groups[0]), tell(groups[1])] as const
  const licences = new Set(foreign.map(([, { license }]) => license ?? UNNAMED))
  return [
    row('packages', (group) => String(group.length)),
    ['direct', `${directDependencies(lockfile).size} of ${MAX_RUNTIME_DEPENDENCIES}`, ''],
    row('without SHA-512', (group) =>
      countOf(group, ({ inBundle, integrity }) => !inBundle && !integrity?.startsWith('sha512-')),
    ),
    row('that name a source of their own', (group) =>
      countOf(group, ({ resolved }) => resolved !== undefined),
    ),
    row('with an install script', (group) => {
      const names = group.filter(([, { hasInstallScript }]) => hasInstallScript)
      // Of one package for many platforms, its scope says it all.
      const families = names.map(([place]) => packageAt(place).replace(/^(@[^/]+)\/.*/, '$1/*'))
      return [...new Set(families)].join(', ') || 'none'
    }),
    ...[...licences]
      .toSorted()
      .map((licence) =>
        row(licence, (group) => countOf(group, ({ license = UNNAMED }) => license === licence)),
      ),
  ]
}

type Entry = readonly [place: string, locked: LockedPackage]

const UNNAMED = 'no licence in the lockfile'

function countOf(group: readonly Entry[], is: (locked: LockedPackage) => boolean): string {
  return String(group.filter(([, locked]) => is(locked)).length)
}

if (import.meta.main) {
  const file = new URL('../package-lock.json', import.meta.url)
  const rows = [
    ['', 'shipped', 'tools'] as const,
    ...auditRows(JSON.parse(readFileSync(file, 'utf8'))),
  ]
  const [first = 0, second = 0] = [0, 1].map((at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  )
  for (const [what, shipped, tools] of rows) {
    const line = `${what.padEnd(first)}  ${shipped.padEnd(second)}  ${tools}`
    process.stdout.write(`${line.trimEnd()}\n`)
  }
}
