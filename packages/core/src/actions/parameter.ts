/** @module What an action takes: its parameters as data, which the command line, the API, agents and the documents show alike. */

/**
 * What a parameter holds.
 *
 * `user`, `group` and `app` name one object of the org: its id, or a user's login or e-mail address, a group's name, an
 * app's label; always the whole of it. `users` is a list of such. `json` is any JSON, `object` a JSON object.
 */
export const parameterKinds = [
  'user',
  'group',
  'app',
  'users',
  'text',
  'boolean',
  'object',
  'json',
] as const

/** One of {@link parameterKinds}. */
export type ParameterKind = (typeof parameterKinds)[number]

/** One parameter of an action. */
export interface Parameter {
  /** In camelCase. */
  readonly name: string
  readonly kind: ParameterKind
  /** A sentence. */
  readonly description: string
  readonly required: boolean
  /** What a text may be. */
  readonly choices?: readonly string[]
  /** Whether its value stands in an audit log, without a query; of any other the name alone does. */
  readonly audited?: true
  /** Characters at most of a text, items at most of a list. Default 512 and 10,000. */
  readonly max?: number
}

/** What takes arguments. */
export interface TakesArguments {
  /** Concept, dot, verb: `group.add_member`. */
  readonly name: string
  readonly parameters: readonly Parameter[]
}
