/** @module The connections that are kept: connected, opened, looked at and removed by name. */

import { diagnose, type Finding, type Token } from '@postern/core'
import { connectionTexts } from '../config/connection-texts.ts'
import { isProbablePrime } from '../http/primes.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  type ConnectionRow,
  type ConnectionsQuery,
  countConnections,
  deleteConnection,
  findConnection,
  listConnectionPage,
  listConnections,
  saveDoctorResult,
  saveLastUses,
} from '../store/connections.ts'
import { removeRecords } from '../store/records.ts'
import { openAdmin } from './admin.ts'
import type { AdminChoice } from './admin-choice.ts'
import { type Connected, type ConnectRequest, connect } from './connect.ts'
import type { ConnectionsContext } from './context.ts'
import { valuesOfCredential } from './credential.ts'
import { type OpenConnection, OpenedConnection } from './opened-connection.ts'
import { RateShare } from './rate-share.ts'
import { type BucketUse, viewRates } from './rate-view.ts'
import { connectionNotFound } from './stored-connection-error.ts'
import { resultOf, type TrialOptions } from './trial.ts'
import { requireUnused } from './unused.ts'
import { type UpdateRequest, update } from './update.ts'

// In a shared store another process may change a connection. In an embedded one nobody else does.
const FRESH_MS = 1_000
const LOOK_EVERY_MS = 1_000

/** What the doctor is asked for. */
export interface ExamineOptions extends AdminChoice {
  /** The scopes of what the connection is to be for, in the place of those it is for. */
  readonly wants?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a process uses a connection. */
export interface ConnectionUse {
  /** When a call, a feed or an administrator's work used it last, or it gave a token or a proof: in any process, to the minute. */
  readonly lastUsedAt: Date | undefined
  /** The token that this process holds for it. */
  readonly token: Pick<Token, 'type' | 'scopes' | 'expiresAt'> | undefined
}

interface Kept {
  readonly opened: OpenedConnection
  /** When the store was last seen to have no newer row, on the monotonic clock. */
  checkedMs: number
}

/** The connections of a store, as one process uses them. */
export class Connections {
  readonly #context: ConnectionsContext
  readonly #kept = new Map<string, Kept>()
  readonly #flights = new Map<string, Promise<OpenedConnection>>()
  /** Absent until this process follows the others. */
  #share: RateShare | undefined
  #looking: NodeJS.Timeout | undefined
  #flushedAt = new Date(0)
  /** Counts the changes that were told: what was read before one of them is read again. */
  #changes = 0

  constructor(context: ConnectionsContext) {
    this.#context = context
  }

  /** Tries a connection out and keeps it. @throws as {@link connect} says. */
  connect(request: ConnectRequest, by: Caller, options?: TrialOptions): Promise<Connected> {
    return connect(this.#context, request, by, options)
  }

  /** Every connection, by name. */
  list(): Promise<readonly ConnectionRow[]> {
    return listConnections(this.#context.store)
  }

  /** @throws {StoredConnectionError} `connection_not_found` */
  async get(name: string): Promise<ConnectionRow> {
    const row = await findConnection(this.#context.store, name)
    if (row === undefined) throw connectionNotFound(name)
    return row
  }

  /**
   * Opens a connection, or gives the one that is open. A change is seen at once where this process made it, and within a
   * second where another one did. A failure is not kept: the next call tries again.
   *
   * @throws {StoredConnectionError} `connection_not_found`
   * @throws {SealError} where its credential does not open; {@link OrgUrlError} where its org is not allowed.
   */
  async open(name: string): Promise<OpenConnection> {
    return this.#use(await this.#present(name))
  }

  /** The connection that is open, as {@link Connections.open} would give it; undefined where it has to look it up. */
  opened(name: string): OpenConnection | undefined {
    const known = this.#known(name)
    return known && this.#use(known)
  }

  /** The scopes that the org gave a connection with the token that is held now; undefined where none is, or it has none. */
  grantedScopes(name: string): readonly string[] | undefined {
    return this.#known(name)?.parts.org.authorizer.grantedScopes?.()
  }

  /** How this process uses a connection. Nothing is asked of its org for it. */
  useOf({ id, name, last_used_at }: ConnectionRow): ConnectionUse {
    const opened = this.#kept.get(name)?.opened
    const isIts = opened?.row.id === id
    const lastUsedAt = (isIts ? opened.lastUsedAt : undefined) ?? last_used_at ?? undefined
    const token = isIts ? opened.parts.tokens?.held() : undefined
    return { lastUsedAt, token }
  }

  /** Writes down what is known of last uses. Called once a minute, and before the store closes. */
  async flushUses(): Promise<void> {
    const used = [...this.#kept.values()].flatMap(({ opened: { row, lastUsedAt: at } }) =>
      at === undefined || at <= this.#flushedAt ? [] : [{ id: row.id, at }],
    )
    this.#flushedAt = this.#context.clock.now()
    await saveLastUses(this.#context.store, used)
  }

  /**
   * How the rate limit of a connection stands: none of its buckets where this process did not use it.
   *
   * @throws {StoredConnectionError} `connection_not_found`
   */
  async rates(name: string): Promise<readonly BucketUse[]> {
    const { id } = await this.get(name)
    const opened = this.#kept.get(name)?.opened
    return opened?.row.id === id ? viewRates(opened.pacer, this.#context.clock.now()) : []
  }

  /** How many there are of those that are asked for, by state. */
  count(asked: Pick<ConnectionsQuery, 'names' | 'text'>): ReturnType<typeof countConnections> {
    return countConnections(this.#context.store, asked)
  }

  /** Connections by name, those that are asked for. */
  page(query: ConnectionsQuery): Promise<readonly ConnectionRow[]> {
    return listConnectionPage(this.#context.store, query)
  }

  /**
   * Lets the doctor look at a connection, and keeps how that came out once it is at its end, where the connection still signs
   * in as it was looked at; what comes of other `wants` is for the caller alone.
   *
   * @throws {AdminError | CredentialError} for an administrator who cannot be asked.
   */
  async *examine(
    name: string,
    { signal, wants: asked, ...choice }: ExamineOptions = {},
  ): AsyncGenerator<Finding, void> {
    const { store, clock, dev, customDomains } = this.#context
    const { parts, credential, transport } = await this.#present(name)
    const { row, org } = parts
    const admin = await openAdmin({ ...this.#context, connections: this }, org.url, choice)
    const wants = asked ?? row.settings.wants
    const findings: Finding[] = []
    const diagnosis = diagnose({
      connection: connectionTexts(valuesOfCredential(org.url, credential)),
      customDomains: await customDomains(),
      dev,
      transport,
      clock,
      pacer: org.pacer,
      isProbablePrime,
      ...(wants === undefined ? {} : { wants }),
      ...(admin === undefined ? {} : { admin }),
      signal: signal ? AbortSignal.any([signal, parts.signal]) : parts.signal,
    })
    for await (const finding of diagnosis) {
      findings.push(finding)
      yield finding
    }
    if (asked !== undefined) return
    await saveDoctorResult(store, row, resultOf(findings, clock.now()))
  }

  /** Changes a connection. A new credential is tried out first. @throws as {@link update} says. */
  async update(
    name: string,
    request: UpdateRequest,
    by: Caller,
    options: TrialOptions = {},
  ): Promise<Connected> {
    const updated = await update(this.#context, { row: await this.get(name), request, by }, options)
    this.changed(updated.row.id)
    return updated
  }

  /**
   * Removes a connection with everything that belongs to it, and ends what is under way with it. At Okta everything stays.
   *
   * @returns the connection as it was.
   * @throws {StoredConnectionError} `connection_not_found`; `connection_in_use` with the feeds that read over it
   */
  async remove(name: string, by: Caller): Promise<ConnectionRow> {
    const { store, clock } = this.#context
    const row = await store.transaction(async () => {
      const found = await this.get(name)
      if (!(await deleteConnection(store, found.id))) throw connectionNotFound(name)
      // Looked for behind the deletion, which waits for whoever adds one.
      await requireUnused(store, found)
      const details = { org: found.org_url, clientId: found.client_id ?? undefined }
      const entry = { ...by, action: 'connection.remove', connection: name, outcome: 'ok', details }
      await appendAudit(store, entry, clock.now())
      return found
    })
    this.changed(row.id)
    this.#end(name, row.id)
    // What is left where the process dies now, or the database does not answer, is removed within the hour.
    await removeRecords(store, row.id).catch(() => undefined)
    return row
  }

  /** Has to be called after a change of a connection, so that its next use sees it. */
  changed(id: string): void {
    this.#changes++
    for (const kept of this.#kept.values()) {
      if (kept.opened.row.id === id) kept.checkedMs = Number.NEGATIVE_INFINITY
    }
  }

  /**
   * Begins to follow the other processes of a shared store: to divide rate limits with them, and to end what is under way
   * with a connection that one of them removes. An embedded store has no other processes.
   */
  follow(): void {
    const { store } = this.#context
    if (store.kind === 'pglite' || this.#share !== undefined) return
    this.#share = new RateShare(this.#context)
    // A store that does not answer now is asked again; until then every process keeps its part.
    const look = () => this.look().catch(() => undefined)
    this.#looking = setInterval(look, LOOK_EVERY_MS).unref()
  }

  /** Looks once what other processes did. */
  async look(): Promise<void> {
    if (this.#share === undefined) return
    const checkedMs = this.#context.clock.monotonicMs()
    const changes = this.#changes
    const asked = new Set(this.#share.connectionIds)
    const shared = await this.#share.look()
    for (const [name, kept] of this.#kept) {
      const { id, revision } = kept.opened.row
      if (!asked.has(id)) continue
      const found = shared.get(id)
      if (found === undefined) this.#end(name, id)
      else if (found.revision !== revision) kept.checkedMs = Number.NEGATIVE_INFINITY
      // What was told meanwhile may be newer than what was read.
      else if (changes === this.#changes) kept.checkedMs = Math.max(kept.checkedMs, checkedMs)
    }
  }

  /** Ends following, and leaves the rate limits to the others. */
  async close(): Promise<void> {
    clearInterval(this.#looking)
    const share = this.#share
    this.#share = undefined
    await share?.leave()
  }

  #use(opened: OpenedConnection): OpenConnection {
    opened.lastUsedAt = this.#context.clock.now()
    return opened.parts
  }

  #known(name: string): OpenedConnection | undefined {
    const kept = this.#kept.get(name)
    return kept !== undefined && this.#isFresh(kept) ? kept.opened : undefined
  }

  #present(name: string): Promise<OpenedConnection> {
    const known = this.#known(name)
    if (known !== undefined) return Promise.resolve(known)
    const underWay = this.#flights.get(name)
    if (underWay !== undefined) return underWay
    const flight = this.#read(name).finally(() => this.#flights.delete(name))
    this.#flights.set(name, flight)
    return flight
  }

  #isFresh({ opened, checkedMs }: Kept): boolean {
    const { store, clock } = this.#context
    if (this.#share?.use(opened.row.id) === false) return false
    if (store.kind === 'pglite') return checkedMs > Number.NEGATIVE_INFINITY
    return clock.monotonicMs() - checkedMs < FRESH_MS
  }

  async #read(name: string): Promise<OpenedConnection> {
    const { store, clock } = this.#context
    for (;;) {
      const changes = this.#changes
      const checkedMs = clock.monotonicMs()
      const row = await findConnection(store, name)
      const before = this.#kept.get(name)?.opened
      if (before !== undefined && before.row.id !== row?.id) this.#end(name, before.row.id)
      if (row === undefined) throw connectionNotFound(name)
      const opened = await this.#openRow(row).catch(async (error: unknown) => {
        // Its secrets are read after it: somebody may have replaced them in between.
        const now = await findConnection(store, name)
        if (now?.id === row.id && now.revision === row.revision) throw error
        return undefined
      })
      if (opened === undefined) continue
      if (this.#share?.use(row.id) === false) {
        await this.#share.join(row.id, opened.parts.org.pacer)
      }
      const isNewest = changes === this.#changes
      this.#kept.set(name, { opened, checkedMs: isNewest ? checkedMs : Number.NEGATIVE_INFINITY })
      if (isNewest) return opened
    }
  }

  async #openRow(row: ConnectionRow): Promise<OpenedConnection> {
    const { name } = row
    const opened =
      this.#kept.get(name)?.opened ??
      (await OpenedConnection.open(this.#context, row, {
        known: () => this.#known(name),
        find: () => this.#present(name),
      }))
    await opened.follow(row)
    return opened
  }

  #end(name: string, id: string): void {
    const opened = this.#kept.get(name)?.opened
    if (opened?.row.id !== id) return
    this.#kept.delete(name)
    opened.end()
  }
}
