/** @module The checks on our own text that no tool has: SECURITY-TESTS.md, S11 and S33, doc comments, and the repository's hygiene. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { allowed } from './static/allowed.ts'
import { judgeCode } from './static/code-rules.ts'
import { judgeDocumentation } from './static/documentation-rules.ts'
import { isTest, judgeTests, judgeText } from './static/text-rules.ts'
import type { Violation } from './static/violation.ts'
import { parseTypeScript } from './syntax.ts'

const SKIPPED_FOLDERS = ['node_modules', 'dist', '.git', 'coverage']
// Texts that are examples of what is refused, or of what others write.
const SKIPPED_PLACES = ['test/bad-inputs', 'test/static/fixtures', 'package-lock.json', 'LICENSE']
const TEXT_FILE = /(?:\.(?:[cm]?[jt]sx?|jsonc?|md|ya?ml|toml|html|css|sql|sh|txt)|\/run|rc)$/
const TYPESCRIPT = /\.[cm]?tsx?$/

/** Every place in one file that breaks a rule. `file` decides which rules hold, and need not exist. */
export function judgeFile(file: string, text: string): readonly Violation[] {
  const found = [...judgeText(file, text)]
  if (!TYPESCRIPT.test(file)) return found
  const tree = parseTypeScript(file, text)
  if (isTest(file)) return [...found, ...judgeTests(file, tree)]
  if (/^packages\/[^/]+\/src\//.test(file)) found.push(...judgeCode(file, tree))
  if (/^(?:packages\/[^/]+\/src|scripts)\//.test(file))
    found.push(...judgeDocumentation(file, tree))
  return found
}

/** Every place in a checkout that breaks a rule, and every exception that names a file which is gone. */
export function judgeRepository(root: string): readonly Violation[] {
  const files = listFiles(root, '').filter((file) => TEXT_FILE.test(`/${file}`))
  const present = new Set(files)
  const stale = allowed
    .filter(({ place }) => !place.endsWith('/') && !present.has(place))
    .map(({ rule, place }) => ({
      rule: 'stale-exception',
      file: 'scripts/static/allowed.ts',
      line: 1,
      message: `allows ${rule} in ${place}, which does not exist; remove the entry`,
    }))
  return [
    ...stale,
    ...files.flatMap((file) => judgeFile(file, readFileSync(path.join(root, file), 'utf8'))),
  ]
}

function listFiles(root: string, folder: string): readonly string[] {
  return readdirSync(path.join(root, folder))
    .sort()
    .flatMap((name) => {
      const place = folder === '' ? name : `${folder}/${name}`
      if (SKIPPED_FOLDERS.includes(name) || SKIPPED_PLACES.includes(place)) return []
      const stat = statSync(path.join(root, place), { throwIfNoEntry: false })
      if (stat === undefined) return []
      return stat.isDirectory() ? listFiles(root, place) : [place]
    })
}

if (import.meta.main) {
  const found = judgeRepository(fileURLToPath(new URL('..', import.meta.url)))
  for (const { file, line, rule, message } of found) {
    process.stdout.write(`${file}:${line} ${rule}: ${message}\n`)
  }
  process.exitCode = found.length === 0 ? 0 : 1
}
