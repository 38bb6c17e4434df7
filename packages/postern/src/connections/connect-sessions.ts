/** @module Connect sessions: links by which one person, somewhere else, gives the values of one connection. */

import {
  type GuideOutcome,
  type PublicOrg,
  parseOrgUrl,
  readPublicOrg,
  type Secret,
  UpstreamError,
} from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  type ConnectSessionRow,
  deleteConnectSessions,
  insertConnectSession,
  isLive,
  listConnectSessions,
  listExpiredConnectSessions,
  openConnectSession,
  readConnectSession,
} from '../store/connect-sessions.ts'
import { isSameDigest, newId } from '../store/digest.ts'
import { judgeConnection, keepConnection, requireRoom, tryConnection } from './connect.ts'
import { attempt, type SessionAttempt } from './connect-attempt.ts'
import { type ConnectMembers, requestOf, requireAllowed, saveDraft } from './connect-draft.ts'
import {
  beginGuide,
  type ConnectGuideContext,
  type ConnectGuideRequest,
  checkGuide,
  finishGuide,
} from './connect-guide.ts'
import {
  linkInvalid,
  linkUsed,
  sessionEnded,
  sessionInvalid,
  sessionNotFound,
  tooManySessions,
} from './connect-session-error.ts'
import { endSession, requireOpen, settle } from './connect-session-life.ts'
import { judgeSession, type NewConnectSession } from './connect-session-request.ts'
import { newLink, newSessionToken, parseLink, parseSessionToken } from './connect-session-text.ts'
import type { Guide, StepAnswer } from './guided-setups.ts'
import { type TrialOptions, type TrialVerdict, verdictOf } from './trial.ts'

/** What {@link ConnectSessions} works with. */
export interface ConnectSessionsContext extends ConnectGuideContext {
  /** The origins of pages that may embed or open the Connect page. */
  readonly connectOrigins: readonly string[]
}

/** What an org says of itself, and what was changed in its URL. */
export interface SeenOrg extends PublicOrg {
  readonly orgUrl: string
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
}

/** Who does something in a session, and until when they wait. */
export interface SessionDeed {
  readonly id: string
  readonly by: Caller
  readonly signal?: AbortSignal | undefined
}

const MAX_SESSIONS = 1_000
const KEPT_MS = 86_400_000
const noDigest = new Uint8Array(32)

/** The Connect sessions of a store. */
export class ConnectSessions {
  readonly #context: ConnectSessionsContext

  constructor(context: ConnectSessionsContext) {
    this.#context = context
  }

  /**
   * Makes a session and its link, which nothing tells again.
   *
   * @throws {ConnectionError} with every value that cannot be used.
   * @throws {StoredConnectionError} `connection_exists`
   * @throws {ConnectSessionError} `connect_origin_unknown`, `connect_session_too_many`
   */
  async add(
    asked: NewConnectSession,
    by: Caller,
  ): Promise<{ readonly row: ConnectSessionRow; readonly link: Secret }> {
    const { store, clock } = this.#context
    const { name, settings, lifeMs } = await judgeSession(this.#context, asked)
    await requireRoom(this.#context, name)
    const id = newId()
    const { text: link, digest: linkHash } = newLink(id)
    const now = clock.now()
    const expiresAt = new Date(now.getTime() + lifeMs)
    const session = { id, name, linkHash, settings, now, expiresAt, max: MAX_SESSIONS }
    await store.transaction(async () => {
      // Two people with a link of one name would set one app up, each over the other's.
      const rivals = await listConnectSessions(store)
      for (const row of rivals.filter((one) => one.name === name && isLive(one.status))) {
        await endSession(this.#context, row, { status: 'revoked', by })
      }
      if (!(await insertConnectSession(store, session))) throw tooManySessions(MAX_SESSIONS)
      const details = { ...settings, expiresAt: expiresAt.toISOString() }
      await this.#audit({ by, action: 'add', row: session, details })
    })
    return { row: await this.get(id), link }
  }

  /** Every session that is kept, the oldest first; one that has ended, for a day. */
  async list(): Promise<readonly ConnectSessionRow[]> {
    const rows = await listConnectSessions(this.#context.store)
    return Promise.all(rows.map((row) => settle(this.#context, row)))
  }

  /** @throws {ConnectSessionError} `connect_session_not_found` */
  async get(id: string): Promise<ConnectSessionRow> {
    const row = await readConnectSession(this.#context.store, id)
    if (row === undefined) throw sessionNotFound()
    return settle(this.#context, row)
  }

  /** Ends a session before its time. @throws {ConnectSessionError} `connect_session_not_found`, `connect_session_ended` */
  async revoke(id: string, by: Caller): Promise<void> {
    const row = await this.get(id)
    const revoked = await endSession(this.#context, row, { status: 'revoked', by })
    if (revoked === undefined) throw sessionEnded((await this.get(id)).status)
  }

  /**
   * Exchanges a link for a token; of two who do so at once, one gets it.
   *
   * @throws {ConnectSessionError} `connect_link_invalid`; for the right link `connect_link_used`, `connect_session_ended`
   */
  async open(
    text: string,
    requestId: string | undefined,
  ): Promise<{ readonly row: ConnectSessionRow; readonly token: Secret }> {
    const { store, clock } = this.#context
    const presented = parseLink(text)
    const found = presented && (await readConnectSession(store, presented.id))
    const isRight = isSameDigest(found?.link_hash ?? noDigest, presented?.digest ?? noDigest)
    if (found === undefined || !isRight) throw linkInvalid()
    const before = await settle(this.#context, found)
    if (!isLive(before.status)) throw sessionEnded(before.status)
    const { id } = before
    const { text: token, digest: tokenHash } = newSessionToken(id)
    const by = { actor: actorOf(id), requestId }
    return store.transaction(async () => {
      const row = await openConnectSession(store, id, { tokenHash, now: clock.now() })
      if (row === undefined) throw linkUsed()
      await this.#audit({ by, action: 'open', row })
      return { row, token }
    })
  }

  /**
   * The session of a token.
   *
   * @throws {ConnectSessionError} `connect_session_invalid` where the token is missing or wrong; for the right one of a
   *   session that is not open any more `connect_session_ended`
   */
  async recognise(
    text: string,
  ): Promise<{ readonly row: ConnectSessionRow; readonly actor: string }> {
    const presented = parseSessionToken(text)
    const found = presented && (await readConnectSession(this.#context.store, presented.id))
    const isRight = isSameDigest(found?.token_hash ?? noDigest, presented?.digest ?? noDigest)
    if (found === undefined || !isRight || found.token_hash === null) throw sessionInvalid()
    const row = await settle(this.#context, found)
    if (row.status !== 'open') throw sessionEnded(row.status)
    return { row, actor: actorOf(row.id) }
  }

  /** Looks at the org that a person names. @throws {OrgUrlError}; {@link ConnectSessionError} `connect_field_not_allowed` */
  async org(text: string, { id, signal }: Omit<SessionDeed, 'by'>): Promise<SeenOrg> {
    const { dev, openTransport, customDomains } = this.#context
    const { settings } = await requireOpen(this.#context, id)
    const parsed = parseOrgUrl(text, { dev, customDomains: await customDomains() })
    const { org: orgUrl } = parsed
    requireAllowed(settings, { orgUrl })
    const warnings = parsed.warnings.map(({ code, message }) => ({ code, message }))
    try {
      const seen = await readPublicOrg(orgUrl, { transport: openTransport(orgUrl), signal })
      return { orgUrl, warnings, ...seen }
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const { code, message } = error
      return {
        ...{ orgUrl, isOrg: false, offeredScopes: [] },
        warnings: [...warnings, { code, message }],
      }
    }
  }

  /**
   * Tries the values of a person out. What is usable is kept, together with the end of the session; with problems, only
   * where that is wanted.
   *
   * @throws {ConnectionError} with every value that cannot be used.
   * @throws {StoredConnectionError} `connection_exists`
   * @throws {ConnectSessionError} `connect_field_not_allowed`, `connect_session_busy`, `connect_session_ended`
   */
  async try(
    members: ConnectMembers,
    { keep, ...deed }: SessionDeed & { readonly keep?: boolean | undefined },
    { onFinding }: Pick<TrialOptions, 'onFinding'> = {},
  ): Promise<SessionAttempt> {
    const context = this.#context
    const { settings } = await requireOpen(context, deed.id)
    requireAllowed(settings, members)
    return attempt(context, deed, async ({ session, lease, endConnected }) => {
      const judged = await judgeConnection(context, await requestOf(context, session, members))
      await requireRoom(context, session.name)
      await saveDraft(context, session, { judged, sent: members, lease })
      const { signal } = lease
      const tried = await tryConnection(context, judged, { onFinding, signal })
      const { findings } = tried
      const verdict = verdictOf(tried)
      const { warnings } = judged.named
      if (!isKept(verdict, keep)) return { verdict, findings, warnings }
      const within = () => endConnected(findings)
      return { verdict, ...(await keepConnection(context, tried, deed.by, { signal, within })) }
    })
  }

  /** The steps to a new app. @throws as {@link beginGuide} says. */
  guide(asked: ConnectGuideRequest, { id, ...of }: SessionDeed): Promise<Guide> {
    return beginGuide(this.#context, id, asked, of)
  }

  /** Looks whether a step is done. @throws as {@link checkGuide} says. */
  checkStep(answer: Omit<StepAnswer, 'name'>, { id, ...of }: SessionDeed): Promise<GuideOutcome> {
    return checkGuide(this.#context, id, answer, of)
  }

  /** Tries the app that a person made, and keeps the connection as {@link ConnectSessions.try} does. */
  finishGuide(
    { id, by, signal, keep }: SessionDeed & { readonly keep?: boolean | undefined },
    { onFinding }: Pick<TrialOptions, 'onFinding'> = {},
  ): Promise<SessionAttempt> {
    const of = { by, isKept: (verdict: TrialVerdict) => isKept(verdict, keep) }
    return finishGuide(this.#context, id, of, { onFinding, signal })
  }

  /** Ends the sessions whose time is over, and deletes those that ended a day ago. */
  async expire(): Promise<void> {
    const { store, clock } = this.#context
    const now = clock.now()
    for (const row of await listExpiredConnectSessions(store, now)) {
      await settle(this.#context, row)
    }
    await deleteConnectSessions(store, new Date(now.getTime() - KEPT_MS))
  }

  #audit(of: {
    readonly by: Caller
    readonly action: 'add' | 'open'
    readonly row: Pick<ConnectSessionRow, 'id' | 'name'>
    readonly details?: Readonly<Record<string, unknown>>
  }): Promise<void> {
    const { store, clock } = this.#context
    const { by, action, row, details } = of
    const about = { connection: row.name, target: row.id, outcome: 'ok', details }
    return appendAudit(store, { ...by, action: `connect-session.${action}`, ...about }, clock.now())
  }
}

function isKept(verdict: TrialVerdict, keep: boolean | undefined): boolean {
  return verdict === 'ok' || (verdict === 'warning' && keep === true)
}

/** How the audit log calls the person of a session. */
function actorOf(id: string): string {
  return `connect-session:${id}`
}
