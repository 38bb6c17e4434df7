/**
 * @module Bundles the programs that tests start as processes of their own. Of its sources such a process takes the time of
 * hundreds of modules and their types each time it is started.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { outsidePackages } from '../scripts/build.ts'
import { forgetOrigin, isMadeOf, keepOrigin } from '../scripts/origin.ts'
import { linkBesides } from './prepare-program.ts'
import { bundleName, bundlesFolder, testPrograms } from './test-programs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = path.join(bundlesFolder, '../..')
const modulesFile = path.join(folder, 'modules.json')
const makers = ['test/test-programs.ts', 'test/prepare-test-programs.ts']

/** Bundles them unless they are there, of these sources. The pages and the prepared store have to be there. */
export async function prepareTestPrograms(): Promise<void> {
  if (existsSync(modulesFile) && isMadeOf(folder, JSON.parse(readFileSync(modulesFile, 'utf8'))))
    return
  forgetOrigin(folder)
  rmSync(folder, { recursive: true, force: true })
  const sources = [...makers, ...(await bundle())].toSorted()
  writeFileSync(modulesFile, JSON.stringify(sources))
  linkBesides(folder)
  keepOrigin(folder, sources)
}

/** @returns the sources of ours that are in the bundles, from the root */
async function bundle(): Promise<readonly string[]> {
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
      dir: bundlesFolder,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
      format: 'esm',
    })
    const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
    const ours = modules.map((file) => path.relative(root, file))
    const sources = [...new Set(ours)].filter((file) =>
      /^(?:packages|test)\/(?!.*node_modules)/.test(file),
    )
    for (const file of sources) refuseOwnPlace(file)
    return sources
  } finally {
    await bundle.close()
  }
}

/** What a test finds beside its own file is not beside the bundle. */
function refuseOwnPlace(file: string): void {
  const isOfTests = /(?:^|\/)test\//.test(file)
  if (!isOfTests || !readFileSync(path.join(root, file), 'utf8').includes('import.meta')) return
  throw new Error(`${file} has import.meta, which a program of test-programs.ts must not come to.`)
}
