/**
 * @module What somebody waits for who has just cloned the repository: `npm start` until the demo has shown everything, and
 * with `--tests` `npm test`, in a clone of the last commit with nothing installed, on the Node of the machine.
 * `npm run first-run -w bench [-- --write --tests]`.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { report } from './report.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'postern-first-run-'))
const clone = path.join(folder, 'postern')
// Without the folders of this repository's own programs, `node` is that of the machine.
const paths = (process.env['PATH'] ?? '').split(path.delimiter)
const env = {
  PATH: paths.filter((entry) => !entry.includes('node_modules')).join(path.delimiter),
  HOME: folder,
  npm_config_cache: path.join(folder, 'npm'),
}

const rows: (string | number)[][] = []
run('git', ['clone', '--quiet', root, clone], folder)
const node = run('node', ['--version'], folder).stdout.trim()
measure('`npm start`, until everything is shown', ['start', '--', '--exit'])
measure('the same, a second time', ['start', '--', '--exit'])
if (process.argv.includes('--tests')) measure('`npm test`', ['test'])
report('first-run', 'npm run first-run -w bench', [
  { columns: [`a clone with nothing installed, on Node ${node}`, 'seconds'], rows },
])
rmSync(folder, { recursive: true })

function measure(what: string, args: readonly string[]): void {
  const beganMs = performance.now()
  run('npm', args, clone)
  rows.push([what, Math.round((performance.now() - beganMs) / 1_000)])
}

function run(command: string, args: readonly string[], cwd: string): { readonly stdout: string } {
  const ended = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (ended.status === 0) return ended
  throw new Error(`${command} ${args.join(' ')} ended with ${ended.status}: ${ended.stderr}`)
}
