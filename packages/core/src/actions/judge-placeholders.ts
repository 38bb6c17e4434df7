/** @module Whether the request of a declaration and its parameters fit: each placeholder has one, and each is used. */

import type { JsonObject, JsonValue } from '../json.ts'
import type { Parameter, ParameterKind } from './parameter.ts'
import { type Placeholder, placeholdersOf, placeholdersOfPath } from './template.ts'

/** One thing that is wrong with a declaration. */
export interface DeclarationProblem {
  /** `parameters[1].kind`; empty where it is about the whole. */
  readonly path: string
  readonly observed: string
}

/** What a declaration sends, and what it takes. */
export interface DeclaredRequest {
  readonly path: string
  readonly query: JsonObject
  readonly body?: JsonValue
  readonly parameters: readonly Parameter[]
}

const SEGMENT_KINDS: readonly ParameterKind[] = ['user', 'group', 'app', 'text']
const QUERY_KINDS: readonly ParameterKind[] = [...SEGMENT_KINDS, 'boolean']

/** What is wrong with the placeholders, in the order of the request; then the parameters that nothing uses. */
export function judgePlaceholders({
  path,
  query,
  body,
  parameters,
}: DeclaredRequest): readonly DeclarationProblem[] {
  const ofPath = placeholdersOfPath(path)
  const ofQuery = placeholdersOf(query, 'query')
  const used = [...ofPath, ...ofQuery, ...placeholdersOf(body, 'body')]
  const find = ({ name }: Placeholder) => parameters.find((parameter) => parameter.name === name)
  const unknown = used.filter((placeholder) => find(placeholder) === undefined)
  const unused = [...parameters.entries()].filter(
    ([, { name }]) => name !== '' && !used.some((placeholder) => placeholder.name === name),
  )
  return [
    ...unknown.map(({ name, at }) => ({ path: at, observed: `There is no parameter ${name}.` })),
    ...ofPath.flatMap((placeholder) => judgeInPath(placeholder, find(placeholder))),
    ...ofQuery.flatMap((placeholder) => judgeKind(placeholder, find(placeholder), QUERY_KINDS)),
    ...unused.map(([index, { name }]) => ({
      path: `parameters[${index}]`,
      observed: `Nothing in the request uses {${name}}.`,
    })),
  ]
}

function judgeInPath(
  placeholder: Placeholder,
  parameter: Parameter | undefined,
): readonly DeclarationProblem[] {
  const problems = judgeKind(placeholder, parameter, SEGMENT_KINDS)
  if (parameter?.required !== false) return problems
  const { name, at } = placeholder
  return [...problems, { path: at, observed: `{${name}} is not required, and a path needs it.` }]
}

function judgeKind(
  { name, at }: Placeholder,
  parameter: Parameter | undefined,
  allowed: readonly ParameterKind[],
): readonly DeclarationProblem[] {
  if (parameter === undefined || allowed.includes(parameter.kind)) return []
  const observed = `{${name}} is of the kind ${parameter.kind}; here are ${allowed.join(', ')}.`
  return [{ path: at, observed }]
}
