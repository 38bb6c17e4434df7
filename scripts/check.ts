/** @module Every check beside the build, then every test: what `npm test` runs. The last line has the figures. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { COUNTS_FILE_VARIABLE, type TestCounts } from './count-reporter.ts'

/** One check: a program of Node, and its arguments. */
interface Check {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
}

interface Ending {
  readonly ok: boolean
  readonly output: string
  readonly seconds: number
}

const root = fileURLToPath(new URL('..', import.meta.url))

// Made of the sources alone, so they run beside the checks.
const builds: readonly Check[] = [script('build', 'build.ts'), script('packages', 'pack.ts')]
const checks: readonly Check[] = [
  tool(
    'lint and format',
    '@biomejs/biome/bin/biome',
    'check',
    '--error-on-warnings',
    '--colors=off',
  ),
  tool('types: core', 'typescript/bin/tsc', '-p', 'packages/core', '--pretty', 'false'),
  tool('types: emulator', 'typescript/bin/tsc', '-p', 'packages/emulator', '--pretty', 'false'),
  tool('types: postern', 'typescript/bin/tsc', '-p', 'packages/postern', '--pretty', 'false'),
  tool('types: web', 'typescript/bin/tsc', '-p', 'packages/web', '--pretty', 'false'),
  tool('types: the rest', 'typescript/bin/tsc', '-p', '.', '--pretty', 'false'),
  script('static rules', 'static-check.ts'),
  script('lockfile', 'lockfile-check.ts'),
  tool('unused code', 'knip/bin/knip.js', '--no-progress', '--no-config-hints'),
]

await main(process.argv.slice(2).filter((arg, index) => index > 0 || arg !== '--'))

/** @param vitestArgs - where there are any, only the tests run, and vitest is given them. */
async function main(vitestArgs: readonly string[]): Promise<void> {
  const lists = vitestArgs.length > 0 ? [] : [checks, builds]
  const failures = await Promise.all(lists.map(countFailed))
  const failedChecks = failures.reduce((sum, count) => sum + count, 0)
  const { counts, ok } = await runTests(vitestArgs)
  if (counts.passed + counts.failed === 0) print('No test ran.')
  // A run that failed without a failed test (a crash, no test found) must not end in "0 failed".
  const crashed = !ok && counts.failed === 0 ? 1 : 0
  const failed = counts.failed + failedChecks + crashed
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`
  process.exitCode = failed === 0 ? 0 : 1
  print(`${counts.passed} passed, ${failed} failed${skipped}`)
}

/** Runs checks one after the other. */
async function countFailed(list: readonly Check[]): Promise<number> {
  let failed = 0
  for (const check of list) {
    const ending = await runQuietly(check)
    report(check.name, ending)
    if (!ending.ok) failed++
  }
  return failed
}

async function runQuietly(check: Check): Promise<Ending> {
  const startMs = performance.now()
  const chunks: Buffer[] = []
  const code = await run([check.program, ...check.args], (chunk) => chunks.push(chunk))
  const seconds = (performance.now() - startMs) / 1_000
  return { ok: code === 0, output: Buffer.concat(chunks).toString('utf8'), seconds }
}

async function runTests(
  args: readonly string[],
): Promise<{ readonly counts: TestCounts; readonly ok: boolean }> {
  const startMs = performance.now()
  const folder = mkdtempSync(path.join(tmpdir(), 'postern-check-'))
  const countsFile = path.join(folder, 'counts.json')
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=./scripts/count-reporter.ts']
  try {
    const code = await run(
      [vitest, 'run', ...reporters, ...args],
      (chunk) => process.stdout.write(chunk),
      {
        [COUNTS_FILE_VARIABLE]: countsFile,
      },
    )
    const counts = readCounts(countsFile)
    const ok = code === 0 && counts.failed === 0 && counts.passed > 0
    report('tests', { ok, output: '', seconds: (performance.now() - startMs) / 1_000 })
    return { counts, ok }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readCounts(file: string): TestCounts {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // vitest ended before a run did; its exit code says that it failed.
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

/** Runs a program of Node and gives its exit code; what it prints goes to `onOutput`. */
function run(
  args: readonly string[],
  onOutput: (chunk: Buffer) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=source', ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', onOutput)
    child.stderr.on('data', onOutput)
    child.on('error', (thrown) => {
      onOutput(Buffer.from(`${thrown.message}\n`))
      resolve(1)
    })
    child.on('close', (code) => resolve(code ?? 1))
    const stop = (signal: NodeJS.Signals): void => {
      child.kill(signal)
      process.exitCode = 130
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    child.on('close', () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    })
  })
}

function report(name: string, ending: Ending): void {
  const word = ending.ok ? 'ok  ' : 'FAIL'
  print(`${word}  ${name.padEnd(16)} ${ending.seconds.toFixed(1).padStart(6)} s`)
  if (!ending.ok && ending.output.trim() !== '') print(`\n${ending.output.trimEnd()}\n`)
}

function tool(name: string, program: string, ...args: readonly string[]): Check {
  return { name, program: path.join(root, 'node_modules', program), args }
}

function script(name: string, file: string): Check {
  return { name, program: path.join(root, 'scripts', file), args: [] }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
