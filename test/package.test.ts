/** @module What is published installs into an empty folder and works there, without this repository and without the network. */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildLibrary, buildProgram } from '../scripts/build.ts'
import type { Lockfile } from '../scripts/lockfile-check.ts'
import {
  type PackedPackage,
  packStaged,
  publishedPackages,
  runNpm,
  stagePackage,
} from '../scripts/pack.ts'

const INSTALL_TIMEOUT_MS = 120_000
const root = fileURLToPath(new URL('..', import.meta.url))
const work = mkdtempSync(path.join(tmpdir(), 'postern-package-'))

afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('@postern/core', () => {
  let packed: PackedPackage
  let installed: string

  beforeAll(() => {
    const dist = path.join(work, 'core-dist')
    buildLibrary('core', dist)
    stagePackage('core', path.join(work, 'core'), dist)
    packed = packStaged(path.join(work, 'core'), work)
    // Tarballs of what it depends on stand in for the registry.
    const needed = ['jose', 'oauth4webapi'].map(
      (name) => packStaged(path.join(root, 'node_modules', name), work).file,
    )
    installed = install('core-user', [...needed, packed.file])
  }, INSTALL_TIMEOUT_MS)

  test('holds what was built, package.json, README and LICENSE, and nothing else', () => {
    const strange = packed.files.filter((file) => !/^dist\/[\w./-]+\.(?:js|d\.ts)$/.test(file))
    const hasReadme = existsSync(path.join(root, 'README.md'))
    expect(strange).toEqual([
      ...['LICENSE', ...(hasReadme ? ['README.md'] : [])],
      ...['dist/sbom.cdx.json', 'package.json'],
    ])
  })

  test('imports in an empty folder, by plain Node, and gives what the source gives', async () => {
    const source = Object.keys(await import('@postern/core')).toSorted()
    const program = `import * as core from '@postern/core'; console.log(JSON.stringify(Object.keys(core)))`
    expect(JSON.parse(evaluate(installed, program)).toSorted()).toEqual(source)
  })

  test('has declarations that compile for a user of Node without the types of browsers', () => {
    expect(compile(installed, '@postern/core')).toBe('')
  })

  test('imports under the condition `source` too, which another repository may use for itself', () => {
    const program = `import { PosternError } from '@postern/core'; console.log(PosternError.name)`
    expect(evaluate(installed, program, '--conditions=source').trim()).toBe('PosternError')
  })

  test('packs to the same bytes when it is built again', () => {
    const dist = path.join(work, 'core-dist-again')
    buildLibrary('core', dist)
    stagePackage('core', path.join(work, 'core-again'), dist)
    const again = packStaged(path.join(work, 'core-again'), path.join(work, 'again'))
    expect(again.integrity).toBe(packed.integrity)
  })
})

describe('@postern/emulator', () => {
  let packed: PackedPackage
  let installed: string

  beforeAll(() => {
    const dist = path.join(work, 'emulator-dist')
    buildLibrary('emulator', dist)
    stagePackage('emulator', path.join(work, 'emulator'), dist)
    packed = packStaged(path.join(work, 'emulator'), work)
    const router = packStaged(path.join(root, 'node_modules/hono'), work).file
    installed = install('emulator-user', [router, packed.file])
  }, INSTALL_TIMEOUT_MS)

  test('holds what was built, package.json, README and LICENSE, and nothing else', () => {
    const strange = packed.files.filter((file) => !/^dist\/[\w./-]+\.(?:js|d\.ts)$/.test(file))
    const hasReadme = existsSync(path.join(root, 'README.md'))
    expect(strange).toEqual([
      ...['LICENSE', ...(hasReadme ? ['README.md'] : [])],
      ...['dist/sbom.cdx.json', 'package.json'],
    ])
  })

  test('starts an org from an empty folder, by plain Node, and the org answers', () => {
    const program = `import { startOrg } from '@postern/emulator'
      const org = await startOrg({ users: 3, keyType: 'EC' })
      const headers = { Authorization: 'SSWS ' + org.adminToken }
      const users = await (await fetch(org.url + '/api/v1/users', { headers })).json()
      await org.close()
      console.log(JSON.stringify({ users: users.length, kty: org.app.key.kty }))`
    expect(JSON.parse(evaluate(installed, program))).toEqual({ users: 3, kty: 'EC' })
  })

  test('has declarations that compile for a user of Node without the types of browsers', () => {
    expect(compile(installed, '@postern/emulator')).toBe('')
  })

  test('packs to the same bytes when it is built again', () => {
    const dist = path.join(work, 'emulator-dist-again')
    buildLibrary('emulator', dist)
    stagePackage('emulator', path.join(work, 'emulator-again'), dist)
    const again = packStaged(path.join(work, 'emulator-again'), path.join(work, 'again'))
    expect(again.integrity).toBe(packed.integrity)
  })
})

describe('postern', () => {
  let packed: PackedPackage
  let outside: string
  let installed: string

  beforeAll(async () => {
    await buildProgram(path.join(work, 'postern-dist/postern.cjs'))
    stagePackage('postern', path.join(work, 'postern'), path.join(work, 'postern-dist'))
    packed = packStaged(path.join(work, 'postern'), work)
    // The one package that stays outside stands in for the registry.
    outside = packStaged(path.join(root, 'node_modules/@electric-sql/pglite'), work).file
    installed = install('postern-user', [outside, packed.file])
  }, INSTALL_TIMEOUT_MS)

  test('holds the program, its parts, its pages, their licences, the prepared store, package.json, README and LICENSE', () => {
    const parts =
      /^dist\/(?:parts\/[\w-]+\.cjs|man\/postern-[\w-]+\.1|web\/assets\/[\w-]+\.(?:js|css|svg))$/
    const strange = packed.files.filter((file) => !parts.test(file))
    expect(strange.filter((file) => file !== 'README.md')).toEqual([
      'LICENSE',
      'dist/licenses.txt',
      'dist/man/postern.1',
      'dist/postern.cjs',
      'dist/sbom.cdx.json',
      'dist/store.pack',
      'dist/web/connect/embed.js',
      'dist/web/connect/index.html',
      'dist/web/console/index.html',
      'package.json',
    ])
  })

  test('has manual pages, which package.json names one by one', () => {
    const folder = path.join(installed, 'node_modules/postern')
    const { man }: { readonly man: readonly string[] } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    )
    expect(man.map((page) => page.replace('./', ''))).toEqual(
      packed.files.filter((file) => file.startsWith('dist/man/')),
    )
    expect(readFileSync(path.join(folder, 'dist/man/postern-feed.1'), 'utf8')).toContain('.SH NAME')
  })

  test('has the licences of what is inside, the pages among it', () => {
    const licences = readFileSync(
      path.join(installed, 'node_modules/postern/dist/licenses.txt'),
      'utf8',
    )
    for (const name of ['hono', 'undici', 'react', 'react-dom', '@radix-ui/colors', 'jose']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
    }
  })

  test('installs for a whole machine by the command of docs/operate.md', () => {
    const page = readFileSync(path.join(root, 'docs/operate.md'), 'utf8')
    const [, command = ''] = /^npm (install --global .*)$/m.exec(page) ?? []
    const machine = path.join(work, 'machine')
    const args = command.split(' ').map((word) => word.replace('./dist/', `${work}/`))
    expect(args.slice(-2)).toEqual([outside, packed.file])
    runNpm([...args, '--prefix', machine, '--no-audit', '--no-fund'], work)
    const bin = path.join(machine, process.platform === 'win32' ? 'postern.cmd' : 'bin/postern')
    const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}` }
    expect(execFileSync(bin, ['--version'], { env, encoding: 'utf8' }).trim()).toBe('0.1.0')
  })

  test('serves the Connect page', async () => {
    const bin = path.join(installed, 'node_modules/postern/dist/postern.cjs')
    const args = [bin, 'start', '--port', '0', '--data', path.join(installed, 'served')]
    const server = spawn(process.execPath, [...args, '--output', 'json'], {
      cwd: installed,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      const [line] = await once(server.stdout, 'data')
      const { url } = JSON.parse(String(line))
      const page = await fetch(`${url}/connect/`)
      expect(page.status).toBe(200)
      const [, asset] = /src="(\/assets\/[\w.-]+\.js)"/.exec(await page.text()) ?? []
      expect((await fetch(`${url}${asset}`)).status).toBe(200)
    } finally {
      server.kill()
      await once(server, 'exit')
    }
  })

  test('keeps the file that every start reads small', () => {
    const entry = path.join(installed, 'node_modules/postern/dist/postern.cjs')
    expect(statSync(entry).size).toBeLessThan(8_000)
  })

  test('says its version and its help from an empty folder', () => {
    const manifest = JSON.parse(
      readFileSync(path.join(root, 'packages/postern/package.json'), 'utf8'),
    )
    const bin = path.join(installed, 'node_modules/postern/dist/postern.cjs')
    const said = execFileSync(process.execPath, [bin, '--version'], {
      cwd: installed,
      encoding: 'utf8',
    })
    expect(said.trim()).toBe(manifest.version)
    const help = execFileSync(process.execPath, [bin, '--help'], {
      cwd: installed,
      encoding: 'utf8',
    })
    expect(help).toContain('Usage: postern')
  })

  test('keeps a store in an empty folder, which begins as the prepared one', () => {
    const bin = path.join(installed, 'node_modules/postern/dist/postern.cjs')
    const data = path.join(installed, 'data')
    const args = [bin, 'access', 'list', '--data', data, '--output', 'json']
    expect(execFileSync(process.execPath, args, { cwd: installed, encoding: 'utf8' })).toBe('[]\n')
    expect(existsSync(path.join(data, 'store/PG_VERSION'))).toBe(true)
  })

  test('packs to the same bytes when it is built again', async () => {
    await buildProgram(path.join(work, 'postern-dist-again/postern.cjs'))
    const folder = path.join(work, 'postern-again')
    stagePackage('postern', folder, path.join(work, 'postern-dist-again'))
    expect(packStaged(folder, path.join(work, 'again')).integrity).toBe(packed.integrity)
  })
})

interface SoftwareList {
  readonly components: readonly {
    readonly name: string
    readonly version: string
    readonly purl: string
    readonly hashes: readonly { readonly content: string }[]
  }[]
}

// The folders that were staged above.
describe.each(publishedPackages)('the package of %s', (name) => {
  const folder = path.join(work, name)
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))

  test('lists what is in it, as the lockfile has it, without a time or a random number', () => {
    const text = readFileSync(path.join(folder, 'dist/sbom.cdx.json'), 'utf8')
    expect(text).not.toMatch(/timestamp|serialNumber|urn:uuid/)
    const { components }: SoftwareList = JSON.parse(text)
    const locked: Lockfile = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
    for (const { name: component, version, purl, hashes } of components) {
      expect(purl).toBe(`pkg:npm/${component.replace('@', '%40')}@${version}`)
      const integrity = `sha512-${Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')}`
      const entries = Object.entries(locked.packages).filter(([place]) =>
        place.endsWith(`node_modules/${component}`),
      )
      expect(entries.map(([, entry]) => [entry.version, entry.integrity])).toContainEqual([
        version,
        integrity,
      ])
    }
    const listed = components.map((one) => `${one.name} ${one.version}`)
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    // Nothing runs when it is installed.
    expect(manifest.scripts).toBe(undefined)
    const direct = Object.entries(manifest.dependencies).map((pair) => pair.join(' '))
    // Those whose licences had to come along are those that were bundled.
    const licences = path.join(folder, 'dist/licenses.txt')
    const bundled = existsSync(licences)
      ? [
          ...readFileSync(licences, 'utf8').matchAll(
            /^((?:@[\w.-]+\/)?[\w.-]+ \d[\w.-]*) \(.+\)$/gm,
          ),
        ]
      : []
    expect(new Set(listed)).toEqual(new Set([...direct, ...bundled.map(([, one = '']) => one)]))
  })

  test('holds no private key, token, source map or path of this machine', () => {
    const keys: { readonly cases: readonly { readonly input: { readonly text?: string } }[] } =
      JSON.parse(readFileSync(path.join(root, 'test/bad-inputs/keys.json'), 'utf8'))
    const corpus = keys.cases.flatMap(({ input }) => {
      const [pem, d] = /"d"\s*:\s*"([\w-]{30})|^MII[\w+/]{45}/m.exec(input.text ?? '') ?? []
      return d ?? pem ?? []
    })
    expect(corpus.length).toBeGreaterThan(10)
    for (const file of files()) {
      expect(file).not.toMatch(/\.map$/)
      const bytes = readFileSync(file)
      const text = (file.endsWith('.pack') ? brotliDecompressSync(bytes) : bytes).toString('latin1')
      const found = [
        /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)+[\w+/]{40}/.exec(text),
        /["'](?:d|dp|dq|qi)["']\s*:\s*["'][\w-]{40}/.exec(text),
        /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20}/.exec(text),
        /postern-master-key:\d+:[\w-]{43}/.exec(text),
        /\bSSWS 00[\w-]{40}/.exec(text),
        /sourceMappingURL=/.exec(text),
      ].flatMap((match) => match?.[0] ?? [])
      expect([file, found]).toEqual([file, []])
      for (const key of corpus) expect(text.includes(key), file).toBe(false)
      expect(text.includes(root), file).toBe(false)
    }
  })
})

function install(name: string, tarballs: readonly string[]): string {
  const folder = path.join(work, name)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
  runNpm(
    ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs],
    folder,
  )
  return folder
}

/** What the compiler says against a program that exports all of a package. */
function compile(folder: string, name: string): string {
  const program = `import * as all from '${name}'\nexport const exported = all\n`
  writeFileSync(path.join(folder, 'user.mts'), program)
  const compilerOptions = {
    ...{ lib: ['ES2023'], module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: false },
    ...{ types: ['node'], typeRoots: [path.join(root, 'node_modules/@types')] },
  }
  const project = path.join(folder, 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ compilerOptions, files: ['user.mts'] }))
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const done = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })
  return done.stdout + done.stderr
}

function evaluate(folder: string, program: string, ...flags: readonly string[]): string {
  const args = [...flags, '--input-type=module', '--eval', program]
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
}
