/** @module An event of the System Log before it has its uuid and its times. */

import type { JsonObject } from '../json.ts'

/** Who did something, or to whom it was done. */
export interface Participant {
  readonly id: string
  /** `User`, `PublicClientApp`, `SystemPrincipal`, `UserGroup`, `AppInstance`, `AppUser`, `PublicClientAppToken` … */
  readonly type: string
  readonly alternateId: string
  readonly displayName: string
  /** What else the log says of it; `null` where nothing. */
  readonly detailEntry?: Readonly<Record<string, string>>
}

/** The request that caused an event. */
export interface Cause {
  readonly actor: Participant
  readonly requestId: string
  readonly requestUri: string
  readonly ipAddress: string
  readonly userAgent: string
  /** The id of the API token that was used, where one was. */
  readonly apiTokenId?: string
}

/** What happened, in the words of the System Log. */
export interface EventDraft {
  /** For example `group.user_membership.add`. */
  readonly eventType: string
  readonly displayMessage: string
  readonly severity?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
  readonly outcome?: { readonly result: string; readonly reason: string | null }
  readonly targets?: readonly Participant[]
  readonly debugData?: Readonly<Record<string, string>>
}

/** Who acts where no request does: Okta itself. */
export const systemCause: Cause = {
  actor: {
    id: 'okta-system',
    type: 'SystemPrincipal',
    alternateId: 'system@okta.com',
    displayName: 'Okta System',
  },
  requestId: '',
  requestUri: '',
  ipAddress: '127.0.0.1',
  userAgent: '',
}

/** An event as `/api/v1/logs` shows it. */
export type LogEvent = JsonObject
