/**
 * @module Measures every figure anew, one program after the other, and writes the results and docs/performance.md:
 * `npm run bench [-- NAME…]`. All of it takes hours, and wants a machine with nothing else to do.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const { scripts } = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'))
const names = process.argv.slice(2)
const unknown = names.filter((name) => scripts[name] === undefined)
if (unknown.length > 0) {
  throw new Error(
    `No program here is named ${unknown.join(', ')}. There are ${Object.keys(scripts).join(', ')}.`,
  )
}

const wanted = names.length > 0 ? names : Object.keys(scripts)
const failed = wanted.filter((name, index) => {
  const beganMs = Date.now()
  process.stderr.write(`\n${index + 1} of ${wanted.length}: ${name}\n`)
  const isWell = run(`${name}.ts`, '--write')
  process.stderr.write(
    `${name} ${isWell ? 'took' : 'failed after'} ${Math.round((Date.now() - beganMs) / 1_000)} s\n`,
  )
  return !isWell
})
run('performance.ts')
if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(', ')}\n`)
process.exitCode = failed.length > 0 ? 1 : 0

function run(file: string, ...args: string[]): boolean {
  const command = ['--conditions=source', path.join(here, file), ...args]
  return spawnSync(process.execPath, command, { cwd: here, stdio: 'inherit' }).status === 0
}
