/** @module The attributes of a user as a caller names them, each of them once. */

import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { type ArgumentProblem, type Arguments, argumentsInvalid } from './arguments.ts'
import type { Parameter, TakesArguments } from './parameter.ts'

/** The attributes that every user has, as parameters. */
export function profileParameters(required: readonly string[]): readonly Parameter[] {
  const text = (name: string, description: string, max: number): Parameter => ({
    ...{ name, kind: 'text', description, max },
    required: required.includes(name),
  })
  return [
    text('login', 'What the user signs in with, such as ada@example.com.', 100),
    text('email', 'The e-mail address.', 100),
    text('firstName', 'The first name.', 50),
    text('lastName', 'The last name.', 50),
    {
      name: 'profile',
      kind: 'object',
      description: 'Further attributes by their names in the org; null takes one away.',
      required: false,
    },
  ]
}

const NAMED = ['login', 'email', 'firstName', 'lastName'] as const
const ATTRIBUTE = /^[A-Za-z]\w{0,127}$/
const MAX_ATTRIBUTES = 200

/**
 * The attributes that a caller names, each of them once.
 *
 * @throws {ActionError} `action_arguments_invalid`
 */
export function readAttributes(action: TakesArguments, given: Arguments): JsonObject {
  const named = NAMED.flatMap((name) => {
    const value = given.optionalText(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const further = Object.entries(given.object('profile'))
  const problems = further.flatMap(([name, value]) => faultOf(name, value, given))
  if (further.length > MAX_ATTRIBUTES)
    problems.push({ argument: 'profile', observed: `It has more than ${MAX_ATTRIBUTES} members.` })
  if (problems.length > 0) throw argumentsInvalid(action, problems)
  return Object.fromEntries([...named, ...further])
}

function faultOf(
  name: string,
  value: JsonValue | undefined,
  given: Arguments,
): readonly ArgumentProblem[] {
  const problem = (observed: string) => [{ argument: 'profile', observed }]
  // Its name may be anything, so it is not repeated.
  if (!ATTRIBUTE.test(name)) return problem('A name in it is no name of an attribute.')
  if (NAMED.some((known) => known === name) && given.optionalText(name) !== undefined)
    return problem(`${name} is given beside it.`)
  const items = Array.isArray(value) ? value : [value]
  if (items.some((item) => isJsonObject(item) || Array.isArray(item)))
    return problem(`${name} is neither a plain value nor a list of such.`)
  return []
}
