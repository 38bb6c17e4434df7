/** @module The console sessions of a store: begun by signing in, recognised by a cookie, ended with what they stand on. */

import type { Clock, Secret } from '@postern/core'
import { appendAudit, type Caller } from '../../store/audit.ts'
import {
  type ConsoleSessionRow,
  deleteConsoleSessions,
  endConsoleSession,
  insertConsoleSession,
  readConsoleSession,
  touchConsoleSession,
} from '../../store/console-sessions.ts'
import { isSameDigest, newId } from '../../store/digest.ts'
import type { Store } from '../../store/store.ts'
import { parseAccessKey } from '../access-key-text.ts'
import type { AccessKeys, RecognisedCaller } from '../access-keys.ts'
import { Permissions } from '../permissions.ts'
import { accessKeyInvalid } from '../problem.ts'
import { newCookie, parseCookie } from './cookie.ts'
import { ConsoleLinks } from './links.ts'
import type { OpenId } from './openid.ts'
import type { Person } from './person.ts'
import { sessionInvalid } from './session-error.ts'
import { notConfigured, type SignInError } from './sign-in-error.ts'

/** A session, and who is signed in. */
export interface ConsoleSession {
  readonly id: string
  readonly kind: 'person' | 'access-key'
  readonly name: string
  readonly expiresAt: Date
  readonly caller: RecognisedCaller
}

/** A session that has just begun. */
export interface BegunSession {
  readonly session: ConsoleSession
  /** The value of its cookie, which nothing tells again. */
  readonly cookie: Secret
  readonly lifeSeconds: number
}

/** What {@link ConsoleSessions} works with. */
export interface ConsoleSessionsContext {
  readonly store: Store
  readonly clock: Clock
  readonly accessKeys: AccessKeys
  /** By whose word people sign in. */
  readonly openId?: Pick<OpenId, 'ground'> | undefined
}

const MINUTE_MS = 60_000
const LIFE_MS = 12 * 60 * MINUTE_MS
const IDLE_MS = 60 * MINUTE_MS
const noDigest = new Uint8Array(32)

/** The console sessions of a store. One lasts 12 hours at most, and one hour after it was used last. */
export class ConsoleSessions {
  readonly #context: ConsoleSessionsContext
  readonly #links: ConsoleLinks

  constructor(context: ConsoleSessionsContext) {
    this.#context = context
    this.#links = new ConsoleLinks(context.clock)
  }

  /**
   * Begins a session with the rights of an access key, which ends with that key: also when it is rotated.
   *
   * @throws {ServerError} `access_key_invalid`
   */
  async beginByKey(text: string, requestId: string): Promise<BegunSession> {
    const presented = parseAccessKey(text)
    const caller = await this.#context.accessKeys.recognisePresented(presented)
    if (presented === undefined || caller === undefined) throw accessKeyInvalid()
    const { id: keyId, digest: ground } = presented
    return this.#begin({ keyId, ground, rules: null, caller, requestId })
  }

  /** A link for one browser on this machine, good for ten minutes: what it gives, the access key of this process has. */
  addLink(localKey: Secret): Secret {
    return this.#links.add(localKey)
  }

  /** Begins a session by a link. @throws {ConsoleError} `console_link_invalid`, `console_link_over` */
  async beginByLink(text: string, requestId: string): Promise<BegunSession> {
    return this.beginByKey(this.#links.take(text).reveal(), requestId)
  }

  /** Begins a session of a person, with the rights that their groups give them now. */
  async beginByPerson(person: Person, requestId: string): Promise<BegunSession> {
    const { actor, name, rules, details } = person
    const { openId } = this.#context
    if (openId === undefined) throw notConfigured()
    const caller = { actor, name, permissions: new Permissions(rules) }
    return this.#begin({ keyId: null, ground: openId.ground, rules, caller, requestId, details })
  }

  /** Writes down that somebody whom the provider knows was not let in. */
  async noteRefusal({ code, details }: SignInError, requestId: string): Promise<void> {
    const { store, clock } = this.#context
    const deed = { actor: String(details['actor']), requestId, action: 'console-session.begin' }
    await appendAudit(store, { ...deed, outcome: code }, clock.now())
  }

  async #begin(of: {
    readonly keyId: string | null
    readonly ground: Uint8Array
    readonly rules: ConsoleSessionRow['rules']
    readonly details?: Readonly<Record<string, unknown>>
    readonly caller: RecognisedCaller
    readonly requestId: string
  }): Promise<BegunSession> {
    const { store, clock } = this.#context
    const { keyId, ground, rules, caller, requestId } = of
    const { actor, name } = caller
    const id = newId()
    const { text: cookie, digest } = newCookie(id)
    const now = clock.now()
    const lifeMs = Math.min(LIFE_MS, (caller.expiresAt?.getTime() ?? Infinity) - now.getTime())
    const row: ConsoleSessionRow = {
      id,
      secret_hash: digest,
      actor,
      name,
      key_id: keyId,
      ground_hash: ground,
      rules,
      created_at: now,
      used_at: now,
      expires_at: new Date(now.getTime() + lifeMs),
      ended_at: null,
    }
    const deed = { actor, requestId, action: 'console-session.begin', target: id, outcome: 'ok' }
    await store.transaction(async () => {
      await insertConsoleSession(store, row)
      await appendAudit(store, { ...deed, details: { ...of.details, name } }, now)
    })
    const session = sessionOf(row, caller)
    return { session, cookie, lifeSeconds: Math.floor(lifeMs / 1_000) }
  }

  /**
   * The session of a cookie.
   *
   * @throws {ConsoleError} `console_session_invalid`, the same whether it is wrong, ended, too old, left alone for too long,
   *   or what it stands on is no more.
   */
  async recognise(text: string): Promise<ConsoleSession> {
    const { store, clock } = this.#context
    const presented = parseCookie(text)
    const row = presented && (await readConsoleSession(store, presented.id))
    const isRight = isSameDigest(row?.secret_hash ?? noDigest, presented?.digest ?? noDigest)
    const now = clock.now()
    if (row === undefined || !isRight || !isLive(row, now)) throw sessionInvalid()
    const caller = await this.#callerOf(row)
    if (caller === undefined) throw sessionInvalid()
    // To the minute: a page asks for many things at once.
    if (now.getTime() - row.used_at.getTime() >= MINUTE_MS)
      await touchConsoleSession(store, row.id, now)
    return sessionOf(row, caller)
  }

  /** What a session gives by now; undefined where it goes on no more. To ask is not to use it. */
  async permissionsOf(id: string): Promise<Permissions | undefined> {
    const { store, clock } = this.#context
    const row = await readConsoleSession(store, id)
    if (row === undefined || !isLive(row, clock.now())) return undefined
    return (await this.#callerOf(row))?.permissions
  }

  /** Ends a session before its time. */
  async end(id: string, by: Caller): Promise<void> {
    const { store, clock } = this.#context
    const now = clock.now()
    await store.transaction(async () => {
      if (!(await endConsoleSession(store, id, now))) return
      const deed = { action: 'console-session.end', target: id, outcome: 'ok' }
      await appendAudit(store, { ...by, ...deed }, now)
    })
  }

  /** Deletes the sessions whose time is over. */
  async removeExpired(): Promise<void> {
    const { store, clock } = this.#context
    await deleteConsoleSessions(store, clock.now())
  }

  async #callerOf(row: ConsoleSessionRow): Promise<RecognisedCaller | undefined> {
    const { key_id, ground_hash, actor, name, rules } = row
    if (key_id === null) {
      const { openId } = this.#context
      // Other groups, other rules or another provider since: what was given then is not what would be given now.
      if (openId === undefined || !isSameDigest(openId.ground, ground_hash)) return undefined
      return { actor, name, permissions: new Permissions(rules ?? []) }
    }
    return this.#context.accessKeys.recognisePresented({ id: key_id, digest: ground_hash })
  }
}

function isLive({ ended_at, expires_at, used_at }: ConsoleSessionRow, now: Date): boolean {
  if (ended_at !== null || now >= expires_at) return false
  return now.getTime() - used_at.getTime() < IDLE_MS
}

function sessionOf(row: ConsoleSessionRow, caller: RecognisedCaller): ConsoleSession {
  const kind = row.key_id === null ? 'person' : 'access-key'
  return { id: row.id, kind, name: row.name, expiresAt: row.expires_at, caller }
}
