/** @module The arguments of an action, as a form has them and as the server takes them. */

import { actionTexts } from '../../texts/console/actions.ts'
import type { Parameter } from './action.ts'

/** What was entered, by the names of the parameters. */
export type ArgumentTexts = Readonly<Record<string, string>>

/** What stands for yes and no in the form. */
export const YES = 'true'

/** What stands for no. */
export const NO = 'false'

/** The values of what was entered, and what is wrong with the rest, by name. */
export function readArguments(
  parameters: readonly Parameter[],
  texts: ArgumentTexts,
): {
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: Readonly<Record<string, string>>
} {
  const values: Record<string, unknown> = {}
  const problems: Record<string, string> = {}
  for (const parameter of parameters) {
    const { name, required } = parameter
    const text = (texts[name] ?? '').trim()
    if (text === '') {
      if (required) problems[name] = actionTexts.problems.missing
      continue
    }
    const read = readArgument(parameter, text)
    if ('problem' in read) problems[name] = read.problem
    else values[name] = read.value
  }
  return { values, problems }
}

function readArgument(
  { kind }: Parameter,
  text: string,
): { readonly value: unknown } | { readonly problem: string } {
  const { problems } = actionTexts
  if (kind === 'boolean') return { value: text === YES }
  if (kind === 'users') {
    const items = text.split('\n').map((item) => item.trim())
    return { value: items.filter((item) => item !== '') }
  }
  if (kind !== 'object' && kind !== 'json') return { value: text }
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return kind === 'object' && !isObject ? { problem: problems.object } : { value }
  } catch {
    return { problem: problems.json }
  }
}
