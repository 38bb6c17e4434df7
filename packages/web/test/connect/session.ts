/** @module A session and what a person entered in it, for tests. */

import type { Session } from '../../src/connect/answers.ts'
import { changeDraft, type Draft, type DraftChange, newDraft } from '../../src/connect/draft.ts'

/** A session in which everything may be filled in, but for what a test says. */
export function sessionOf(own: Partial<Session> = {}): Session {
  return {
    id: 'c1',
    name: 'acme-directory',
    status: 'open',
    expiresAt: '2026-01-01T00:15:00.000Z',
    triesLeft: 10,
    methods: ['service-app', 'api-token'],
    given: {},
    wants: null,
    fields: [
      'orgUrl',
      'apiToken',
      'clientId',
      'key',
      'keyId',
      'passphrase',
      'scopes',
      'description',
      'jwtAlg',
      'jwtExpirySeconds',
      'jwtIssuer',
      'jwtSubject',
      'jwtAudience',
      'tokenUrl',
      'assertionKey',
      'jwtClaims',
      'headers',
      'dpop',
      'keys',
      'jwksUrl',
    ],
    origin: null,
    jwksUrl: null,
    draft: null,
    ...own,
  }
}

/** The draft of a session after some changes. */
export function draftOf(session: Session, changes: readonly DraftChange[]): Draft {
  return changes.reduce(changeDraft, newDraft(session))
}

/** The change that enters a text. */
export function text(
  member: Extract<DraftChange, { kind: 'text' }>['member'],
  entered: string,
): DraftChange {
  return { kind: 'text', member, text: entered }
}
