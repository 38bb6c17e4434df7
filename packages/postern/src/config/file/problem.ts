/** @module What is wrong with a configuration file: every problem at once, each with its place. */

import { PosternError } from '@postern/core'
import { holdsSecret } from '../secret-argument.ts'
import { memberOf } from './labels.ts'

/** Names of members and indexes of items, from the top of the file. */
export type ConfigPath = readonly (string | number)[]

/** What can be wrong with one place of a file, beside what can be wrong with the values of a connection. */
export type ConfigProblemCode =
  | 'config_syntax'
  | 'config_member_unknown'
  | 'config_member_twice'
  | 'config_member_missing'
  | 'config_value_invalid'
  | 'config_secret_in_file'
  | 'config_reference_invalid'

/** One thing that is wrong. Safe to print: nothing of a value is in it. */
export interface ConfigProblem {
  /** `connections.acme.orgUrl`; empty for the file as a whole. */
  readonly path: string
  readonly line?: number
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** Something worth knowing that stops nothing. Safe to print: nothing of a value is in it. */
export interface ConfigWarning {
  readonly path: string
  readonly line?: number
  readonly code: string
  readonly message: string
}

/** A configuration file that cannot be used as it is; `details.problems` has all that is wrong, in the order of the file. */
export class ConfigFileError extends PosternError<'config_file_invalid'> {
  override readonly name = 'ConfigFileError'
  readonly problems: readonly ConfigProblem[]

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    const [first] = problems
    const where =
      first && [first.line && `line ${first.line}`, first.path].filter(Boolean).join(', ')
    super('config_file_invalid', `${file} has ${count}. ${where}: ${first?.message}`, {
      remedy:
        problems.length === 1 && first ? first.remedy : 'See each of them: postern config check.',
      details: { file, problems },
    })
    this.problems = problems
  }
}

const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9 ()_.-]{0,62}$/
// Longer runs without a break are no name that somebody thought of.
const RANDOM_RUN = /[A-Za-z0-9_-]{33}|(?=[a-z]*[A-Z0-9])(?=[A-Z0-9]*[a-z])[A-Za-z0-9]{20}/

/** A name out of a file, as it may be said back: whatever may be a secret that stands where a name belongs is not. */
export function showName(name: string): string {
  const isPlain = PLAIN_NAME.test(name) && !RANDOM_RUN.test(name) && !holdsSecret(name)
  return isPlain || memberOf(name) !== undefined ? name : '(a name that is not shown)'
}

/** A path as text. */
export function showPath(path: ConfigPath): string {
  return path
    .map((part) => (typeof part === 'number' ? String(part + 1) : showName(part)))
    .join('.')
}
