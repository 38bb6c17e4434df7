/** @module The list of what is in a package, for those who look for known flaws: CycloneDX, the same bytes from the same sources. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LockedPackage, type Lockfile, packageAt, placesBelow } from './lockfile-check.ts'

/** The name of the list beside what was built. */
export const sbomFileName = 'sbom.cdx.json'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
}

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * The list of a package of ours: what its package.json calls a dependency with all that needs, and what was bundled. It has no
 * time and no random number, so that two builds can be compared.
 *
 * @param bundled - folders of packages, below the repository.
 * @throws {Error} where the lockfile lacks one of them.
 * @see CycloneDX 1.6, and its JSON schema
 */
export function sbomOf(folder: string, bundled: readonly string[] = []): string {
  const lockfile: Lockfile = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const manifest: Manifest = JSON.parse(
    readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
  )
  const places = new Set([
    ...placesBelow(lockfile, folder, ['dependencies']),
    ...bundled.map(placeOf),
  ])
  const components = [...places].map((place) => componentOf(place, lockfile.packages[place]))
  components.sort((one, other) => (one.purl < other.purl ? -1 : 1))
  const { name, version, description, license } = manifest
  const own = { ...identityOf(name, version), description, licenses: licensesOf(license) }
  const list = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'library', ...own } },
    components,
    dependencies: [{ ref: own['bom-ref'], dependsOn: components.map(({ purl }) => purl) }],
  }
  return `${JSON.stringify(list, null, 2)}\n`
}

function placeOf(folder: string): string {
  return path.relative(root, folder).replaceAll(path.sep, '/')
}

function componentOf(place: string, locked: LockedPackage | undefined) {
  const { version, integrity, license } = locked ?? {}
  if (version === undefined || integrity === undefined || license === undefined) {
    throw new Error(`package-lock.json does not say all of ${place}.`)
  }
  const content = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')
  return {
    type: 'library',
    ...identityOf(packageAt(place), version),
    hashes: [{ alg: 'SHA-512', content }],
    licenses: licensesOf(license),
  }
}

/** @see package-url, type npm - the at sign of a scope is encoded */
function identityOf(name: string, version: string) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return { 'bom-ref': purl, name, version, purl }
}

function licensesOf(license: string) {
  return /[ (]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }]
}
