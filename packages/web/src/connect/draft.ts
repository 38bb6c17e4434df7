/** @module What a person has entered so far, and how it changes. */

import { type PrivateKey, Secret, type SigningAlg } from '@postern/core'
import type { FieldProblem } from '../client.ts'
import type { Problem } from '../problem.ts'
import type { ConnectionMembers, Judged, Method, Session } from './answers.ts'

/** The members that are one text each. */
export const textMembers = [
  'orgUrl',
  'clientId',
  'keyId',
  'scopes',
  'description',
  'jwtAlg',
  'jwtExpirySeconds',
  'jwtIssuer',
  'jwtSubject',
  'jwtAudience',
  'assertionKey',
  'dpop',
  'keys',
  'jwksUrl',
] as const satisfies readonly (keyof ConnectionMembers)[]

/** One of them. */
export type TextMember = (typeof textMembers)[number]

/** A member that has rows of a name and a value. */
export type RowsMember = 'jwtClaims' | 'headers'

/** One row. */
export interface Row {
  readonly name: string
  readonly value: string
}

/** Those rows that have something in them. */
export function filledRows(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ name, value }) => name.trim() !== '' || value !== '')
}

/** How far the private key is. */
export type KeyEntry =
  | { readonly at: 'none' }
  /** The server has the one of the last try. */
  | { readonly at: 'kept' }
  /** It was sent and refused, and the page has it no more. */
  | { readonly at: 'cleared' }
  /** Somebody types, or a file is read: what there is of it is not complete. */
  | { readonly at: 'entering' }
  | { readonly at: 'checking'; readonly text: Secret; readonly passphrase?: Secret }
  /** It is encrypted, and no passphrase opened it so far. */
  | { readonly at: 'locked'; readonly text: Secret; readonly problem?: Problem }
  /** A set of keys, and the Key ID chooses one. */
  | {
      readonly at: 'set'
      readonly text: Secret
      readonly problem: Problem
      /** The one that chose none. */
      readonly keyId: string
    }
  | { readonly at: 'refused'; readonly problem: Problem }
  | {
      readonly at: 'understood'
      readonly text: Secret
      readonly passphrase?: Secret
      readonly key: PrivateKey
      /** Those that it may sign with. */
      readonly algs: readonly SigningAlg[]
    }

/** What the server says about the org. */
export interface OrgAnswer {
  /** The text that it was asked about. */
  readonly text: string
  readonly judged?: Judged
  readonly problem?: Problem
}

/** Everything that a person has entered. Nothing of it is kept outside the memory of this page. */
export interface Draft {
  readonly method: Method
  readonly texts: Readonly<Record<TextMember, string>>
  readonly rows: Readonly<Record<RowsMember, readonly Row[]>>
  /** A custom authorization server by its id, in the place of the org's own. */
  readonly authorizationServerId: string | undefined
  readonly key: KeyEntry
  readonly apiToken: Secret | 'none' | 'kept' | 'cleared'
  /** The fields that a person has been in and has left. */
  readonly left: ReadonlySet<string>
  /** What the server refused, until the value is changed. */
  readonly refused: readonly FieldProblem[]
  readonly org: OrgAnswer | undefined
  /** Set by whoever wants to send it, until it is sent or held back. */
  readonly wantsTry: boolean
  /** Whether the last wish to send it was held back. */
  readonly wasHeld: boolean
  /** Whether the server refused what was sent last. */
  readonly wasRefused: boolean
}

/** What may happen to a draft. */
export type DraftChange =
  | { readonly kind: 'method'; readonly method: Method }
  | { readonly kind: 'text'; readonly member: TextMember; readonly text: string }
  | { readonly kind: 'rows'; readonly member: RowsMember; readonly rows: readonly Row[] }
  | { readonly kind: 'authorization-server'; readonly id: string | undefined }
  | { readonly kind: 'key'; readonly key: KeyEntry }
  | { readonly kind: 'api-token'; readonly apiToken: Draft['apiToken'] }
  | { readonly kind: 'org'; readonly org: OrgAnswer }
  | { readonly kind: 'left'; readonly field: string }
  | { readonly kind: 'refused'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'try' }
  | { readonly kind: 'held'; readonly fields: readonly string[] }
  | { readonly kind: 'sent' }

/** Choices whose default is the empty one here, and has a name where it is sent. */
export const DEFAULT_CHOICES: ReadonlyMap<TextMember, string> = new Map([
  ['dpop', 'auto'],
  ['keys', 'okta'],
])

/** The draft that a session begins with: what an earlier try left, and what is given. */
export function newDraft({ methods, given, draft }: Session): Draft {
  const text = (member: TextMember): string => {
    const value: unknown = { ...draft, ...given }[member]
    if (value === DEFAULT_CHOICES.get(member)) return ''
    return Array.isArray(value) ? value.join(' ') : value === undefined ? '' : String(value)
  }
  const [first = 'service-app'] = methods
  return {
    method: draft?.hasApiToken && methods.includes('api-token') ? 'api-token' : first,
    texts: Object.fromEntries(
      textMembers.map((member) => [member, text(member)]),
    ) as Draft['texts'],
    rows: { jwtClaims: rowsOf(draft?.jwtClaims), headers: [] },
    authorizationServerId: /\/oauth2\/([^/]+)\/v1\/token$/.exec(draft?.tokenUrl ?? '')?.[1],
    key: { at: draft?.hasKey ? 'kept' : 'none' },
    apiToken: draft?.hasApiToken ? 'kept' : 'none',
    left: new Set(),
    refused: [],
    org: undefined,
    wantsTry: false,
    wasHeld: false,
    wasRefused: false,
  }
}

/** The draft after a change. */
export function changeDraft(draft: Draft, change: DraftChange): Draft {
  switch (change.kind) {
    case 'method':
      return { ...draft, method: change.method }
    case 'text': {
      const { member, text } = change
      return accepted({ ...draft, texts: { ...draft.texts, [member]: text } }, member)
    }
    case 'rows': {
      const { member, rows } = change
      return accepted({ ...draft, rows: { ...draft.rows, [member]: rows } }, member)
    }
    case 'authorization-server':
      return accepted({ ...draft, authorizationServerId: change.id }, 'tokenUrl')
    case 'key':
      return accepted({ ...draft, key: change.key }, 'key')
    case 'api-token':
      return accepted({ ...draft, apiToken: change.apiToken }, 'apiToken')
    case 'org':
      return { ...draft, org: change.org }
    case 'left':
      return { ...draft, left: new Set([...draft.left, change.field]) }
    case 'refused':
      return refusedDraft(draft, change.problems)
    case 'session':
      return withKept(draft, change.session)
    case 'try':
      return { ...draft, wantsTry: true }
    case 'held':
      return {
        ...draft,
        wantsTry: false,
        wasHeld: true,
        left: new Set([...draft.left, ...change.fields]),
      }
    case 'sent':
      return withoutSecrets({ ...draft, wantsTry: false, wasHeld: false, wasRefused: false })
  }
}

function refusedDraft(draft: Draft, refused: readonly FieldProblem[]): Draft {
  if (refused.length === 0) return { ...draft, refused }
  const left = new Set([...draft.left, ...refused.map(({ member }) => member)])
  return { ...draft, refused, left, wasHeld: true, wasRefused: true }
}

/** What was sent is kept by the server unless it refused the values. */
function withKept(draft: Draft, { draft: kept }: Session): Draft {
  if (draft.wasRefused) return draft
  const { key, apiToken } = draft
  return {
    ...draft,
    key: kept?.hasKey && key.at === 'cleared' ? { at: 'kept' } : key,
    apiToken: kept?.hasApiToken && apiToken === 'cleared' ? 'kept' : apiToken,
  }
}

function rowsOf(claims: ConnectionMembers['jwtClaims'] | undefined): readonly Row[] {
  return Object.entries(claims ?? {}).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
}

function accepted(draft: Draft, member: string): Draft {
  if (!draft.refused.some((problem) => problem.member === member)) return draft
  return { ...draft, refused: draft.refused.filter((problem) => problem.member !== member) }
}

function withoutSecrets(draft: Draft): Draft {
  const { key, apiToken } = draft
  return {
    ...draft,
    key: key.at === 'kept' || key.at === 'none' ? key : { at: 'cleared' },
    apiToken: apiToken instanceof Secret ? 'cleared' : apiToken,
  }
}
