/** @module The words of `action run` and `plan create`: a connection, an action, and its arguments. */

import { type JsonObject, type Parameter, readArgumentTexts } from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { namesText, readGivenText } from '../given-text.ts'
import { ArgumentFailure } from '../quiet-command.ts'
import { readBody } from './request-body.ts'

/** What the words of a command name. */
export interface ActionWords {
  /** The connection, where one is named. */
  readonly name?: string
  readonly action: string
  /** `key=value` each. */
  readonly texts: readonly string[]
}

/** @throws {ArgumentFailure} where there is no action, or a word too many. */
export function parseActionWords(words: readonly string[]): ActionWords {
  const texts = words.filter((word) => word.includes('='))
  const [first, second, another] = words.filter((word) => !word.includes('='))
  if (first === undefined || another !== undefined) {
    throw new ArgumentFailure(
      first === undefined ? 'ACTION is missing.' : 'There are more words than an action has.',
      'Write NAME ACTION key=value…, such as acme group.add_member group=Staff user=ada@example.com.',
    )
  }
  return second === undefined ? { action: first, texts } : { name: first, action: second, texts }
}

/** What takes the arguments. */
export interface Taker {
  readonly name: string
  readonly parameters: readonly Parameter[]
}

/**
 * The arguments that the words or `--json` give. A value that is `@FILE` or `-` is read from there, where the parameter is a
 * list, JSON or an object.
 *
 * @throws {ActionError} `action_arguments_invalid`; {@link UsageError}; {@link FileError}
 */
export async function readArguments(
  action: Taker,
  { texts, json }: { readonly texts: readonly string[]; readonly json: string | undefined },
): Promise<unknown> {
  if (json !== undefined) {
    if (texts.length === 0) return readBody(json, '--json')
    throw new UsageError('usage_invalid', 'Arguments are given as key=value and with --json.', {
      remedy: 'Give all of them in one way.',
      details: { flag: '--json' },
    })
  }
  const read: string[] = []
  for (const text of texts) read.push(await readNamed(action, text))
  return readArgumentTexts(action, read) satisfies JsonObject
}

async function readNamed({ parameters }: Taker, text: string): Promise<string> {
  const mark = text.indexOf('=')
  const [key, value] = [text.slice(0, mark), text.slice(mark + 1)]
  const kind = parameters.find(({ name }) => name === key)?.kind
  const isLong = kind === 'users' || kind === 'object' || kind === 'json'
  if (!isLong || !namesText(value)) return text
  const given = await readGivenText(value, key)
  return kind === 'users' ? `${key}=${linesOf(given).join(',')}` : `${key}=${given}`
}

/** A list of users, one a line. */
function linesOf(text: string): readonly string[] {
  return text.split(/[\r\n,]+/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}
