/** @module Every source of a master key, each with a way to change what it gives. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseMasterKeySource } from '../../../src/config/master-key/parse.ts'
import type { MasterKeySource } from '../../../src/config/master-key/source.ts'

/** Keys by their version, each of 32 bytes in base64url. */
export type KeysByVersion = Readonly<Record<number, string>>

/** A source, and what the operator does to it. */
export interface SourceUnderTest {
  readonly source: MasterKeySource
  /** The operator puts these keys there, in the place of others. */
  put(keys: KeysByVersion): void
  /** The operator takes everything away. */
  clear(): void
  close(): void
}

/** A kind of source. */
export interface SourceKind {
  readonly name: 'env' | 'file' | 'credential' | 'exec' | 'kms'
  open(): SourceUnderTest
}

/** Every kind of source that there is. */
export const sourceKinds: readonly SourceKind[] = [
  {
    name: 'env',
    open: () => {
      const env: Record<string, string | undefined> = {}
      return {
        source: parseMasterKeySource('env:KEYS', env),
        put: (keys) => {
          env['KEYS'] = linesOf(keys)
        },
        clear: () => {
          env['KEYS'] = undefined
        },
        close: () => undefined,
      }
    },
  },
  { name: 'file', open: () => overFile((file) => `file:${file}`, linesOf) },
  {
    name: 'credential',
    open: () => overFile((file) => `credential:${path.basename(file)}`, linesOf),
  },
  { name: 'exec', open: () => overFile((file) => `exec:cat '${file}'`, linesOf) },
  {
    name: 'kms',
    open: () => {
      const kms = path.join(import.meta.dirname, 'local-kms.ts')
      return overFile((file) => `kms:${process.execPath} "${kms}" '${file}'`, JSON.stringify)
    },
  },
]

function overFile(
  reference: (file: string) => string,
  print: (keys: KeysByVersion) => string,
): SourceUnderTest {
  const folder = mkdtempSync(path.join(tmpdir(), 'postern test '))
  const file = path.join(folder, 'keys')
  return {
    source: parseMasterKeySource(reference(file), { CREDENTIALS_DIRECTORY: folder }),
    put: (keys) => writeFileSync(file, print(keys), { mode: 0o600 }),
    clear: () => rmSync(file, { force: true }),
    close: () => rmSync(folder, { recursive: true }),
  }
}

function linesOf(keys: KeysByVersion): string {
  return Object.entries(keys)
    .map(([version, key]) => `postern-master-key:${version}:${key}\n`)
    .join('')
}
