/** @module Packs what the build made, as it is published: `dist`, a package.json without our own fields, README, LICENSE. */

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/** The packages that are published, by folder name. */
export const publishedPackages = ['core', 'emulator', 'postern'] as const

/** One of {@link publishedPackages}. */
export type PublishedPackage = (typeof publishedPackages)[number]

/** A tarball, and what is in it. */
export interface PackedPackage {
  readonly file: string
  /** SHA-512 of the tarball, as registries write it. */
  readonly integrity: string
  /** Paths inside the package. */
  readonly files: readonly string[]
}

type Manifest = Readonly<Record<string, unknown>>

const root = fileURLToPath(new URL('..', import.meta.url))

/** Puts together in `folder` what is published, from what was built in `dist`. */
export function stagePackage(
  name: PublishedPackage,
  folder: string,
  dist = path.join(root, 'packages', name, 'dist'),
): void {
  const source = path.join(root, 'packages', name)
  if (!existsSync(dist)) throw new Error(`packages/${name}/dist is missing; run npm run build.`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(dist, path.join(folder, 'dist'), { recursive: true })
  copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
  const readme = [source, root].map((place) => path.join(place, 'README.md')).find(existsSync)
  if (readme !== undefined) copyFileSync(readme, path.join(folder, 'README.md'))
  const manifest: Manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'))
  const pages = manPagesIn(folder)
  const man = pages.length === 0 ? {} : { man: pages }
  const published = `${JSON.stringify({ ...publishedManifest(manifest), ...man }, null, 2)}\n`
  writeFileSync(path.join(folder, 'package.json'), published)
}

/** As npm takes them, which looks in no folder for them when it installs. */
function manPagesIn(folder: string): readonly string[] {
  const man = path.join(folder, 'dist/man')
  if (!existsSync(man)) return []
  return readdirSync(man)
    .toSorted()
    .map((name) => `./dist/man/${name}`)
}

/** Packs a staged folder into a tarball in `destination`. */
export function packStaged(folder: string, destination: string): PackedPackage {
  mkdirSync(destination, { recursive: true })
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const answer: unknown = JSON.parse(runNpm(args, folder))
  // A list of one; newer npm has an object with one member.
  const [packed] = Object.values(answer as Readonly<Record<string, NpmPackAnswer>>)
  if (packed === undefined) throw new Error('npm pack made nothing.')
  const fileName = packed.filename.replace('@', '').replaceAll('/', '-')
  const files = packed.files.map((entry) => entry.path).toSorted()
  return { file: path.join(destination, fileName), integrity: packed.integrity, files }
}

interface NpmPackAnswer {
  readonly filename: string
  readonly integrity: string
  readonly files: readonly { readonly path: string }[]
}

/** Runs the npm that runs this, or the one on the PATH, and gives what it printed. */
export function runNpm(args: readonly string[], cwd: string): string {
  const cli = process.env['npm_execpath']
  const direct = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli)
  const node = process.env['npm_node_execpath'] ?? process.execPath
  const done = direct
    ? spawnSync(node, [cli, ...args], { cwd, encoding: 'utf8' })
    : spawnSync('npm', [...args], { cwd, encoding: 'utf8', shell: process.platform === 'win32' })
  if (done.status === 0) return done.stdout
  throw new Error(`npm ${args[0]} failed.\n${done.stdout}${done.stderr}${done.error ?? ''}`)
}

// The condition `source` points at files that are not published, and node refuses to strip types in node_modules.
function publishedManifest(manifest: Manifest): Manifest {
  const { devDependencies: _dev, scripts: _scripts, private: _private, ...published } = manifest
  return 'exports' in published
    ? { ...published, exports: withoutSource(published['exports']) }
    : published
}

function withoutSource(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([condition]) => condition !== 'source')
      .map(([condition, target]) => [condition, withoutSource(target)]),
  )
}

/** Every sentence that publint says against a staged folder. */
async function lintStaged(folder: string): Promise<readonly string[]> {
  const manifest: Manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const { messages } = await publint({ pkgDir: folder, pack: false, strict: true })
  return messages.map(
    (message) => formatMessage(message, manifest, { color: false }) ?? message.code,
  )
}

/** Every file of a package that should not be in it. */
function strangeFiles(packed: PackedPackage): readonly string[] {
  const expected =
    /^(?:package\.json|README\.md|LICENSE|dist\/[\w./-]+\.(?:js|cjs|d\.ts|txt|pack)|dist\/sbom\.cdx\.json|dist\/web\/[\w./-]+\.(?:html|css|svg)|dist\/man\/postern[\w-]*\.1)$/
  return packed.files.filter((file) => !expected.test(file))
}

async function main(): Promise<void> {
  const out = path.join(root, 'dist')
  for (const file of existsSync(out) ? readdirSync(out) : []) {
    if (file.endsWith('.tgz')) rmSync(path.join(out, file))
  }
  for (const name of publishedPackages) {
    const folder = path.join(out, name)
    stagePackage(name, folder)
    const packed = packStaged(folder, out)
    const said = [
      ...(await lintStaged(folder)),
      ...strangeFiles(packed).map((file) => `${file} has no place in a published package.`),
    ]
    process.stdout.write(`${path.basename(packed.file)}  ${packed.files.length} files\n`)
    for (const sentence of said) process.stdout.write(`packages/${name}: ${sentence}\n`)
    if (said.length > 0) process.exitCode = 1
  }
}

if (import.meta.main) await main()
