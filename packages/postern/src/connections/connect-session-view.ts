/** @module A Connect session as it is shown: to the person on the page, and to whoever made it. */

import type { Finding } from '@postern/core'
import { ownKeySetUrl } from '../config/key-set.ts'
import type {
  ConnectDraft,
  ConnectGiven,
  ConnectSessionStatus,
} from '../store/connect-session-values.ts'
import type { ConnectSessionRow } from '../store/connect-sessions.ts'

/** After how many tries that came to nothing a session ends. */
export const maxFailures = 10

/** What everybody may know who has to do with a session. */
interface CommonView {
  readonly id: string
  /** Of the connection that is to be. */
  readonly name: string
  readonly status: ConnectSessionStatus
  readonly expiresAt: string
  /** How many tries may still come to nothing; the last of them ends the session. */
  readonly triesLeft: number
  readonly methods: readonly ('service-app' | 'api-token')[]
  readonly given: ConnectGiven
  readonly wants: readonly string[] | null
  readonly fields: readonly string[]
  readonly origin: string | null
}

/** A session as the person on the page sees it. */
export interface ConnectPageView extends CommonView {
  /** Where this server publishes the key set of the name. */
  readonly jwksUrl: string | null
  readonly draft: ConnectDraftView | null
}

/** What the person gave before. */
export type ConnectDraftView = Readonly<Record<string, unknown>> & {
  readonly hasKey: boolean
  readonly hasApiToken: boolean
}

/** A session as whoever made it sees it. */
export interface ConnectSessionView extends CommonView {
  readonly createdAt: string
  readonly endedAt: string | null
  /** The name of the connection once it is kept. */
  readonly connection: string | null
  /** Of the last try. */
  readonly findings: readonly Finding[]
}

/** Shows a session to the person on the page. */
export function pageViewOf(row: ConnectSessionRow, publicUrl: string | undefined): ConnectPageView {
  return {
    ...commonOf(row),
    jwksUrl: publicUrl === undefined ? null : ownKeySetUrl(publicUrl, row.name),
    draft: draftViewOf(row.draft),
  }
}

/** Shows a session to whoever made it. */
export function sessionViewOf(row: ConnectSessionRow): ConnectSessionView {
  return {
    ...commonOf(row),
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    connection: row.status === 'connected' ? row.name : null,
    findings: row.findings ?? [],
  }
}

function commonOf({ id, name, status, settings, ...row }: ConnectSessionRow): CommonView {
  const { methods, given, wants, fields, origin } = settings
  return {
    id,
    name,
    status,
    expiresAt: row.expires_at.toISOString(),
    triesLeft: Math.max(0, maxFailures - row.failures),
    methods,
    given,
    wants: wants ?? null,
    fields,
    origin: origin ?? null,
  }
}

/** Null where nothing was tried yet: what was tried has something to sign in with. */
function draftViewOf(draft: ConnectDraft | null): ConnectDraftView | null {
  if (draft === null) return null
  const { members, headerNames, kid, hasApiToken = false } = draft
  const hasKey = kid !== undefined
  if (!hasKey && !hasApiToken) return null
  return {
    ...members,
    ...(headerNames === undefined ? {} : { headerNames }),
    hasKey,
    hasApiToken,
  }
}
