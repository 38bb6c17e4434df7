/** @module What a caller of the tools may reach: connections, by the caller's verbs and the scopes that each has. */

import { scopeCovers } from '@postern/core'
import type { Verb } from '../../config/access-rules.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import { hiddenConnection, type RequestCaller } from '../caller.ts'
import type { Services } from '../services.ts'
import { ToolError } from './tool-error.ts'

/** What is asked of a connection. */
export interface Need {
  readonly verb: Verb
  /** One of them is enough; a `.manage` scope does for the `.read` scope of its name. None: any will do. */
  readonly scopes?: readonly string[]
}

/** The connections that a caller sees here. What the caller narrowed them to, and nothing that its access key does not give. */
export class Reach {
  readonly #caller: RequestCaller
  readonly #connections: readonly ConnectionRow[]

  /** Whether the caller wants to be kept to some connections. */
  readonly isNarrowed: boolean

  private constructor(
    caller: RequestCaller,
    connections: readonly ConnectionRow[],
    isNarrowed: boolean,
  ) {
    this.#caller = caller
    this.#connections = connections
    this.isNarrowed = isNarrowed
  }

  /** @param names - the connections that the caller wants to be kept to; none: all that it may see. */
  static async open(
    { connections }: Services,
    caller: RequestCaller,
    names: readonly string[] | undefined,
  ): Promise<Reach> {
    const rows = await connections.list()
    const isWanted = ({ name }: ConnectionRow) =>
      caller.permissions.maySee(name) && (names === undefined || names.includes(name))
    return new Reach(caller, rows.filter(isWanted), names !== undefined)
  }

  /** Every connection that the caller sees, by name. */
  get all(): readonly ConnectionRow[] {
    return this.#connections
  }

  /** The connections with what is needed, by name. */
  having({ verb, scopes }: Need): readonly ConnectionRow[] {
    return this.#connections.filter(
      (row) => this.#caller.may(verb, row.name) && hasAnyScope(row, scopes),
    )
  }

  /**
   * The connection that a call is about: the one that it names, or the only one there is.
   *
   * @throws {ToolError} `tool_connection_needed` where there are several, and none is named.
   * @throws what {@link RequestCaller.requireVerb} throws.
   */
  require(need: Need, name: string | undefined): ConnectionRow {
    const having = this.having(need)
    if (name === undefined) return this.#only(need, having)
    const row = this.#connections.find((known) => known.name === name)
    if (row === undefined) throw hiddenConnection(name)
    this.#caller.requireVerb(need.verb, name)
    return row
  }

  #only({ verb }: Need, having: readonly ConnectionRow[]): ConnectionRow {
    const [only] = having
    if (only !== undefined && having.length === 1) return only
    if (having.length === 0) this.#caller.requireVerb(verb)
    const names = having.map(({ name }) => name)
    throw new ToolError(
      'tool_connection_needed',
      names.length === 0
        ? 'There is no connection for this tool.'
        : `There are ${names.length} connections that this could be about.`,
      {
        remedy:
          names.length === 0
            ? 'Have one kept with `postern connect`.'
            : 'Name one of them as connection.',
        details: { connections: names },
      },
    )
  }
}

function hasAnyScope({ kind, settings }: ConnectionRow, scopes: readonly string[] = []): boolean {
  if (kind === 'api-token' || scopes.length === 0) return true
  // A custom authorization server's tokens are for other APIs than Okta's, whatever their scopes are called.
  const has = settings.authorizationServerId === undefined ? (settings.scopes ?? []) : []
  return scopes.some((scope) => scopeCovers(has, scope))
}
