/** @module What an operator declares an action by, judged whole: every problem at once, each with its place. */

import { PosternError } from '../error.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { secretLookAlike } from '../secret-look-alike.ts'
import { parseScopes } from '../url/scopes.ts'
import { ActionError } from './action-error.ts'
import { depthFault, textFault } from './arguments.ts'
import { type DeclarationProblem, judgePlaceholders } from './judge-placeholders.ts'
import { type Parameter, type ParameterKind, parameterKinds } from './parameter.ts'
import { actions } from './registry.ts'
import { changeMethods, readMethods, requireSendable } from './sent-request.ts'
import {
  fillPath,
  hasPartialPlaceholder,
  placeholdersOfPath,
  strangeSegments,
  textsOf,
} from './template.ts'

/** An action that is one request of a template. */
export interface ActionDeclaration {
  /** Concept, dot, verb: `user.reset_factors`. */
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly method: (typeof readMethods)[number] | (typeof changeMethods)[number]
  /** `/api/v1/users/{user}/lifecycle/reset_factors`: each placeholder is a whole segment. */
  readonly path: string
  /** Texts, numbers and booleans; `{name}` stands for an argument where it is the whole of a text. */
  readonly query: Readonly<Record<string, string | number | boolean>>
  /** JSON; `{name}` stands for an argument where it is the whole of a text. */
  readonly body?: JsonValue
  /** By its method: GET and HEAD read. */
  readonly effect: 'read' | 'change'
  /** Default: whether the method is DELETE. */
  readonly destructive: boolean
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly parameters: readonly Parameter[]
}

const NAME = /^[a-z][a-z0-9_]{0,31}(?:\.[a-z][a-z0-9_]{0,31}){1,2}$/
const PARAMETER_NAME = /^[a-z][A-Za-z0-9]{0,31}$/
const ROLE = /^[A-Z][A-Z_]{1,63}$/
const MAX_PARAMETERS = 20
const MAX_TEXT = 8_192
const MEMBERS = [
  ...['name', 'title', 'summary', 'method', 'path', 'query', 'body', 'effect', 'destructive'],
  ...['scopes', 'roles', 'parameters'],
]
const PARAMETER_MEMBERS = ['name', 'kind', 'description', 'required', 'choices', 'max']
// A list of users would be as many look-ups before the one request.
const kinds: readonly ParameterKind[] = parameterKinds.filter((kind) => kind !== 'users')
const methods = [...readMethods, ...changeMethods]

/**
 * Judges a declaration as it was written.
 *
 * @throws {ActionError} `action_declaration_invalid` with every problem in `details.problems`.
 */
export function parseDeclaration(given: unknown): ActionDeclaration {
  const reader = new DeclarationReader()
  const declaration = reader.read(given)
  if (declaration !== undefined && reader.problems.length === 0) return declaration
  const told = reader.problems.map(({ path, observed }) =>
    `${path}: ${observed}`.replace(/^: /, ''),
  )
  throw new ActionError('action_declaration_invalid', told.join(' '), {
    remedy: 'Correct the declaration at the places that are named.',
    details: { problems: reader.problems },
  })
}

/** Reads member by member; what is wrong is noted, and reading goes on. */
class DeclarationReader {
  readonly problems: DeclarationProblem[] = []

  read(given: unknown): ActionDeclaration | undefined {
    if (!isObject(given)) return this.#note('', 'It is no object.')
    if (depthFault(given) !== undefined) return this.#note('', depthFault(given) ?? '')
    const lookAlike = secretLookAlike(JSON.stringify(given))
    if (lookAlike !== undefined) return this.#note('', `It has what looks like ${lookAlike}.`)
    this.#noteUnknown(given, MEMBERS, '')
    const method = this.#choice(given['method'], methods, 'method')
    const declaration = {
      name: this.#name(given['name']),
      title: this.#text(given['title'], 'title', 80),
      summary: this.#text(given['summary'], 'summary', 400),
      method,
      path: this.#path(given['path'], method),
      query: this.#query(given['query']),
      ...this.#body(given['body'], method),
      effect: this.#effect(given['effect'], method),
      destructive: this.#flag(given['destructive'], 'destructive', method === 'DELETE'),
      scopes: this.#scopes(given['scopes']),
      roles: this.#roles(given['roles']),
      parameters: this.#parameters(given['parameters']),
    }
    this.problems.push(...judgePlaceholders(declaration))
    return declaration
  }

  #note(path: string, observed: string): undefined {
    this.problems.push({ path, observed })
  }

  #noteUnknown(given: JsonObject, known: readonly string[], at: string): void {
    // Its name may be anything, so it is not repeated.
    if (Object.keys(given).every((name) => known.includes(name))) return
    this.#note(at, `It has a member beside ${known.join(', ')}.`)
  }

  #text(given: JsonValue | undefined, path: string, max: number): string {
    const fault = given === undefined ? 'It is missing.' : textFault(given, max)
    if (fault !== undefined) this.#note(path, fault)
    return typeof given === 'string' ? given : ''
  }

  #flag(given: JsonValue | undefined, path: string, otherwise: boolean): boolean {
    if (typeof given === 'boolean') return given
    if (given !== undefined) this.#note(path, 'It is neither true nor false.')
    return otherwise
  }

  #choice<Choice extends string>(
    given: JsonValue | undefined,
    choices: readonly [Choice, ...Choice[]] | readonly Choice[],
    path: string,
  ): Choice {
    const chosen = choices.find((choice) => choice === given)
    if (chosen === undefined) this.#note(path, `It is none of ${choices.join(', ')}.`)
    return chosen ?? (choices[0] as Choice)
  }

  #name(given: JsonValue | undefined): string {
    // As long as rules and standing approvals can name it.
    const name = this.#text(given, 'name', 64)
    if (actions.some((action) => action.name === name)) {
      this.#note('name', 'A built-in action has that name.')
    } else if (name !== '' && !NAME.test(name)) {
      const observed = 'It is not written as concept.verb in lower case: user.reset_factors, say.'
      this.#note('name', observed)
    }
    return name
  }

  #path(given: JsonValue | undefined, method: string): string {
    const path = this.#text(given, 'path', 512)
    if (path === '') return path
    if (strangeSegments(path).length > 0) {
      this.#note(
        'path',
        'It is no path of plain segments and {parameters} after a slash each, without a query.',
      )
      return path
    }
    const names = placeholdersOfPath(path).map(({ name }) => [name, 'x'] as const)
    this.#catch('path', () =>
      requireSendable({ method, path: fillPath(path, Object.fromEntries(names)) }),
    )
    return path
  }

  #query(given: JsonValue | undefined): ActionDeclaration['query'] {
    if (given === undefined) return {}
    if (!isJsonObject(given)) return this.#note('query', 'It is no object.') ?? {}
    const entries = Object.entries(given).flatMap(([name, value]) => {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return [[name, value] as const]
      this.#note(`query.${name}`, 'It is no text, number or boolean.')
      return []
    })
    this.#notePartial(given, 'query')
    return Object.fromEntries(entries)
  }

  #body(given: JsonValue | undefined, method: string): { readonly body?: JsonValue } {
    if (given === undefined) return {}
    if (isReading(method)) this.#note('body', `${method} has no body.`)
    this.#notePartial(given, 'body')
    return { body: given }
  }

  #notePartial(given: JsonValue, at: string): void {
    for (const { text, at: place } of textsOf(given, at)) {
      if (hasPartialPlaceholder(text))
        this.#note(place, 'A placeholder is the whole of a text, with nothing beside it.')
    }
  }

  #effect(given: JsonValue | undefined, method: string): ActionDeclaration['effect'] {
    const effect = isReading(method) ? 'read' : 'change'
    if (given !== undefined && given !== effect)
      this.#note('effect', `It is ${effect} of an action that sends ${method}.`)
    return effect
  }

  #scopes(given: JsonValue | undefined): readonly string[] {
    const texts = this.#texts(given ?? [], 'scopes')
    return this.#catch('scopes', () => parseScopes(texts).scopes) ?? []
  }

  #roles(given: JsonValue | undefined): readonly string[] {
    const roles = this.#texts(given ?? [], 'roles')
    if (!roles.every((role) => ROLE.test(role)))
      this.#note('roles', 'One is not written as Okta writes roles, such as HELP_DESK_ADMIN.')
    return roles
  }

  #texts(given: JsonValue, path: string): readonly string[] {
    const texts = Array.isArray(given)
      ? given.filter((text) => textFault(text, 128) === undefined)
      : []
    if (!Array.isArray(given) || texts.length < given.length)
      this.#note(path, 'It is no list of texts.')
    return texts
  }

  #parameters(given: JsonValue | undefined): readonly Parameter[] {
    if (given === undefined) return []
    if (!Array.isArray(given) || given.length > MAX_PARAMETERS)
      return this.#note('parameters', `It is no list of at most ${MAX_PARAMETERS}.`) ?? []
    const items: readonly JsonValue[] = given
    const parameters = items.map((item, index) => this.#parameter(item, `parameters[${index}]`))
    const names = parameters.map(({ name }) => name)
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) < index)
        this.#note(`parameters[${index}].name`, 'An earlier parameter has it.')
    }
    return parameters
  }

  #parameter(given: JsonValue, at: string): Parameter {
    const members = isJsonObject(given) ? given : {}
    if (!isJsonObject(given)) this.#note(at, 'It is no object.')
    this.#noteUnknown(members, PARAMETER_MEMBERS, at)
    const name = this.#text(members['name'], `${at}.name`, 32)
    // A name that every object has would be found where it was left out.
    if (name !== '' && (!PARAMETER_NAME.test(name) || name in {}))
      this.#note(`${at}.name`, 'It is no word in camelCase.')
    const kind = this.#choice(members['kind'], kinds, `${at}.kind`)
    return {
      name,
      kind,
      description: this.#text(members['description'], `${at}.description`, 200),
      required: this.#flag(members['required'], `${at}.required`, true),
      ...this.#choices(members['choices'], kind, `${at}.choices`),
      ...this.#max(members['max'], kind, `${at}.max`),
    }
  }

  #choices(
    given: JsonValue | undefined,
    kind: ParameterKind,
    at: string,
  ): Pick<Parameter, 'choices'> {
    if (given === undefined) return {}
    if (kind !== 'text') this.#note(at, 'Only a text has choices.')
    const choices = this.#texts(given, at)
    if (choices.length === 0) this.#note(at, 'There is none.')
    return { choices }
  }

  #max(given: JsonValue | undefined, kind: ParameterKind, at: string): Pick<Parameter, 'max'> {
    if (given === undefined) return {}
    if (kind !== 'text') this.#note(at, 'Only a text has one.')
    const isLength = typeof given === 'number' && Number.isInteger(given)
    if (isLength && given >= 1 && given <= MAX_TEXT) return { max: given }
    this.#note(at, `It is no number from 1 to ${MAX_TEXT}.`)
    return {}
  }

  #catch<Value>(path: string, judge: () => Value): Value | undefined {
    try {
      return judge()
    } catch (error) {
      if (error instanceof PosternError) return this.#note(path, error.message)
      throw error
    }
  }
}

function isReading(method: string): boolean {
  return readMethods.some((reading) => reading === method)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
