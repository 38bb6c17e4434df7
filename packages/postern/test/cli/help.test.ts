/** @module What help says below the flags: examples that the program takes, for each command. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineWholeProgram } from '../../src/cli/define-program.ts'
import { exitCodes, exitMeanings } from '../../src/cli/exit-codes.ts'
import { exitsOf, formatNotes, pathOf } from '../../src/cli/help/format-notes.ts'
import { notesOf } from '../../src/cli/help/registry.ts'
import { splitCommand } from '../../src/config/command.ts'
import { createPlace } from './run.ts'

const place = createPlace()
afterAll(place.remove)

let program: Command
beforeAll(async () => {
  program = await defineWholeProgram('0')
})

/** Every command that does something, and is shown. */
function leavesOf(command: Command): readonly Command[] {
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
  return below.length === 0 ? [command] : below.flatMap(leavesOf)
}

test('every command has an example, a page that is there, and exit codes', () => {
  for (const leaf of leavesOf(program)) {
    const { examples, page } = notesOf(pathOf(leaf))
    expect([pathOf(leaf), examples.length > 0]).toEqual([pathOf(leaf), true])
    const file = fileURLToPath(new URL(`../../../../${page}`, import.meta.url))
    expect(readFileSync(file, 'utf8')).toMatch(/^# /)
    expect(exitsOf(pathOf(leaf)).map(([code]) => code)).toEqual(
      expect.arrayContaining([0, 1, 2, 130]),
    )
  }
})

test('every example is taken by the command that it is an example of', async () => {
  const whole = await defineWholeProgram('0')
  const called: string[] = []
  for (const leaf of [...whole.commands, ...whole.commands.flatMap(({ commands }) => commands)]) {
    if (leaf.commands.some((one) => one.name() !== 'words')) continue
    leaf.action(() => {
      called.push(pathOf(leaf))
    })
  }
  for (const noted of [...whole.commands, ...leavesOf(whole)]) {
    for (const [line] of notesOf(pathOf(noted)).examples) {
      called.length = 0
      await whole.parseAsync(wordsOf(line), { from: 'user' })
      // `postern emulator` is `postern emulator start`.
      const own = [pathOf(noted), `${pathOf(noted)} start`]
      expect([line, own.includes(called.join())]).toEqual([line, true])
    }
  }
})

/** The words of `postern` in a line of a shell, without what the shell does with its output. */
function wordsOf(line: string): readonly string[] {
  const [, own = line] = /^source <\((.*)\)$/.exec(line) ?? []
  const [command = ''] = own.split(/ [|>] /)
  const split = splitCommand(command)
  if (split === undefined) throw new Error(`${line} cannot be split.`)
  const [name, ...words] = split
  expect(name).toBe('postern')
  return words
}

describe('help shows the notes', () => {
  test('of a command', async () => {
    const { stdout, code } = await place.run(['doctor', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /\nExamples:\n {2}# a connection that is kept\n {2}postern doctor acme\n/,
    )
    expect(stdout).toMatch(/\nExit codes:\n {2}0 done, 1 failed, .* 3 something has to be done/)
    expect(stdout).toMatch(/\nRead on: docs\/doctor\.md\n$/)
  })

  test('of what is below a command, one each', () => {
    const keys = program.commands.find((command) => command.name() === 'keys')
    const text = keys === undefined ? '' : formatNotes(keys)
    expect(text.match(/^ {2}postern keys \w+/gm)).toEqual([
      '  postern keys generate',
      '  postern keys inspect',
      '  postern keys public',
    ])
  })

  test('not where a command is missing', async () => {
    const { stderr } = await place.run(['keys'])
    expect(stderr).not.toContain('Examples:')
  })
})

test('examples that need nothing are run as they stand', async () => {
  for (const line of [
    'postern keys generate --out app.jwk',
    'postern keys inspect app.jwk',
    'postern keys public app.jwk --jwks',
    'postern config schema > postern.schema.json',
    'postern support bundle.json',
    'postern emulator --list-faults',
    'postern action list group.add_member',
  ]) {
    const noted = [...program.commands, ...leavesOf(program)]
    const shown = noted.flatMap((command) => notesOf(pathOf(command)).examples)
    expect(shown.map(([one]) => one)).toContain(line)
    const { code } = await place.run(wordsOf(line))
    expect([line, code]).toEqual([line, 0])
  }
}, 60_000)

test('docs/command-line.md has every exit code', () => {
  const page = readFileSync(
    fileURLToPath(new URL('../../../../docs/command-line.md', import.meta.url)),
    'utf8',
  )
  const listed = [...page.matchAll(/^\| (\d+) \| ([^:|]+?)(?::| \|)/gm)].map(
    ([, code, meaning]) => [Number(code), meaning] as const,
  )
  const known = Object.entries(exitCodes).map(([name, code]) => [
    code,
    exitMeanings[name as keyof typeof exitCodes],
  ])
  expect(listed).toEqual(known)
})
