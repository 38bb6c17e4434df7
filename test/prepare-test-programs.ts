/**
 * @module Bundles the programs that tests start as processes of their own. Of its sources such a process takes the time of
 * hundreds of modules and their types each time it is started.
 */

import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { outsidePackages } from '../scripts/build.ts'
import { hashOf } from '../scripts/origin.ts'
import { linkBesides } from './prepare-program.ts'
import { bundleName, programsVariable, testPrograms } from './test-programs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const kept = path.join(root, 'node_modules/.cache/postern-test-programs')
const KEPT_MS = 24 * 3_600_000
// What they read beside themselves lies two folders above.
const PARTS = 'dist/parts'
const ownSources = [
  ...['core', 'emulator', 'postern'].map((name) => `packages/${name}/src`),
  ...['packages/postern/test', 'packages/postern/package.json', 'test', 'scripts/build.ts'],
]

/**
 * Bundles them unless they are there, of these sources, and tells the workers where. The pages and the prepared store have to be
 * there. Each state of the sources has a folder of its own: a proof that runs for hours goes on with what it began with.
 */
export async function prepareTestPrograms(): Promise<void> {
  const folder = path.join(kept, hashOf(ownSources).slice(0, 16))
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`
    await bundle(path.join(unfinished, PARTS))
    linkBesides(unfinished)
    try {
      renameSync(unfinished, folder)
    } catch (error) {
      // Another run was faster.
      rmSync(unfinished, { recursive: true, force: true })
      if (!existsSync(folder)) throw error
    }
  }
  const now = new Date()
  utimesSync(folder, now, now)
  for (const name of readdirSync(kept)) {
    // Another run may be faster here too.
    const stats = statSync(path.join(kept, name), { throwIfNoEntry: false })
    if (stats !== undefined && stats.mtimeMs < now.getTime() - KEPT_MS) {
      rmSync(path.join(kept, name), { recursive: true, force: true })
    }
  }
  process.env[programsVariable] = path.join(folder, PARTS)
}

async function bundle(dir: string): Promise<void> {
  const files = testPrograms.map((name) => [bundleName(name), `packages/postern/test/${name}.ts`])
  const bundle = await rolldown({
    input: Object.fromEntries(files),
    cwd: root,
    platform: 'node',
    tsconfig: false,
    external: [...outsidePackages()],
    resolve: { conditionNames: ['source', 'module', 'node', 'default'] },
    onLog(level, log, handle) {
      if (level === 'warn') throw new Error(log.message)
      handle(level, log)
    },
  })
  try {
    // Not minified: where one fails, its stack names functions, and above each module of a bundle stands its file.
    const { output } = await bundle.write({
      dir,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
      format: 'esm',
    })
    const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
    for (const file of modules) checkModule(path.relative(root, file).replaceAll('\\', '/'))
  } finally {
    await bundle.close()
  }
}

/** What a test finds beside its own file is not beside the bundle, and a bundle is to be made anew when a source of it changes. */
function checkModule(file: string): void {
  if (!/^(?:packages|scripts|test)\//.test(file) || file.includes('node_modules/')) return
  const isKnown = ownSources.some((place) => file === place || file.startsWith(`${place}/`))
  const isOfTests = /(?:^|\/)test\//.test(file)
  if (
    isKnown &&
    !(isOfTests && readFileSync(path.join(root, file), 'utf8').includes('import.meta'))
  )
    return
  throw new Error(
    `${file} has import.meta or is none of the sources; a program of test-programs.ts comes to it.`,
  )
}
