import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { performanceFiles } from '../bench/performance.ts'
import { formatResult } from '../bench/report.ts'
import { readResult } from '../bench/results.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const resultNames = readdirSync(path.join(root, 'bench/results'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => path.basename(file, '.md'))

test('docs/performance.md and its charts are those of the committed results', () => {
  for (const [file, text] of performanceFiles()) {
    expect(readFileSync(path.join(root, 'docs', file), 'utf8'), file).toBe(text)
  }
})

test.for(resultNames)('the tables of %s are those of its data', (name) => {
  const result = readResult(name)
  const text = readFileSync(path.join(root, `bench/results/${name}.md`), 'utf8')
  expect(result && formatResult(result)).toBe(text)
})
