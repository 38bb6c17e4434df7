/** @module The lockfile check refuses each thing that SECURITY-TESTS.md, S31 rules out. */

import { describe, expect, test } from 'vitest'
import { auditRows } from '../scripts/audit.ts'
import { judgeLockfile, judgeManifestFile, type LockedPackage } from '../scripts/lockfile-check.ts'

const good: LockedPackage = { version: '1.2.3', integrity: 'sha512-AAAA', license: 'MIT' }

describe('the lockfile check', () => {
  test('says nothing against exact, licensed packages of a registry', () => {
    expect(judge({ 'node_modules/good': good, 'node_modules/@own/part': { link: true } })).toEqual(
      [],
    )
  })

  test.each<[string, LockedPackage, string]>([
    ['an install script', { ...good, hasInstallScript: true }, 'runs a script'],
    ['a download address', { ...good, resolved: 'https://registry.example/bad.tgz' }, 'downloaded'],
    [
      'a git source',
      { version: '1.2.3', license: 'MIT', resolved: 'git+ssh://example/bad.git#a' },
      'integrity',
    ],
    ['an address for a version', { ...good, version: 'https://example/bad.tgz' }, 'exact version'],
    ['a weak hash', { ...good, integrity: 'sha1-AAAA' }, 'integrity'],
    ['no licence', { version: '1.2.3', integrity: 'sha512-AAAA' }, 'licence'],
    ['a licence that is not on the list', { ...good, license: 'GPL-3.0' }, 'GPL-3.0'],
    ['one such licence of two', { ...good, license: '(MIT AND GPL-3.0)' }, 'GPL-3.0'],
  ])('refuses a package with %s', (_what, locked, said) => {
    const sentences = judge({ 'node_modules/bad': locked })
    expect(sentences.join('\n')).toContain('node_modules/bad')
    expect(sentences.join('\n')).toContain(said)
  })

  test('lets the package that fetches the pinned Node run its script, and a choice of licences choose', () => {
    const packages = {
      'node_modules/node': { ...good, hasInstallScript: true },
      'node_modules/choice': { ...good, license: '(MIT OR GPL-2.0)' },
    }
    expect(judge(packages)).toEqual([])
  })

  test('holds what is shipped to the shorter list of licences, also below a dependency', () => {
    const packages = {
      'packages/core': { dependencies: { above: '1.2.3' } },
      'node_modules/above': { ...good, dependencies: { below: '^1.0.0' } },
      'node_modules/above/node_modules/below': { ...good, license: 'MPL-2.0' },
      'node_modules/tool': { ...good, license: 'MPL-2.0' },
    }
    expect(judge(packages)).toEqual([
      expect.stringContaining('above/node_modules/below has the licence'),
    ])
  })

  test.each([
    '^1.2.3',
    '~1.2.3',
    '1',
    '*',
    'latest',
    'file:../bad',
    'git+https://example/bad.git',
    'npm:other@1.2.3',
  ])('refuses a package.json that asks for %s', (range) => {
    const sentences = judge({ 'packages/core': { dependencies: { bad: range } } })
    expect(sentences).toEqual([`packages/core asks for bad ${range}; name one exact version.`])
  })

  test('refuses a platform package that is missing, or there in another version', () => {
    const packages = {
      'node_modules/native': {
        ...good,
        optionalDependencies: {
          'native-linux': '1.2.3',
          'native-mac': '1.2.3',
          'native-win': '1.2.3',
        },
      },
      'node_modules/native-linux': good,
      'node_modules/native-mac': { ...good, version: '1.2.2' },
    }
    expect(judge(packages)).toEqual([
      expect.stringContaining('native-mac 1.2.3 on another platform; the lockfile has 1.2.2'),
      expect.stringContaining('native-win 1.2.3 on another platform, and the lockfile lacks it'),
    ])
  })

  test('counts the direct dependencies of all packages, the bundled ones too, up to 25', () => {
    const names = Array.from({ length: 26 }, (_, index) => `dependency-${index}`)
    const ranges = (some: readonly string[]) =>
      Object.fromEntries(some.map((name) => [name, '1.2.3']))
    const packages = (some: readonly string[]) => ({
      'packages/core': { dependencies: ranges(some.slice(0, 3)) },
      'packages/postern': { devDependencies: ranges(some) },
    })
    expect(judge(packages(names.slice(0, 25)))).toEqual([])
    expect(judge(packages(names))).toEqual([expect.stringContaining('26 direct dependencies')])
  })

  test('notices a package.json that was changed without the lockfile', () => {
    const locked = { dependencies: { a: '1.0.0', b: '1.0.0' } }
    expect(
      judgeManifestFile('packages/core', locked, { dependencies: { b: '1.0.0', a: '1.0.0' } }),
    ).toEqual([])
    const changed = judgeManifestFile('packages/core', locked, {
      dependencies: { a: '1.0.1', b: '1.0.0' },
    })
    expect(changed).toEqual([expect.stringContaining('dependencies differ')])
  })
})

function judge(packages: Readonly<Record<string, LockedPackage>>): readonly string[] {
  return judgeLockfile({ lockfileVersion: 3, packages })
}

test('the audit counts what is shipped apart from what is only used to build and test', () => {
  const packages = {
    '': { devDependencies: { tool: '1.2.3' } },
    'packages/core': { dependencies: { good: '1.2.3' } },
    'node_modules/good': good,
    'node_modules/tool': { version: '1.2.3', hasInstallScript: true },
  }
  expect(auditRows({ lockfileVersion: 3, packages })).toEqual([
    ['packages', '1', '1'],
    ['direct', '1 of 25', ''],
    ['without SHA-512', '0', '1'],
    ['that name a source of their own', '0', '0'],
    ['with an install script', 'none', 'tool'],
    ['MIT', '1', '0'],
    ['no licence in the lockfile', '0', '1'],
  ])
})
