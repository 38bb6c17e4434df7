/** @module A stored connection in use: one client, one pacer and one source of tokens for everybody in this process. */

import { isDeepStrictEqual } from 'node:util'
import {
  type Authorizer,
  type Clock,
  createAuthorizer,
  Org,
  type OrgUrl,
  parseOrgUrl,
  ServiceAppAuthorizer,
  TokenSource,
  type Transport,
} from '@postern/core'
import type { Connection } from '../config/connection.ts'
import type { Stop } from '../http/stop.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { ConnectionsContext } from './context.ts'
import { readCredential } from './credential.ts'
import { FollowingAuthorizer } from './following-authorizer.ts'
import { connectionNotFound } from './stored-connection-error.ts'
import { WatchedPacer } from './watched-pacer.ts'

/** A connection ready to be used. */
export interface OpenConnection {
  /** As it was when it was opened. */
  readonly row: ConnectionRow
  /** Follows the connection: a new key or new scopes hold from its next request on, and a removal ends it. */
  readonly org: Org
  /** Of the credential as it was when it was opened. Absent for an API token. */
  readonly tokens?: TokenSource
  /** Aborts when the connection is removed. */
  readonly signal: AbortSignal
  /** Stopped when it is removed. */
  readonly underWay: Set<Stop>
}

/** The connection that has a name now. */
export interface PresentConnection {
  /** Undefined where it has to be looked up. */
  known(): OpenedConnection | undefined
  /** Rejects where it is gone. */
  find(): Promise<OpenedConnection>
}

interface SignIn {
  readonly credential: Connection['credential']
  readonly authorizer: Authorizer
  readonly tokens?: TokenSource
}

/** One connection in this process, from its first use on. Its org never changes; its credential may. */
export class OpenedConnection {
  readonly #context: ConnectionsContext
  readonly #org: Org
  /** What divides the org's rate limit among all who use it here. */
  readonly pacer: WatchedPacer
  readonly #transport: Transport
  readonly #ended: AbortController
  readonly #underWay = new Set<Stop>()
  /** When it was asked for last, to be used. */
  lastUsedAt: Date | undefined
  #row: ConnectionRow
  #signIn: SignIn
  #parts: OpenConnection

  /** @param parts - what {@link OpenedConnection.open} puts together. */
  private constructor(parts: {
    readonly context: ConnectionsContext
    readonly row: ConnectionRow
    readonly signIn: SignIn
    readonly org: Org
    readonly pacer: WatchedPacer
    readonly transport: Transport
    readonly ended: AbortController
  }) {
    this.#context = parts.context
    this.#row = parts.row
    this.#signIn = parts.signIn
    this.#org = parts.org
    this.pacer = parts.pacer
    this.#transport = parts.transport
    this.#ended = parts.ended
    this.#parts = this.#partsNow()
  }

  /**
   * Unseals a connection's credential and puts its parts together. Sends nothing.
   *
   * @param present - the connection of that name as it is now.
   * @throws {SealError} where the credential does not open.
   * @throws {OrgUrlError} where its org is on this machine, or a domain that the operator does not allow (any more).
   */
  static async open(
    context: ConnectionsContext,
    row: ConnectionRow,
    present: PresentConnection,
  ): Promise<OpenedConnection> {
    const { clock, dev } = context
    const customDomains = await context.customDomains()
    const url = parseOrgUrl(row.org_url, { customDomains, dev }).org
    const ended = new AbortController()
    const transport = endedBy(context.openTransport(url), ended.signal)
    const signIn = signInTo(url, await readCredential(context, row), { transport, clock })
    const authorizerOf = (opened: OpenedConnection) => {
      // Another connection may have the name by now, to another org.
      if (opened.#row.id !== row.id) throw connectionNotFound(row.name)
      return opened.#signIn.authorizer
    }
    const authorizer = new FollowingAuthorizer(signIn.authorizer, {
      known: () => {
        const opened = present.known()
        return opened && authorizerOf(opened)
      },
      find: async () => authorizerOf(await present.find()),
    })
    const pacer = new WatchedPacer({ clock, onWait: context.onWait, now: () => clock.now() })
    const org = new Org({ url, authorizer, customDomains, dev, transport, clock, pacer })
    return new OpenedConnection({ context, row, signIn, org, pacer, transport, ended })
  }

  get row(): ConnectionRow {
    return this.#row
  }

  get transport(): Transport {
    return this.#transport
  }

  get credential(): Connection['credential'] {
    return this.#signIn.credential
  }

  /** What users of the connection get. */
  get parts(): OpenConnection {
    return this.#parts
  }

  /**
   * Takes a newer row. Tokens are kept unless the credential is another one: those of a key that was replaced are never
   * handed out again, though the org takes them until they end, an hour after it gave them.
   *
   * @throws what {@link OpenedConnection.open} throws.
   */
  async follow(row: ConnectionRow): Promise<void> {
    if (row.revision === this.#row.revision) return
    const { clock, dev, customDomains } = this.#context
    parseOrgUrl(row.org_url, { customDomains: await customDomains(), dev })
    const isSame = signInTextOf(row) === signInTextOf(this.#row)
    // The values of headers are sealed: the row does not tell whether they are others.
    if (!isSame || row.settings.headerNames !== undefined) {
      const credential = await readCredential(this.#context, row)
      if (!isSame || !isDeepStrictEqual(headersOf(credential), headersOf(this.credential))) {
        this.#signIn = signInTo(this.#org.url, credential, { transport: this.#transport, clock })
      }
    }
    this.#row = row
    this.#parts = this.#partsNow()
  }

  #partsNow(): OpenConnection {
    const { tokens } = this.#signIn
    const [row, org, underWay] = [this.#row, this.#org, this.#underWay]
    const common = { row, org, underWay, signal: this.#ended.signal }
    return tokens === undefined ? common : { ...common, tokens }
  }

  /** Ends everything that is under way. */
  end(): void {
    const reason = connectionNotFound(this.#row.name)
    this.#ended.abort(reason)
    for (const stop of this.#underWay) stop.stop(reason)
  }
}

function signInTo(
  org: OrgUrl,
  credential: Connection['credential'],
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
): SignIn {
  if (credential.kind === 'api-token') {
    const authorizer = createAuthorizer({ org, credential, transport, clock })
    return { credential, authorizer }
  }
  const tokens = new TokenSource({ org, credential, transport, clock })
  return { credential, tokens, authorizer: new ServiceAppAuthorizer(tokens) }
}

/** The same for two rows that sign in the same way, but for the values of their headers. */
function signInTextOf({ client_id, settings, credential_since }: ConnectionRow): string {
  return JSON.stringify([client_id, settings, credential_since])
}

function headersOf(credential: Connection['credential']) {
  return credential.kind === 'service-app' ? credential.headers : undefined
}

function endedBy(transport: Transport, ended: AbortSignal): Transport {
  return async (request) => {
    ended.throwIfAborted()
    const signal = request.signal ? AbortSignal.any([request.signal, ended]) : ended
    return transport({ ...request, signal })
  }
}
