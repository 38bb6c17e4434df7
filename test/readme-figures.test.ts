/** @module Every figure of the README is one that a program of bench measured and wrote down. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')
const numbers = /\d[\d,]*(?:\.\d+)?/g
// `Node 18`, `v24.21.0` and the like are no measurements: those have a unit or say how many times.
const measured = /\d[\d,.]*\s?(?:ms|s|seconds|minutes|MB|GB|%|times|×)(?![\w-])/g

const rows = [
  ...readme.matchAll(/^\| ([^|]+) \| ([^|]+) \| \[[\w-]+\]\((bench\/results\/[\w-]+\.md)\) \|$/gm),
].map(([, what = '', figure = '', file = '']) => ({ what, figure, file }))

describe('the figures of the README', () => {
  test('are there', () => {
    expect(rows.length).toBeGreaterThan(5)
  })

  test.each(rows)('$what: $figure', ({ what, figure, file }) => {
    const result = readFileSync(root + file, 'utf8')
    const known = new Set(result.match(numbers))
    const named = `${what} ${figure}`.match(numbers) ?? []
    expect(named.filter((number) => !known.has(number))).toEqual([])
  })

  test('are the only measurements in it', () => {
    const prose = readme
      .replace(/^```[\s\S]*?^```$/gm, '')
      .split('\n')
      .filter((line) => !line.includes('](bench/results/'))
      .join('\n')
    expect(prose.match(measured) ?? []).toEqual([])
  })
})
