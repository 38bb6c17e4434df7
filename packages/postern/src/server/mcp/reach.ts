/** @module What a caller of the tools may reach: connections, by the caller's rules and the scopes that each has. */

import { type Action, getAction, scopeCovers } from '@postern/core'
import type { Verb } from '../../config/access-rules.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import { hiddenConnection, type RequestCaller } from '../caller.ts'
import { ServerError } from '../problem.ts'
import type { Services } from '../services.ts'
import { ToolError } from './tool-error.ts'

/** What is asked of a connection. */
export interface Need {
  readonly verb: Verb
  /** One of them is enough; a `.manage` scope does for the `.read` scope of its name. None: any will do. */
  readonly scopes?: readonly string[]
  /** Actions that read, of which the rules have to give one. None: any will do. */
  readonly actions?: readonly string[]
}

/** What a client keeps its tools to. */
export interface Wishes {
  /** The connections; none: all that the caller may see. */
  readonly connections?: readonly string[] | undefined
  /** Of the operator's own command: the actions that change something and may be planned. */
  readonly allow?: readonly string[] | undefined
}

/** The connections that a caller sees here. What the client keeps them to, and nothing that the caller's rules do not give. */
export class Reach {
  readonly #caller: RequestCaller
  readonly #connections: readonly ConnectionRow[]
  readonly #allow: readonly string[]
  readonly #changes: readonly Action[]
  readonly #grantedScopes: GrantedScopes
  /** Whether the client wants to be kept to some connections. */
  readonly isNarrowed: boolean

  private constructor(parts: {
    readonly caller: RequestCaller
    readonly connections: readonly ConnectionRow[]
    readonly allow: readonly string[]
    readonly changes: readonly Action[]
    readonly grantedScopes: GrantedScopes
    readonly isNarrowed: boolean
  }) {
    this.#caller = parts.caller
    this.#connections = parts.connections
    this.#allow = parts.allow
    this.#changes = parts.changes
    this.#grantedScopes = parts.grantedScopes
    this.isNarrowed = parts.isNarrowed
  }

  /**
   * @throws {ServerError} `access_denied` for `allow` of anybody but the operator's own command: an access key says in its
   *   rules which actions it may plan.
   * @throws {ActionError} `action_unknown` for one of `allow` that is not there.
   */
  static async open(
    { connections, actions }: Services,
    caller: RequestCaller,
    { connections: names, allow = [] }: Wishes,
  ): Promise<Reach> {
    if (allow.length > 0 && caller.by.actor !== LOCAL) throw allowRefused()
    const known = await actions.list()
    for (const name of allow) getAction(name, known)
    const rows = await connections.list()
    return new Reach({
      caller,
      allow,
      changes: known.filter(({ effect }) => effect === 'change'),
      connections: rows.filter(
        ({ name }) =>
          caller.permissions.maySee(name) && (names === undefined || names.includes(name)),
      ),
      grantedScopes: (name) => connections.grantedScopes(name),
      isNarrowed: names !== undefined,
    })
  }

  /** Every connection that the caller sees, by name. */
  get all(): readonly ConnectionRow[] {
    return this.#connections
  }

  /** The connections with what is needed, by name. */
  having({ verb, scopes, actions }: Need): readonly ConnectionRow[] {
    return this.#connections.filter(
      (row) =>
        this.#caller.may(verb, row.name) &&
        (scopes === undefined || scopes.some((scope) => this.#hasScope(row, scope))) &&
        (actions === undefined || actions.some((name) => this.#mayRead(row, name))),
    )
  }

  /** The connections on which a change may be planned: any, or the one that is named. */
  changing(action?: string): readonly ConnectionRow[] {
    return this.#connections.filter((row) =>
      this.changesOf(row).some(({ name }) => action === undefined || name === action),
    )
  }

  /** The changes that the operator listed one by one for this caller and connection, and that its scopes let work. */
  changesOf(row: ConnectionRow): readonly Action[] {
    const { permissions, by } = this.#caller
    return this.#changes.filter((action) => {
      const { name, scopes } = action
      const isListed =
        by.actor === LOCAL ? this.#allow.includes(name) : permissions.namesAction(row.name, name)
      const isGiven = permissions.actionRight(row.name, action) !== undefined
      return isListed && isGiven && scopes.every((scope) => this.#hasScope(row, scope))
    })
  }

  /** The connection that a call is about. @throws as {@link Reach.requireOf} says. */
  require(need: Need, name: string | undefined): ConnectionRow {
    return this.requireOf(this.having(need), need, name)
  }

  /**
   * The connection that a call is about: the one that it names, or the only one that could be meant.
   *
   * @throws {ToolError} `tool_connection_needed` where there are several, and none is named.
   * @throws what {@link RequestCaller.requireVerb} throws.
   */
  requireOf(
    rows: readonly ConnectionRow[],
    { verb }: Need,
    name: string | undefined,
  ): ConnectionRow {
    if (name === undefined) return this.#only(rows, verb)
    if (!this.#connections.some((known) => known.name === name)) throw hiddenConnection(name)
    this.#caller.requireVerb(verb, name)
    const row = rows.find((known) => known.name === name)
    if (row === undefined) throw connectionNeeded(rows, `It does not work on connection ${name}.`)
    return row
  }

  #mayRead({ name: connection }: ConnectionRow, name: string): boolean {
    const action = { name, effect: 'read' } as const
    return this.#caller.permissions.actionRight(connection, action) !== undefined
  }

  /** Okta grants fewer scopes than were asked for without a word: a token that is held tells. */
  #hasScope({ name, kind, settings }: ConnectionRow, scope: string): boolean {
    if (kind === 'api-token') return true
    // A custom authorization server's tokens are for other APIs than Okta's, whatever their scopes are called.
    if (settings.authorizationServerId !== undefined) return false
    return scopeCovers(this.#grantedScopes(name) ?? settings.scopes ?? [], scope)
  }

  #only(rows: readonly ConnectionRow[], verb: Verb): ConnectionRow {
    const [only] = rows
    if (only !== undefined && rows.length === 1) return only
    if (rows.length === 0) this.#caller.requireVerb(verb)
    throw connectionNeeded(rows, `There are ${rows.length} connections that could be meant.`)
  }
}

/** The scopes of the token that a connection holds by now; undefined where it holds none. */
type GrantedScopes = (connection: string) => readonly string[] | undefined

// The operator's own command, whose access key never leaves this machine.
const LOCAL = 'local'

function connectionNeeded(rows: readonly ConnectionRow[], observed: string): ToolError {
  const names = rows.map(({ name }) => name)
  return new ToolError('tool_connection_needed', observed, {
    remedy:
      names.length === 0
        ? 'Look at status for what the connections have.'
        : 'Name one of these connections as connection.',
    details: { connections: names.slice(0, 100) },
  })
}

function allowRefused(): ServerError {
  return new ServerError('access_denied', 'An access key cannot be allowed more by its holder.', {
    remedy: 'Name the actions in the rules of the access key: CONNECTION:act:ACTION.',
  })
}
