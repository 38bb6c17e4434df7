/** @module `postern completion`: the script for a shell, and the answers that it asks for. */

import type { Command } from 'commander'
import { UsageError } from '../../config/usage-error.ts'
import { type Candidate, type Candidates, complete } from '../completion/complete.ts'
import { isKeptKind, readKeptNames } from '../completion/kept-names.ts'
import { isShell, type Shell, scriptFor, shells } from '../completion/scripts.ts'

/** Prints the script for a shell. @throws {UsageError} `usage_invalid` for a shell that there is none for. */
export function printScript(shell: string): void {
  process.stdout.write(scriptFor(requireShell(shell)))
}

/**
 * Prints what may stand where the cursor is, and nothing where it does not know: whoever presses a key does not want to
 * read an error.
 *
 * @param words - all of them up to the cursor, without the program's own.
 * @param self - of a program that knows the commands which are named among the words.
 */
export async function printWords(
  shellName: string,
  words: readonly string[],
  self: Command,
): Promise<void> {
  const shell = requireShell(shellName)
  const typed = shell === 'bash' ? glue(words) : words
  const found = complete(programOf(self), typed)
  const { values, directives } = await expand(found, typed)
  const partial = typed.at(-1) ?? ''
  const fitting = values
    .map(({ value, ...rest }) => ({ ...rest, value: found.prefix + value }))
    .filter(({ value }) => value.startsWith(partial))
  const lines = fitting.map((candidate) => lineFor(shell, candidate, partial))
  const isOpen = fitting.length > 0 && fitting.every(({ value }) => value.endsWith('='))
  const all = [...lines, ...directives, ...(isOpen ? [':nospace'] : [])]
  process.stdout.write(all.map((line) => `${line}\n`).join(''))
}

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent)
}

function requireShell(name: string): Shell {
  if (isShell(name)) return name
  throw new UsageError('usage_invalid', 'There is no completion for that shell.', {
    remedy: `Name one of ${shells.join(', ')}.`,
    details: { shells },
  })
}

/** bash takes a word apart at `=` and `:`. */
function glue(words: readonly string[]): readonly string[] {
  const glued: string[] = []
  for (const word of words) {
    const before = glued.at(-1)
    const isPart = /^[=:]+$/.test(word) || (before !== undefined && /[=:]$/.test(before))
    if (isPart && before !== undefined) glued[glued.length - 1] = before + word
    else glued.push(word)
  }
  return glued.map((word) => word.replace(/^['"]/, ''))
}

function lineFor(shell: Shell, { value, description }: Candidate, partial: string): string {
  // bash puts in its place what follows the last of its own breaks.
  if (shell === 'bash') return value.slice(/^.*[=:]/.exec(partial)?.[0].length ?? 0)
  return description === undefined ? value : `${value}\t${description.replaceAll(/\s+/g, ' ')}`
}

interface Expanded {
  readonly values: readonly Candidate[]
  readonly directives: readonly string[]
}

/** The values of what stands there, each kind asked where it is known. */
async function expand(found: Candidates, typed: readonly string[]): Promise<Expanded> {
  const values = [...found.values]
  const directives: string[] = []
  for (const kind of found.kinds) {
    const more = await valuesOf(kind, found, typed)
    // One is enough: after `action run group.add_member` comes no other action.
    if (more.values.some(({ value }) => found.operands.includes(value))) continue
    values.push(...more.values)
    directives.push(...more.directives)
  }
  return { values, directives }
}

const FILES: Expanded = { values: [], directives: [':files'] }

async function valuesOf(
  kind: string,
  { operands }: Candidates,
  typed: readonly string[],
): Promise<Expanded> {
  switch (kind) {
    case 'name':
    case 'connections':
      return named(await keptNames('connection', typed))
    case 'host':
      return named(await keptNames('domain', typed))
    case 'input': {
      const { inputs } = await import('@postern/core')
      return described(inputs)
    }
    case 'action': {
      const { actions } = await import('@postern/core')
      const own = actions.map(({ name }) => name)
      const declared = (await keptNames('action', typed)).filter((name) => !own.includes(name))
      const all = described(actions)
      return { ...all, values: [...all.values, ...declared.map((value) => ({ value }))] }
    }
    case 'key=value':
      return named(await parametersOf(operands))
    case 'method':
      return named(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    case 'shell':
      return named(shells)
    case 'reference': {
      const variables = Object.keys(process.env).filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name))
      return { ...FILES, values: variables.map((name) => ({ value: `env:${name}` })) }
    }
    case 'file':
    case 'key':
      return FILES
    case 'dir':
      return { values: [], directives: [':dirs'] }
    default:
      return isKeptKind(kind) ? named(await keptNames(kind, typed)) : { values: [], directives: [] }
  }
}

function named(names: readonly string[]): Expanded {
  return { values: names.map((value) => ({ value })), directives: [] }
}

function described(things: readonly { readonly name: string; readonly title: string }[]): Expanded {
  return {
    values: things.map(({ name, title }) => ({ value: name, description: title })),
    directives: [],
  }
}

function keptNames(
  kind: Parameters<typeof readKeptNames>[0],
  typed: readonly string[],
): Promise<readonly string[]> {
  const at = typed.indexOf('--data')
  const joined = typed.find((word) => word.startsWith('--data='))?.slice('--data='.length)
  const data = joined ?? (at === -1 ? undefined : typed[at + 1])
  return readKeptNames(kind, data)
}

async function parametersOf(operands: readonly string[]): Promise<readonly string[]> {
  const { actions } = await import('@postern/core')
  const action = actions.find(({ name }) => operands.slice(0, 2).includes(name))
  return (action?.parameters ?? []).map(({ name }) => `${name}=`)
}
