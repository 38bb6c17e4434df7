/** @module Writes the manual pages of the program, from the definitions that its help is made of: `man postern`, `man postern-feed`. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineWholeProgram } from '../packages/postern/src/cli/define-program.ts'
import { readOn } from '../packages/postern/src/cli/global-flags.ts'
import { exitsOf, pathOf } from '../packages/postern/src/cli/help/format-notes.ts'
import { notesOf } from '../packages/postern/src/cli/help/registry.ts'

type Command = Awaited<ReturnType<typeof defineWholeProgram>>
type Option = Command['options'][number]

/** Writes every page into a folder, which is made anew. @returns the names of the files */
export async function buildManPages(folder: string, version: string): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pages = await formatManPages(version)
  for (const [name, text] of Object.entries(pages)) writeFileSync(path.join(folder, name), text)
  return Object.keys(pages)
}

/** Every page by the name of its file: one for the program, one for each command. */
export async function formatManPages(version: string): Promise<Readonly<Record<string, string>>> {
  const program = await defineWholeProgram(version)
  const pages = program.commands.map((command) => [
    `postern-${command.name()}.1`,
    formatCommandPage(command, version),
  ])
  return { 'postern.1': formatProgramPage(program, version), ...Object.fromEntries(pages) }
}

function formatProgramPage(program: Command, version: string): string {
  return lines([
    ...head('postern', version, program.description()),
    '.SH SYNOPSIS',
    '.B postern',
    '[\\fIoptions\\fR] \\fIcommand\\fR \\&...',
    '.SH DESCRIPTION',
    ...prose(readOn),
    'Each command has a page of its own:',
    '.BR postern\\-feed (1).',
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => tagged(command.name(), command.description())),
    '.SH OPTIONS',
    ...optionsOf(program),
    '.SH EXIT STATUS',
    ...exitsOf('').flatMap(([code, meaning]) => tagged(String(code), meaning)),
    'Each command may have more, which its page has.',
    '.SH ENVIRONMENT',
    ...tagged('POSTERN_DATA', 'The data directory, where --data is not given.'),
    ...tagged('POSTERN_DATABASE', 'The database, where --database is not given.'),
    ...tagged('POSTERN_ACCESS_KEY', 'The access key of whoever approves plans.'),
    ...tagged('NO_COLOR', 'Output without colours.'),
  ])
}

function formatCommandPage(command: Command, version: string): string {
  const path = pathOf(command)
  const { about, page } = notesOf(path)
  const below = command.createHelp().visibleCommands(command).filter(isOwn)
  return lines([
    ...head(`postern-${command.name()}`, version, command.description()),
    '.SH SYNOPSIS',
    ...synopsisOf(below.length === 0 ? [command] : below),
    '.SH DESCRIPTION',
    ...prose(about === '' ? sentence(command.description()) : about),
    ...argumentsOf(command),
    ...(below.length === 0 ? [] : ['.SH COMMANDS', ...below.flatMap(subcommandOf)]),
    ...(ownOptions(command).length === 0 ? [] : ['.SH OPTIONS', ...optionsOf(command)]),
    ...examplesOf(below.length === 0 ? [command] : [command, ...below]),
    '.SH EXIT STATUS',
    ...exitsOf(path).flatMap(([code, meaning]) => tagged(String(code), meaning)),
    '.SH SEE ALSO',
    '.BR postern (1),',
    roff(page),
  ])
}

function isOwn(command: Command): boolean {
  return command.name() !== 'help'
}

function head(name: string, version: string, description: string): readonly string[] {
  // Without a date: two builds give the same bytes.
  return [
    `.TH ${roff(name.toUpperCase())} 1 "" "postern ${version}" "Postern"`,
    '.nh',
    '.ad l',
    '.SH NAME',
    `${roff(name)} \\- ${roff(description)}`,
  ]
}

function synopsisOf(commands: readonly Command[]): readonly string[] {
  return commands.flatMap((command, index) => [
    ...(index === 0 ? [] : ['.br']),
    `.B postern ${roff(pathOf(command))}`,
    roff(command.usage()),
  ])
}

function subcommandOf(command: Command): readonly string[] {
  const { about } = notesOf(pathOf(command))
  return [
    `.SS ${roff(command.name())}`,
    ...prose(sentence(command.description())),
    ...(about === '' ? [] : prose(about)),
    ...argumentsOf(command),
    ...optionsOf(command),
  ]
}

function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments
    .filter(({ description }) => description !== '')
    .flatMap((argument) => tagged(argument.name(), argument.description))
}

function ownOptions(command: Command): readonly Option[] {
  const help = command.createHelp()
  return help.visibleOptions(command).filter(({ long }) => long !== '--help')
}

function optionsOf(command: Command): readonly string[] {
  const help = command.createHelp()
  return ownOptions(command).flatMap((option) =>
    tagged(option.flags, help.optionDescription(option)),
  )
}

function examplesOf(commands: readonly Command[]): readonly string[] {
  const all = commands.flatMap((command) => notesOf(pathOf(command)).examples)
  if (all.length === 0) return []
  return [
    '.SH EXAMPLES',
    ...all.flatMap(([line, what], index) => [
      ...(index === 0 ? [] : ['.PP']),
      ...prose(sentence(what)),
      '.PP',
      '.RS 4',
      '.nf',
      roff(line),
      '.fi',
      '.RE',
    ]),
  ]
}

function tagged(term: string, text: string): readonly string[] {
  return ['.TP', `\\fB${roff(term)}\\fR`, ...prose(text)]
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`
}

/** Prose, on lines that a person can read in the source too. */
function prose(text: string): readonly string[] {
  const all: string[] = []
  for (const word of text.split(' ')) {
    const line = all.at(-1)
    if (line === undefined || line.length + 1 + word.length > 70) all.push(word)
    else all[all.length - 1] = `${line} ${word}`
  }
  return all.map(roff)
}

/** A text in which nothing commands the formatter. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...')
    .replace(/^\./, '\\&.')
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}

if (import.meta.main) {
  const folder = fileURLToPath(new URL('../packages/postern/dist/man', import.meta.url))
  const names = await buildManPages(folder, process.argv[2] ?? '')
  process.stdout.write(`${names.length} pages\n`)
}
