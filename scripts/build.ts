/** @module Builds what is published: the libraries as ESM with declarations, the `postern` program as CommonJS with everything inside. */

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'
import { buildWeb, keepWebOrigin } from './build-web.ts'
import { licenceTextOf } from './licence-text.ts'
import { buildManPages } from './man-pages.ts'
import { forgetOrigin } from './origin.ts'
import { readPreparedStore } from './prepare-store.ts'
import { sbomFileName, sbomOf } from './sbom.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = path.join(root, 'packages/postern/src/cli/main.ts')

/** The packages that are libraries, by folder name. */
export const libraries = ['core', 'emulator'] as const

/** Builds a library into `outDir`: one module for each source file, with its declarations. */
export function buildLibrary(
  name: (typeof libraries)[number],
  outDir = path.join(root, 'packages', name, 'dist'),
): void {
  rmSync(outDir, { recursive: true, force: true })
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const project = path.join(root, 'packages', name, 'tsconfig.build.json')
  const args = [tsc, '-p', project, '--outDir', outDir]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`packages/${name} does not compile; tsc says why above.`)
  writeFileSync(path.join(outDir, sbomFileName), sbomOf(`packages/${name}`))
}

/**
 * Bundles the program into `outFile` and the folder `parts` beside it, everything it needs included, so that it installs
 * without dependencies. A part that is imported with `import()` is a file of its own, read when it is first asked for.
 *
 * What the package.json of packages/postern calls a dependency stays outside; a devDependency goes in.
 */
export async function buildProgram(
  outFile = path.join(root, 'packages/postern/dist/postern.cjs'),
  entry = main,
): Promise<void> {
  const store = readPreparedStore()
  const web = path.join(path.dirname(outFile), 'web')
  forgetOrigin(web)
  rmSync(path.dirname(outFile), { recursive: true, force: true })
  const modules = await bundleProgram(outFile, entry)
  const pages = await buildWeb(web)
  const folders = packageFolders([...modules, ...pages])
  const write = (name: string, text: string) =>
    writeFileSync(path.join(path.dirname(outFile), name), text)
  write('licenses.txt', licensesOf(folders))
  write(sbomFileName, sbomOf('packages/postern', folders))
  writeFileSync(path.join(path.dirname(outFile), store.name), store.bytes)
  await buildManPages(path.join(path.dirname(outFile), 'man'), versionOf('postern'))
}

/** Bundles the program alone, without what it reads beside itself, and gives the files that it is made of. */
export async function bundleProgram(outFile: string, entry = main): Promise<readonly string[]> {
  if (!existsSync(entry)) throw new Error(`${path.relative(root, entry)} is not there to be built.`)
  const bundle = await rolldown({
    input: entry,
    cwd: root,
    platform: 'node',
    // TypeScript's own settings are of no use here, and a bundle must not depend on a machine's tsconfig.
    tsconfig: false,
    external: [...outsidePackages()],
    // `import` and `require` come with the kind of each import.
    resolve: { conditionNames: ['source', 'module', 'node', 'default'] },
    plugins: [lazyBuiltins()],
    onLog(level, log, handle) {
      if (level === 'warn') throw new Error(log.message)
      handle(level, log)
    },
  })
  try {
    const { output } = await bundle.write({
      dir: path.dirname(outFile),
      entryFileNames: path.basename(outFile),
      chunkFileNames: 'parts/[name].cjs',
      format: 'cjs',
      // One file would be compiled as a whole before its first line runs: 11 ms for 400 KB, paid by `--version` too.
      codeSplitting: true,
      sourcemap: false,
      banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
      minify: { compress: true, mangle: false, codegen: true },
      comments: { legal: true },
    })
    chmodSync(outFile, 0o755)
    return output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
  } finally {
    await bundle.close()
  }
}

/** The folder of each package that some modules are of. */
function packageFolders(modules: readonly string[]): readonly string[] {
  return [
    ...new Set(
      modules.flatMap(
        (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(slashed(id)) ?? [],
      ),
    ),
  ]
}

function versionOf(name: string): string {
  const file = path.join(root, 'packages', name, 'package.json')
  const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version
}

// The licences of what is inside ask for their text to go along.
function licensesOf(folders: readonly string[]): string {
  const texts = folders.map((folder) => {
    const manifest: { readonly name: string; readonly version: string; readonly license: string } =
      JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
    const text = licenceTextOf(folder, manifest)
    return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`
  })
  return texts.toSorted().join(`\n${'-'.repeat(80)}\n\n`)
}

function slashed(file: string): string {
  return file.replaceAll('\\', '/')
}

/** What stays outside of a bundle: the packages that packages/postern depends on where it is installed, with all in them. */
export function outsidePackages(): readonly RegExp[] {
  const manifest: {
    readonly dependencies?: Readonly<Record<string, string>>
    readonly optionalDependencies?: Readonly<Record<string, string>>
    readonly peerDependencies?: Readonly<Record<string, string>>
  } = JSON.parse(readFileSync(path.join(root, 'packages/postern/package.json'), 'utf8'))
  return [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies]
    .flatMap((names) => Object.keys(names ?? {}))
    .map((name) => new RegExp(`^${name}(?:/|$)`))
}

/**
 * Makes each of Node's own modules load with the part that uses it. Left alone, the bundler would load all of them at
 * the top of a file, and `postern --help` would pay for TLS and HTTP.
 */
function lazyBuiltins(): Plugin {
  const prefix = '\0builtin:'
  return {
    name: 'lazy-builtins',
    resolveId(specifier) {
      const name = specifier.replace(/^node:/, '')
      if (!specifier.startsWith('node:') && !builtinModules.includes(name)) return null
      return { id: `${prefix}node:${name}`, moduleSideEffects: false }
    },
    load(id) {
      if (!id.startsWith(prefix)) return null
      const name = JSON.stringify(id.slice(prefix.length))
      if (name === '"node:child_process"') {
        // Commander names it for subcommands that are programs of their own. There are none, and loading it takes 4 ms.
        return {
          code: `exports.spawn = (...args) => process.getBuiltinModule(${name}).spawn(...args)`,
          moduleType: 'js',
        }
      }
      // Through `module`, so that the bundler does not see an import of its own and lift it to the top again.
      return { code: `module.exports = process.getBuiltinModule(${name})`, moduleType: 'js' }
    },
  }
}

if (import.meta.main) {
  try {
    for (const name of libraries) buildLibrary(name)
    await buildProgram()
    keepWebOrigin()
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    process.exitCode = 1
  }
}
