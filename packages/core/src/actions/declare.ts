/** @module Actions that an operator declares: one request of a template each, called like those that are built in. */

import type { JsonValue } from '../json.ts'
import type { Action, Prepared } from './action.ts'
import { type Arguments, argumentsInvalid } from './arguments.ts'
import type { Calls } from './calls.ts'
import { type ActionDeclaration, parseDeclaration } from './declaration.ts'
import { findApp } from './find-app.ts'
import { findGroup } from './find-group.ts'
import { findUser } from './find-user.ts'
import type { Parameter } from './parameter.ts'
import { type Found, shortOf } from './reference.ts'
import { type GivenRequest, prepareChange, prepareRead } from './sent-request.ts'
import { fillPath, fillValue, isSegment, placeholdersOfPath, type Values } from './template.ts'

/**
 * The action of a declaration. A parameter of the kind `user`, `group` or `app` is found first, and its id takes the place.
 *
 * @param given - an {@link ActionDeclaration} as it was written.
 * @throws {ActionError} `action_declaration_invalid` with every problem in `details.problems`.
 *
 * @example
 * declareAction({
 *   name: 'user.reset_factors',
 *   title: 'Reset the factors of a user',
 *   summary: 'Takes every authenticator from a user.',
 *   method: 'POST',
 *   path: '/api/v1/users/{user}/lifecycle/reset_factors',
 *   scopes: ['okta.users.manage'],
 *   parameters: [{ name: 'user', kind: 'user', description: 'The user.' }],
 * })
 */
export function declareAction(given: unknown): Action {
  const declaration = parseDeclaration(given)
  const { name, title, summary, effect, destructive, scopes, roles, parameters } = declaration
  return {
    ...{ name, title, summary, effect, destructive, scopes, roles, parameters },
    ...(effect === 'change' ? { doneEachRun: true } : {}),
    prepare: (calls, args) => prepare(declaration, calls, args),
  }
}

async function prepare(
  declaration: ActionDeclaration,
  calls: Calls,
  given: Arguments,
): Promise<Prepared> {
  const values: Record<string, JsonValue | undefined> = { ...given.values }
  const objects: Found[] = []
  for (const parameter of declaration.parameters) {
    const found = await find(parameter, calls, given)
    if (found === undefined) continue
    objects.push(found)
    values[parameter.name] = found.id
  }
  requireSegments(declaration, values)
  const request = fill(declaration, values)
  const named = objects.map(shortOf)
  if (declaration.effect === 'read') return prepareRead(calls, request, named)
  return prepareChange(calls, request, { change: declaration.name, objects: named })
}

async function find(
  { name, kind }: Parameter,
  calls: Calls,
  given: Arguments,
): Promise<Found | undefined> {
  const reference = given.optionalText(name)
  if (reference === undefined) return undefined
  switch (kind) {
    case 'user':
      return findUser(calls, reference)
    case 'group':
      return findGroup(calls, reference)
    case 'app':
      return findApp(calls, reference)
    default:
      return undefined
  }
}

function requireSegments(declaration: ActionDeclaration, values: Values): void {
  const problems = placeholdersOfPath(declaration.path)
    .filter(({ name }) => !isSegment(String(values[name])))
    .map(({ name }) => ({ argument: name, observed: 'It would leave its segment of the path.' }))
  if (problems.length > 0) throw argumentsInvalid(declaration, problems)
}

function fill({ method, path, query, body }: ActionDeclaration, values: Values): GivenRequest {
  const entries = Object.entries(query).flatMap(([name, template]) => {
    const value = fillValue(template, values)
    const isScalar = ['string', 'number', 'boolean'].includes(typeof value)
    return isScalar ? [[name, value as string | number | boolean] as const] : []
  })
  return {
    method,
    path: fillPath(path, values),
    query: Object.fromEntries(entries),
    body: body === undefined ? undefined : fillValue(body, values),
  }
}
