/** @module The manual pages: one for each command, without an error for groff, and with nothing of a text taken for a request. */

import { spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { commands } from '../packages/postern/src/cli/definitions/registry.ts'
import { formatManPages } from '../scripts/man-pages.ts'

const formatter = 'groff'
let pages: Readonly<Record<string, string>>
beforeAll(async () => {
  pages = await formatManPages('1.2.3')
})

test('there is one of the program and one of each command', () => {
  const names = ['postern.1', ...commands.map(({ name }) => `postern-${name}.1`)]
  expect(Object.keys(pages)).toEqual(names)
  expect(pages['postern.1']).toContain('"postern 1.2.3"')
})

test('each has its name, how it is called, and how it ends', () => {
  for (const [name, page] of Object.entries(pages)) {
    const sections = [...page.matchAll(/^\.SH (.*)$/gm)].map(([, title]) => title)
    expect([name, sections]).toEqual([
      name,
      expect.arrayContaining(['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXIT STATUS']),
    ])
  }
})

test('no text is taken for a request', () => {
  const requests = /^[.'](?:TH|SH|SS|TP|PP|RS|RE|B|BR|br|nf|fi|nh|ad)\b/
  for (const page of Object.values(pages)) {
    const strange = page.split('\n').filter((line) => /^[.']/.test(line) && !requests.test(line))
    expect(strange).toEqual([])
  }
})

test('groff sets each without a word, where it is installed', () => {
  const input = Object.values(pages).join('')
  const args = ['-man', '-ww', '-Tutf8']
  const { error, stderr, stdout } = spawnSync(formatter, args, { input, encoding: 'utf8' })
  if (error !== undefined) return
  expect(stderr).toBe('')
  expect(stdout).toContain('docs/emulator.md')
})
