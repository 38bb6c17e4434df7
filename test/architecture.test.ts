/** @module The dependency rule of the house: who may import whom, and what parts and files may be called. */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Breach, judgePackage, type Sources } from './architecture/judge.ts'
import { type PackageRule, packageRules } from './architecture/ranks.ts'

const packagesFolder = fileURLToPath(new URL('../packages', import.meta.url))

describe.each(readdirSync(packagesFolder))('packages/%s', (name) => {
  const folder = path.join(packagesFolder, name)

  test('has a rule', () => {
    expect(Object.keys(packageRules)).toContain(name)
  })

  test('keeps its rule: never sideways, never up, no cycle, no unnamed concept', () => {
    const rule = packageRules[name]
    if (rule === undefined) throw new Error(`packages/${name} has no rule`)
    expect(judgePackage(readSources(folder), rule, declaredPackages(folder))).toEqual([])
  })
})

describe('the dependency rule of core', () => {
  test('a file imports from lower ranks, from its own part, and from what is open', () => {
    const breaches = judge('core', {
      'error.ts': `import { Secret } from './secret.ts'`,
      'secret.ts': '',
      'keys/pem.ts': `import { KeyError } from './key-error.ts'; import '../error.ts'`,
      'keys/key-error.ts': `import { decodeJwt } from 'jose'`,
      'index.ts': `export * from './keys/pem.ts'; export type { Secret } from './secret.ts'`,
    })
    expect(breaches).toEqual([])
  })

  test.each([
    ['an import', `import { parseOrgUrl } from '../url/org-url.ts'`],
    ['a type import', `import type { OrgUrl } from '../url/org-url.ts'`],
    ['an inline type import', `import { type OrgUrl } from '../url/org-url.ts'`],
    ['a side-effect import', `import '../url/org-url.ts'`],
    ['a re-export', `export { parseOrgUrl } from '../url/org-url.ts'`],
    ['a re-export of everything', `export * from '../url/org-url.ts'`],
    ['a type re-export', `export type { OrgUrl } from '../url/org-url.ts'`],
    ['a dynamic import', `const url = await import('../url/org-url.ts')`],
    ['a dynamic import with a template', 'const url = await import(`../url/org-url.ts`)'],
    ['an import type', `let url: import('../url/org-url.ts').OrgUrl`],
    ['a typeof import', `let url: typeof import('../url/org-url.ts')`],
    ['a require', `const url = require('../url/org-url.ts')`],
  ])('%s from the part beside is sideways', (_form, text) => {
    const breaches = judge('core', { 'keys/import.ts': text, 'url/org-url.ts': '' })
    expect(rules(breaches)).toEqual(['sideways'])
  })

  test('assertion may not import proof', () => {
    const text = `import { signProof } from '../proof/proof.ts'`
    const breaches = judge('core', { 'assertion/assertion.ts': text, 'proof/proof.ts': '' })
    expect(rules(breaches)).toEqual(['sideways'])
  })

  test.each([
    ['an import', `import { TokenSource } from '../token/source.ts'`],
    ['a type import', `import type { Credential } from '../token/credential.ts'`],
    ['an import type', `export let credential: import('../token/credential.ts').Credential`],
  ])('%s from a higher rank is up', (_form, text) => {
    const sources = { 'keys/import.ts': text, 'token/source.ts': '', 'token/credential.ts': '' }
    expect(rules(judge('core', sources))).toEqual(['up'])
  })

  test('nothing imports the index', () => {
    const breaches = judge('core', { 'setup/setup.ts': `import '../index.ts'`, 'index.ts': '' })
    expect(rules(breaches)).toEqual(['up'])
  })

  test('a circle is found, also of types, also inside one part and at the lowest rank', () => {
    const breaches = judge('core', {
      'keys/a.ts': `import './b.ts'`,
      'keys/b.ts': `import type { C } from './c.ts'`,
      'keys/c.ts': `import './a.ts'`,
      'error.ts': `import './secret.ts'`,
      'secret.ts': `import './error.ts'`,
    })
    expect(breaches.map(({ rule, message }) => [rule, message])).toEqual([
      ['cycle', 'keys/a.ts -> keys/b.ts -> keys/c.ts -> keys/a.ts'],
      ['cycle', 'error.ts -> secret.ts -> error.ts'],
    ])
  })

  test.each(['node:crypto', 'crypto', 'node:fs/promises'])('%s is refused', (specifier) => {
    const breaches = judge('core', { 'keys/sign.ts': `import type { X } from '${specifier}'` })
    expect(rules(breaches)).toEqual(['node-module'])
  })

  test.each(['undici', 'zod', 'josephine', '@postern/emulator', 'postern'])(
    'the package %s is refused',
    (specifier) => {
      const breaches = judge('core', { 'keys/sign.ts': `export * from '${specifier}'` })
      expect(rules(breaches)).toEqual(['package'])
    },
  )

  test('a part without a rank is refused, as a folder and as a file', () => {
    const breaches = judge('core', { 'vault/vault.ts': '', 'cache.ts': '' })
    expect(rules(breaches)).toEqual(['unknown-part', 'unknown-part'])
  })

  test.each(['keys/utils.ts', 'keys/helpers/pem.ts', 'keys/types.ts'])(
    '%s is refused: the name says nothing',
    (file) => {
      expect(rules(judge('core', { [file]: '' }))).toEqual(['banned-name'])
    },
  )

  test.each(['keys/importKey.ts', 'keys/PEM.ts', 'keys/import_key.ts', 'keys/Pem/read.ts'])(
    '%s is refused: not kebab-case',
    (file) => {
      expect(rules(judge('core', { [file]: '' }))).toEqual(['not-kebab-case'])
    },
  )

  test('an import whose name is computed is refused', () => {
    const text = "const name = 'pem'; await import(name); await import('./' + name)"
    const breaches = judge('core', { 'keys/import.ts': text })
    expect(rules(breaches)).toEqual(['unreadable-import', 'unreadable-import'])
  })

  test('a path that leaves src is refused', () => {
    const text = `import '../../../postern/src/service.ts'`
    expect(rules(judge('core', { 'keys/import.ts': text }))).toEqual(['outside-src'])
  })
})

describe('the dependency rule of postern', () => {
  test('a file imports the index of core and the packages its package.json declares', () => {
    const text = `
      import { Org } from '@postern/core'
      import { Command } from 'commander'
      import description from '../../package.json' with { type: 'json' }
    `
    expect(judge('postern', { 'cli/main.ts': text }, ['commander'])).toEqual([])
  })

  test.each([
    ['a file inside core', `import '@postern/core/src/error.ts'`],
    ['an undeclared package', `import 'left-pad'`],
    ['the emulator', `import '@postern/emulator'`],
  ])('%s is refused', (_what, text) => {
    const declared = ['@postern/core', '@postern/emulator', 'commander']
    expect(rules(judge('postern', { 'feeds/read.ts': text }, declared))).toEqual(['package'])
  })

  test('the emulator is open to its own command and to the demo', () => {
    const text = `import '@postern/emulator'`
    const sources = { 'cli/commands/emulator.ts': text, 'cli/commands/demo.ts': text }
    expect(judge('postern', sources)).toEqual([])
  })

  test('the views of the server do not import each other', () => {
    const text = `import '../api/routes.ts'; import '../access.ts'`
    const sources = {
      'server/mcp/tools.ts': text,
      'server/api/routes.ts': '',
      'server/access.ts': '',
    }
    expect(rules(judge('postern', sources))).toEqual(['sideways'])
  })

  test('only the command line stands above service.ts', () => {
    const text = `import '../service.ts'`
    const sources = { 'server/api/routes.ts': `import '../../service.ts'`, 'service.ts': '' }
    expect(rules(judge('postern', sources))).toEqual(['up'])
    expect(judge('postern', { 'cli/main.ts': text, 'service.ts': '' })).toEqual([])
  })
})

test.each(['@postern/core', 'postern'])('the emulator may not import %s', (specifier) => {
  const breaches = judge('emulator', { 'state/org.ts': `import '${specifier}'` }, [specifier])
  expect(rules(breaches)).toEqual(['package'])
})

function judge(
  name: string,
  sources: Readonly<Record<string, string>>,
  declared: readonly string[] = [],
): readonly Breach[] {
  const rule: PackageRule | undefined = packageRules[name]
  if (rule === undefined) throw new Error(`No rule for ${name}`)
  return judgePackage(new Map(Object.entries(sources)), rule, declared)
}

function rules(breaches: readonly Breach[]): readonly string[] {
  return breaches.map(({ rule }) => rule)
}

function readSources(folder: string): Sources {
  const src = path.join(folder, 'src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.[cm]?tsx?$/.test(file))
  return new Map(files.map((file) => [file, readFileSync(path.join(src, file), 'utf8')]))
}

function declaredPackages(folder: string): readonly string[] {
  const manifest: Record<string, object | undefined> = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  )
  return ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap(
    (kind) => Object.keys(manifest[kind] ?? {}),
  )
}
