/** @module Bundles the program as it is published, for the tests that start it as a process. */

import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleProgram } from '../scripts/build.ts'
import { forgetOrigin, isMadeOf, keepOrigin } from '../scripts/origin.ts'
import { preparedProgram } from './source-program.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = path.join(root, 'packages/postern/dist')
const folder = path.join(path.dirname(preparedProgram), '..')
const sources = [
  ...['core', 'emulator', 'postern'].flatMap((name) => [
    `packages/${name}/src`,
    `packages/${name}/package.json`,
  ]),
  'scripts/build.ts',
]

/** Bundles it unless it is there, of these sources. The pages and the prepared store have to be there. */
export async function prepareProgram(): Promise<void> {
  if (isMadeOf(folder, sources)) return
  forgetOrigin(folder)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(preparedProgram), { recursive: true })
  await bundleProgram(preparedProgram)
  linkBesides(folder)
  keepOrigin(folder, sources)
}

/** Puts into `dist` of a folder what the program reads beside itself. */
export function linkBesides(folder: string): void {
  copyFileSync(path.join(dist, 'store.pack'), path.join(folder, 'dist/store.pack'))
  const web = path.relative(path.join(folder, 'dist'), path.join(dist, 'web'))
  symlinkSync(web, path.join(folder, 'dist/web'), 'dir')
}
