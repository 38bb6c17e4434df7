/**
 * @module Plays every test of the corpus of bad inputs (test/bad-inputs), and counts its cases by the ids with which the titles of
 * those tests begin.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCases } from '../test/bad-inputs/load.mjs'
import { tellProof } from '../test/proof.ts'

const files = [
  ...['keys/corpus', 'url/client-id', 'url/org', 'url/scopes'].map((one) => `core/test/${one}`),
  ...['org/http-answers', 'org/log-pages', 'token/answers'].map((one) => `core/test/${one}`),
  ...['http/outbound-url', 'http/transport', 'jobs/cron'].map((one) => `postern/test/${one}`),
  ...['feeds/log-pages', 'server/org-call'].map((one) => `postern/test/${one}`),
  'postern/test/server/proxy/smuggling',
].map((one) => `packages/${one}.test.ts`)

/** What Vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'postern-proof-'))
const report = path.join(folder, 'report.json')
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const { status } = spawnSync(process.execPath, [vitest, 'run', ...files, ...options], {
  cwd: root,
  stdio: ['ignore', process.stderr, process.stderr],
})
const { testResults }: Report = JSON.parse(readFileSync(report, 'utf8'))
rmSync(folder, { recursive: true })

const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
for (const { id, category } of loadCases()) {
  const played = tests.filter(({ title }) => title.startsWith(id))
  const failed = played.filter(({ status: outcome }) => outcome !== 'passed')
  tellProof(category.replaceAll('_', ' '), {
    cases: Math.min(played.length, 1),
    seen: { tests: played.length },
    wrong: { 'not played': Number(played.length === 0), failed: failed.length },
  })
}
process.exitCode = status ?? 1
