/** @module The arguments of an action: judged against its parameters, all problems at once, and described as JSON Schema. */

import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { ActionError } from './action-error.ts'
import type { Parameter, ParameterKind, TakesArguments } from './parameter.ts'

/** Arguments that were judged: each of its parameter's kind, nothing beside. */
export class Arguments {
  readonly values: JsonObject

  constructor(values: JsonObject) {
    this.values = values
  }

  /** A text that has to be there. */
  text(name: string): string {
    const value = this.values[name]
    if (typeof value !== 'string') throw new TypeError(`${name} is no required text.`)
    return value
  }

  optionalText(name: string): string | undefined {
    const value = this.values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** False where it was left out. */
  flag(name: string): boolean {
    return this.values[name] === true
  }

  texts(name: string): readonly string[] {
    const value = this.values[name]
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  }

  /** Without members where it was left out. */
  object(name: string): JsonObject {
    const value = this.values[name]
    return isJsonObject(value) ? value : {}
  }
}

const MAX_CHARACTERS = 512
const MAX_ITEMS = 10_000
const MAX_DEPTH = 32

/** What is wrong with one argument. */
export interface ArgumentProblem {
  /** Its name; empty where it is about all of them. */
  readonly argument: string
  readonly observed: string
}

/**
 * Judges what a caller gave.
 *
 * @throws {ActionError} `action_arguments_invalid` with every problem in `details.problems`.
 */
export function parseArguments(action: TakesArguments, given: unknown): Arguments {
  const values = given ?? {}
  if (!isObject(values)) {
    throw argumentsInvalid(action, [{ argument: '', observed: 'The arguments are no object.' }])
  }
  const { parameters } = action
  const problems = parameters.flatMap((parameter) => judge(parameter, values[parameter.name]))
  const known = new Set(parameters.map(({ name }) => name))
  // Its name may be anything, so it is not repeated.
  if (Object.keys(values).some((name) => !known.has(name))) {
    problems.push({ argument: '', observed: 'There is an argument that it does not take.' })
  }
  if (problems.length > 0) throw argumentsInvalid(action, problems)
  const entries = parameters.map(({ name }) => [name, values[name]] as const)
  return new Arguments(Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
}

/**
 * Arguments written as `name=value`, as on a command line: lists with commas or the name repeated, JSON as JSON.
 *
 * @returns what {@link parseArguments} judges.
 * @throws {ActionError} `action_arguments_invalid`
 */
export function readArgumentTexts(action: TakesArguments, texts: readonly string[]): JsonObject {
  const values: Record<string, JsonValue> = {}
  for (const text of texts) {
    const mark = text.indexOf('=')
    const parameter = action.parameters.find(({ name }) => name === text.slice(0, mark))
    if (mark < 1 || parameter === undefined) {
      const observed = 'An argument is not written as name=value with a name that it takes.'
      throw argumentsInvalid(action, [{ argument: '', observed }])
    }
    const value = readText(parameter, text.slice(mark + 1))
    const before = values[parameter.name]
    const isList = Array.isArray(before) && Array.isArray(value)
    if (before !== undefined && !isList) {
      const observed = 'It is given twice.'
      throw argumentsInvalid(action, [{ argument: parameter.name, observed }])
    }
    values[parameter.name] = isList ? [...before, ...value] : value
  }
  return values
}

/** A JSON Schema (draft 2020-12) of the arguments. */
export function argumentsSchema({ parameters }: TakesArguments): JsonObject {
  const properties = parameters.map((parameter) => [parameter.name, schemaOf(parameter)] as const)
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
}

function readText({ kind }: Parameter, text: string): JsonValue {
  switch (kind) {
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text)
    case 'users':
      return text.split(',').map((item) => item.trim())
    case 'object':
    case 'json':
      return parseJsonText(text)
    default:
      return text
  }
}

/** The value of a JSON text; a text that is none stands for itself, and is judged as one. */
function parseJsonText(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function judge(parameter: Parameter, value: unknown): ArgumentProblem[] {
  const { name, required } = parameter
  if (value === undefined) return required ? [{ argument: name, observed: 'It is missing.' }] : []
  const observed = faultOf(parameter, value)
  return observed === undefined ? [] : [{ argument: name, observed }]
}

function faultOf({ kind, choices, max }: Parameter, value: unknown): string | undefined {
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'It is neither true nor false.'
    case 'object':
      return isObject(value) ? depthFault(value) : 'It is no JSON object.'
    case 'json':
      return depthFault(value)
    case 'users': {
      if (!Array.isArray(value) || value.length === 0) return 'It is no list with something in it.'
      const most = max ?? MAX_ITEMS
      if (value.length > most) return `It has ${value.length} items; at most ${most} are taken.`
      const fault = value.findIndex((item) => textFault(item, MAX_CHARACTERS) !== undefined)
      return fault < 0 ? undefined : `Item ${fault + 1}: ${textFault(value[fault], MAX_CHARACTERS)}`
    }
    default:
      if (choices !== undefined && !choices.some((choice) => choice === value))
        return `It is none of ${choices.join(', ')}.`
      return textFault(value, max ?? MAX_CHARACTERS)
  }
}

/** What is wrong with the depth of a value of JSON; undefined where it will do. */
export function depthFault(value: unknown): string | undefined {
  return isDeeper(value, MAX_DEPTH) ? `It is nested more than ${MAX_DEPTH} deep.` : undefined
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((item) => isDeeper(item, depth - 1))
}

/** What is wrong with a text; undefined where it will do. @param max - its characters at most. */
export function textFault(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string') return 'It is no text.'
  if (value.trim() === '') return 'It is empty.'
  if (value.length > max) return `It has ${value.length} characters; at most ${max} are taken.`
  // Nothing that an org keeps has one of these in it.
  return /\p{Cc}|\p{Cs}/u.test(value) ? 'It has a control character.' : undefined
}

const JSON_TYPES: Readonly<Record<ParameterKind, JsonObject>> = {
  user: { type: 'string' },
  group: { type: 'string' },
  app: { type: 'string' },
  text: { type: 'string' },
  users: { type: 'array', items: { type: 'string' } },
  boolean: { type: 'boolean' },
  object: { type: 'object' },
  json: {},
}

function schemaOf({ kind, description, choices }: Parameter): JsonObject {
  return { ...JSON_TYPES[kind], description, ...(choices === undefined ? {} : { enum: choices }) }
}

function isObject(value: unknown): value is Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The refusal of arguments, for what only the action itself can judge. */
export function argumentsInvalid(
  { name, parameters }: TakesArguments,
  problems: readonly ArgumentProblem[],
): ActionError {
  const told = problems.map(({ argument, observed }) =>
    `${argument}: ${observed}`.replace(/^: /, ''),
  )
  const takes = parameters.map(({ name, required }) => (required ? name : `[${name}]`)).join(', ')
  return new ActionError('action_arguments_invalid', `${name}: ${told.join(' ')}`, {
    remedy: `Give ${takes === '' ? 'no arguments' : takes}: see \`postern action list ${name}\`.`,
    details: { action: name, problems },
  })
}
