/** @module Rows 0.6, 2.8, 3.7 and 4.17 of the five documents, which all ask to switch DPoP off: Postern never does, and uses it. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { knownRefusals } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { guide, guideByUrl, linesOf, stepOf } from './guides.ts'
import { codesOf, startWalk } from './walk.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const ABOUT_DPOP = /dpop|proof[ -]of[ -]possession/i
const OFF = /\b(off|disabl\w+|deselect\w*|uncheck\w*|untick\w*|clear the|remove the requirement)\b/i
// What is observed of it, and advises nothing.
const observed = ['nothing has to be switched off', 'DPoP nonce, and DPoP is switched off']

function advice(texts: readonly string[]): readonly string[] {
  return texts.filter(
    (text) =>
      ABOUT_DPOP.test(text) && OFF.test(text) && !observed.some((said) => text.includes(said)),
  )
}

function filesOf(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(root, folder, name))
}

describe('nothing asks to switch DPoP off', () => {
  test('no line of the program, which holds every remedy, step and message', () => {
    const files = ['packages/core/src', 'packages/postern/src'].flatMap((at) => filesOf(at, '.ts'))
    const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    expect(lines.filter((line) => ABOUT_DPOP.test(line)).length).toBeGreaterThan(100)
    expect(advice(lines)).toEqual([])
  })

  test('no line of the documentation', () => {
    const files = [join(root, 'README.md'), ...filesOf('docs', '.md')]
    // docs/emulator.md has the texts of the emulator, which is Okta's part.
    const own = files.filter((file) => !file.endsWith('docs/emulator.md'))
    expect(advice(own.flatMap((file) => readFileSync(file, 'utf8').split('\n')))).toEqual([])
  })

  test('no remedy for what Okta refuses, and no step of a guide', () => {
    const remedies = knownRefusals.map(({ remedy }) => remedy)
    const lines = [guide, guideByUrl].flatMap((steps) => steps.flatMap(linesOf))
    expect(advice([...remedies, ...lines])).toEqual([])
  })

  test('no help of a command', async () => {
    const { run } = await startWalk()
    const { stdout } = await run(['--help'])
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name)
    expect(names).toEqual(expect.arrayContaining(['doctor', 'token', 'keys']))
    const helps = await Promise.all(names.map((name) => run([name, '--help'])))
    expect(
      advice([stdout, ...helps.map((help) => help.stdout)].flatMap((text) => text.split('\n'))),
    ).toEqual([])
  })

  test('the guide has a step that says to leave it on', () => {
    expect(stepOf('dpop').actions).toEqual([
      'Leave **Require Demonstrating Proof of Possession (DPoP) header in token requests** switched on.',
    ])
  })
})

describe('an app that requires DPoP', () => {
  test('is no problem for the doctor, which says that Postern uses it', async () => {
    const { doctor } = await startWalk({ faults: ['dpop-required'] })
    const { code, findings, problems } = await doctor()
    expect([code, problems]).toEqual([0, []])
    expect(codesOf(findings)).toContain('dpop_required')
  })

  test('gives the command a token that is bound to a key, without a flag', async () => {
    const { connection, run } = await startWalk({ faults: ['dpop-required'] })
    const { code, stdout } = await run(['token', ...connection, '--output', 'json'])
    expect([code, JSON.parse(stdout).tokenType]).toEqual([0, 'DPoP'])
  })
})
