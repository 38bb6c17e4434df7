/** @module What may stand where the cursor is, from the program's own definitions. */

import type { Command, Option } from 'commander'

/** Something that may be typed. */
export interface Candidate {
  readonly value: string
  readonly description?: string | undefined
}

/** What may stand where the cursor is. */
export interface Candidates {
  readonly values: readonly Candidate[]
  /** What else may stand there, by the word that the definition has for it: `feed`, `file`. */
  readonly kinds: readonly string[]
  /** What comes before the value in the same word: `--output=`. */
  readonly prefix: string
  /** What was typed before: of commands that take several words, `action run acme group.add_member`. */
  readonly operands: readonly string[]
}

/**
 * Finds what may be typed.
 *
 * @param program - each command that is named among the words is defined whole.
 * @param words - all of them up to the cursor, without the program's own; the last one is being typed.
 */
export function complete(program: Command, words: readonly string[]): Candidates {
  const typed = words.at(-1) ?? ''
  const place = follow(program, words.slice(0, -1))
  const { command, operands, pending, isPastFlags } = place
  if (pending !== undefined) return { ...valuesOfFlag(pending), prefix: '', operands }
  if (!isPastFlags && typed.startsWith('-')) {
    const flag = typed.includes('=') ? findFlag(command, typed) : undefined
    if (flag === undefined) return { values: flagsOf(command), kinds: [], prefix: '', operands }
    return { ...valuesOfFlag(flag), prefix: typed.slice(0, typed.indexOf('=') + 1), operands }
  }
  const subcommands = operands.length === 0 && !isPastFlags ? subcommandsOf(command) : []
  const { values, kinds } = operandsOf(command, operands.length)
  return { values: [...subcommands, ...values], kinds, prefix: '', operands }
}

interface Place {
  readonly command: Command
  readonly operands: readonly string[]
  /** The flag whose value comes next. */
  readonly pending: Option | undefined
  readonly isPastFlags: boolean
}

/** Where a line leads that is typed so far, as the parser reads it. */
function follow(program: Command, words: readonly string[]): Place {
  let command = program
  let operands: string[] = []
  let pending: Option | undefined
  let isPastFlags = false
  for (const word of words) {
    if (pending !== undefined) {
      const isLeftOut = pending.optional && word.startsWith('-')
      pending = undefined
      if (!isLeftOut) continue
    }
    if (isPastFlags || !word.startsWith('-') || word === '-') {
      const below = operands.length === 0 && !isPastFlags ? findCommand(command, word) : undefined
      if (below === undefined) operands.push(word)
      else [command, operands] = [below, []]
    } else if (word === '--') {
      isPastFlags = true
    } else if (!word.includes('=')) {
      const flag = findFlag(command, word)
      if (flag?.required || flag?.optional) pending = flag
    }
  }
  return { command, operands, pending, isPastFlags }
}

function findCommand(command: Command, name: string): Command | undefined {
  return command.commands.find((below) => below.name() === name)
}

function findFlag(command: Command, word: string): Option | undefined {
  const [name] = word.split('=')
  return allFlags(command).find(({ long, short }) => name === long || name === short)
}

/** Those of a command and of all above it, as help shows them. */
function allFlags(command: Command): readonly Option[] {
  const help = command.createHelp()
  help.showGlobalOptions = true
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]
}

function flagsOf(command: Command): readonly Candidate[] {
  return allFlags(command).map(({ long, short, description }) => ({
    value: long ?? short ?? '',
    description,
  }))
}

function subcommandsOf(command: Command): readonly Candidate[] {
  const help = command.createHelp()
  return help
    .visibleCommands(command)
    .map((below) => ({ value: below.name(), description: below.description() }))
}

function valuesOfFlag({ flags, argChoices = [] }: Option): Pick<Candidates, 'values' | 'kinds'> {
  const [, placeholder] = /[<[]([\w-]+)/.exec(flags) ?? []
  return {
    values: argChoices.map((value) => ({ value })),
    kinds: placeholder === undefined || argChoices.length > 0 ? [] : [placeholder],
  }
}

/** What the argument at a place may be. */
function operandsOf(command: Command, at: number): Pick<Candidates, 'values' | 'kinds'> {
  const { registeredArguments: declared } = command
  const last = declared.at(-1)
  // The words of a command that sorts them itself: its usage says what they are.
  if (last?.name() === 'words') return { values: [], kinds: wordsAt(command.usage(), at) }
  const argument = declared[at] ?? (last?.variadic ? last : undefined)
  const choices = argument?.argChoices ?? []
  return {
    values: choices.map((value) => ({ value })),
    kinds: argument === undefined || choices.length > 0 ? [] : [argument.name()],
  }
}

/** `[options] [name] ACTION [key=value…]`: the first word may be a name or an action, the second an action or a value. */
function wordsAt(usage: string, at: number): readonly string[] {
  const words = usage.split(' ').filter((word) => word !== '[options]')
  const leftOut = words[0]?.startsWith('[') ? 1 : 0
  const possible = [
    words[at],
    words[at + leftOut],
    at > words.length - 1 ? words.at(-1) : undefined,
  ]
  const isLast = (word: string | undefined) => word === words.at(-1)
  return [
    ...new Set(
      possible
        .filter((word) => word !== undefined && (at < words.length || isLast(word)))
        .map((word = '') => word.replace(/[[\]<>…]/g, '').toLowerCase()),
    ),
  ]
}
