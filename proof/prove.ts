/**
 * @module Plays proofs as a whole, shows what they came to, and with `--write` keeps that and writes docs/proof.md:
 * `npm run prove [-- NAME… --share 0.1 --seed 7 --write]`.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatProof } from './page.ts'
import { type Proof, proofs } from './proofs.ts'
import { countWrong, keepProof, type ProofResult, parseTold } from './results.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
  },
})
const root = fileURLToPath(new URL('..', import.meta.url))
// A night's worth of cases in one test.
const TEST_TIMEOUT_MS = 7_200_000

const unknown = positionals.filter((name) => proofs.every((proof) => proof.name !== name))
if (unknown.length > 0) {
  const names = proofs.map(({ name }) => name)
  throw new Error(`No proof is named ${unknown.join(', ')}. There are ${names.join(', ')}.`)
}
if (values.write && Number(values.share) !== 1) {
  throw new Error(
    'What is kept is a proof that was played as a whole: leave out --share, or --write.',
  )
}
const wanted = proofs.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const folder = mkdtempSync(path.join(tmpdir(), 'postern-proof-'))
const failed = wanted.filter((proof, index) => {
  process.stderr.write(`\n${index + 1} of ${wanted.length}: ${proof.name}\n`)
  const result = play(proof)
  process.stdout.write(formatProof(result))
  if (values.write && result.rows.length > 0) keepProof(result)
  return !result.isWell || countWrong(result) > 0
})
rmSync(folder, { recursive: true })
const isPageMade = !values.write || run('proof/page.ts')
if (failed.length > 0)
  process.stderr.write(`Failed: ${failed.map(({ name }) => name).join(', ')}\n`)
process.exitCode = failed.length > 0 || !isPageMade ? 1 : 0

function play({ name, goal, file, isLarge }: Proof): ProofResult {
  const told = path.join(folder, name)
  const beganMs = performance.now()
  const isWell = run(file, {
    POSTERN_PROOF_CASES: String(Math.ceil(goal * Number(values.share))),
    POSTERN_PROOF_SEED: values.seed,
    POSTERN_PROOF_LOG: told,
    ...(isLarge && { POSTERN_RUN_FOLDER: tmpdir() }),
  })
  const seconds = Math.round((performance.now() - beganMs) / 1_000)
  const rows = parseTold(existsSync(told) ? readFileSync(told, 'utf8') : '')
  return { name, seed: Number(values.seed), isWell, seconds, rows }
}

/** Runs a test by Vitest, and any other program by itself. */
function run(file: string, settings: Readonly<Record<string, string>> = {}): boolean {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const command = file.endsWith('.test.ts')
    ? [vitest, 'run', file, `--testTimeout=${TEST_TIMEOUT_MS}`]
    : ['--conditions=source', file]
  const env = { ...process.env, ...settings }
  // What a proof came to is data; how it goes on is not.
  const stdio = ['ignore', process.stderr, process.stderr] as const
  return spawnSync(process.execPath, command, { cwd: root, env, stdio: [...stdio] }).status === 0
}
