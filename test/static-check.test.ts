/** @module Every rule of the static check and of Biome's configuration refuses its fixtures, and nothing else. */

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { judgeFile, judgeRepository } from '../scripts/static-check.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const fixtures = path.join(root, 'test/static/fixtures')

/** A rule and the line it speaks about, as `12 secret-reveal`. */
type Finding = string

describe('the static check', () => {
  test.each(listFixtures(fixtures))('%s: exactly the marked lines are refused', (name) => {
    const { file, text, marked } = readFixture(path.join(fixtures, name))
    const found = judgeFile(file, text).map(({ line, rule }) => `${line} ${rule}`)
    expect(sorted(found)).toEqual(sorted(marked))
  })

  test('this repository keeps every rule', () => {
    expect(judgeRepository(root)).toEqual([])
  })
})

describe('the configuration of Biome', () => {
  test.each(listFixtures(path.join(fixtures, 'biome')))(
    '%s: exactly the marked lines are refused',
    (name) => {
      const { file, text, marked } = readFixture(path.join(fixtures, 'biome', name))
      expect(sorted(lint(file, text))).toEqual(sorted(marked))
    },
  )
})

function listFixtures(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.ts.txt'))
}

function readFixture(place: string): {
  readonly file: string
  readonly text: string
  readonly marked: readonly Finding[]
} {
  const text = readFileSync(place, 'utf8')
  const file = /\/\/ file: (\S+)/.exec(text)?.[1]
  if (file === undefined) throw new Error(`${place} does not say which file it stands for`)
  const marked = text.split('\n').flatMap((line, index) => {
    const rule = /\/\/ refused: (\S+)$/.exec(line)?.[1]
    return rule === undefined ? [] : [`${index + 1} ${rule}`]
  })
  return { file, text, marked }
}

/** What Biome says about one file in a checkout that holds nothing else but its configuration. */
function lint(file: string, text: string): readonly Finding[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'postern-biome-'))
  try {
    for (const name of ['biome.json', '.gitignore']) {
      cpSync(path.join(root, name), path.join(folder, name))
    }
    const place = path.join(folder, file)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, text)
    const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome')
    const { stdout } = spawnSync(process.execPath, [biome, 'lint', '--reporter=github', '.'], {
      cwd: folder,
      encoding: 'utf8',
    })
    return [...stdout.matchAll(/title=lint\/\w+\/(\w+),.*?line=(\d+),/g)].map(
      ([, rule, line]) => `${line} ${rule}`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted()
}
