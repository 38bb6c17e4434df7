/** @module A command whose errors never say back what was typed: it may be a secret in the wrong place. */

import { Command, type ErrorOptions } from 'commander'

/** Arguments that no command can be made of. A plain error, so that help does not load those of core. */
export class ArgumentFailure extends Error {
  override readonly name = 'ArgumentFailure'
  readonly remedy: string

  constructor(observed: string, remedy: string) {
    super(observed)
    this.remedy = remedy
  }
}

/** A commander command that throws {@link ArgumentFailure} and prints nothing, its subcommands included. */
export class QuietCommand extends Command {
  override createCommand(name?: string): QuietCommand {
    return new QuietCommand(name)
  }

  /** @throws {ArgumentFailure} always. */
  override error(message: string, options?: ErrorOptions): never {
    const path = pathOf(this)
    const suggestion = suggestionIn(message)
    switch (options?.code) {
      case 'commander.unknownOption':
        throw new ArgumentFailure(
          unknownOption(message),
          `${suggestion}Run ${path} --help, which shows every flag.`,
        )
      case 'commander.unknownCommand':
        throw new ArgumentFailure(
          'That command is not known.',
          `${suggestion}Run ${path} --help, which shows every command.`,
        )
      case 'commander.excessArguments':
        throw new ArgumentFailure(
          `There are more arguments than ${path} takes.`,
          `Write ${path} ${this.usage()}, and quote a value that has spaces.`,
        )
      case 'commander.missingArgument':
      case 'commander.optionMissingArgument':
      case 'commander.missingMandatoryOptionValue':
        // These name what is declared here and nothing that was typed.
        throw new ArgumentFailure(sentence(message), `Write ${path} ${this.usage()}.`)
      default:
        throw new ArgumentFailure(
          'The arguments cannot be used as they are.',
          `Run ${path} --help, which shows what there is.`,
        )
    }
  }
}

function pathOf(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}

// The parser gives the option in its message only. What follows a `=`, and any name that no flag of anybody has, stays unsaid.
function unknownOption(message: string): string {
  const [, name] = /^error: unknown option '(--[a-z][a-z-]{0,40}|-[A-Za-z])['=]/.exec(message) ?? []
  return name === undefined ? 'An option is not known.' : `The option ${name} is not known.`
}

// The last line is the parser's own, made of declared names: what was typed ends with a quotation mark.
function suggestionIn(message: string): string {
  const [, suggestion] = /\n\((Did you mean [^\n]*\?)\)$/.exec(message) ?? []
  return suggestion === undefined ? '' : `${suggestion} `
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
