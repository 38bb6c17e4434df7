/** @module Records as the sink `store` keeps them: the text that Okta sent, and beside it what people look for. */

import type { StoredEvent, StoredObject } from '../store/records.ts'
import type { FeedRecord, RecordKind } from './record.ts'

// An index takes no key beyond 2,700 bytes; nothing that Okta calls an id, a type or a login comes near this.
const MAX_CHARACTERS = 300
const MAX_TARGETS = 100

// The database refuses JSON that is nested deeper than its stack, some thousand levels.
const MAX_DEPTH = 500

const FIRST_DATE = Date.parse('1970-01-01T00:00:00Z')
const LAST_DATE = Date.parse('9999-12-31T00:00:00Z')

/** A record that no row can be made of, and why. */
export class UnstorableRecord extends Error {
  override readonly name = 'UnstorableRecord'
}

/** An event as a row. @throws {UnstorableRecord} */
export function storedEvent({ id, line }: FeedRecord, readAt: Date): StoredEvent {
  const { raw, value } = parseRaw(line)
  const targets = member(value, 'target')
  return {
    uuid: requireKey(id),
    published: dateOf(member(value, 'published')) ?? readAt,
    eventType: textOf(member(value, 'eventType')),
    severity: textOf(member(value, 'severity')),
    outcome: textOf(member(value, 'outcome', 'result')),
    actorId: textOf(member(value, 'actor', 'id')),
    actorLogin: textOf(member(value, 'actor', 'alternateId')),
    clientIp: textOf(member(value, 'client', 'ipAddress')),
    sessionId: idOf(member(value, 'authenticationContext', 'externalSessionId')),
    transactionId: idOf(member(value, 'transaction', 'id')),
    targetIds: (Array.isArray(targets) ? targets : [])
      .slice(0, MAX_TARGETS)
      .flatMap((target: unknown) => textOf(member(target, 'id')) ?? []),
    raw,
  }
}

/** The version of a change. @throws {UnstorableRecord} for a record that is none */
export function objectKey({ kind, id, version, observedAt }: FeedRecord) {
  if (version === undefined || observedAt === undefined) {
    throw new UnstorableRecord('it is no change of an object')
  }
  return { kind, id: requireKey(id), version, observedAt }
}

// Where the members of each kind are that people look for. An assignment has its own beside the id of its app.
const PLACES: Readonly<
  Record<
    Exclude<RecordKind, 'event'>,
    Readonly<Record<'status' | 'label' | 'login', readonly string[]>>
  >
> = {
  user: { status: ['status'], label: ['profile', 'displayName'], login: ['profile', 'login'] },
  group: { status: ['type'], label: ['profile', 'name'], login: [] },
  app: { status: ['status'], label: ['label'], login: ['name'] },
  'group-member': {
    status: ['user', 'status'],
    label: ['user', 'profile', 'displayName'],
    login: ['user', 'profile', 'login'],
  },
  'app-user': {
    status: ['user', 'status'],
    label: ['user', 'scope'],
    login: ['user', 'credentials', 'userName'],
  },
  'app-group': { status: [], label: [], login: [] },
}

/** An object as a row. @throws {UnstorableRecord} */
export function storedObject(record: FeedRecord): StoredObject {
  if (record.kind === 'event' || record.raw === undefined || record.hash === undefined) {
    throw new UnstorableRecord('it is no change of an object')
  }
  const { raw, value } = parseRaw(record.raw)
  const { status, label, login } = PLACES[record.kind]
  const [parent = null, child = null] = record.id.includes('/') ? record.id.split('/') : []
  return {
    ...objectKey(record),
    hash: record.hash,
    parent,
    child,
    status: textOf(member(value, ...status)),
    label: textOf(member(value, ...label)),
    login: textOf(member(value, ...login)),
    raw,
  }
}

function parseRaw(bytes: Uint8Array): { readonly raw: string; readonly value: unknown } {
  try {
    // Not the shared decoder of the runtime, which would take a byte order mark away.
    const raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(raw)
    if (isWithin(value, MAX_DEPTH)) return { raw, value }
  } catch {
    throw new UnstorableRecord('it is not JSON in UTF-8')
  }
  throw new UnstorableRecord(`it is nested deeper than ${MAX_DEPTH} levels`)
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner: unknown) => isWithin(inner, depth - 1))
}

/** A key stays what it is: another one could be somebody else's. */
function requireKey(id: string): string {
  if (id !== '' && textOf(id) === id) return id
  throw new UnstorableRecord(`its id has other than 1 to ${MAX_CHARACTERS} characters of text`)
}

/** A member of a parsed text, by its path; undefined where it has none of its own. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let inner = value
  for (const name of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, name)) return undefined
    inner = Object.getOwnPropertyDescriptor(inner, name)?.value
  }
  return path.length === 0 ? undefined : inner
}

/** What a column can hold of a text: no NUL, no half of a character, and not more than an index takes. Null for what is no text. */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  return value.replaceAll('\0', '').slice(0, MAX_CHARACTERS).toWellFormed()
}

/** An id that events share. Those that say `unknown` have nothing to do with each other. */
function idOf(value: unknown): string | null {
  const text = textOf(value)
  return text === 'unknown' || text === '' ? null : text
}

function dateOf(value: unknown): Date | undefined {
  const timeMs = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return timeMs >= FIRST_DATE && timeMs < LAST_DATE ? new Date(timeMs) : undefined
}
