/** @module Objects of an input, one by one: which one a record is of, how it is read by its id, the list behind its parent. */

import { decodeText, encodeText } from '../base64url.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import { readRecords } from '../org/page.ts'
import type { PagesOptions } from '../org/pages.ts'
import type { Priority } from '../org/rate-limit.ts'
import { memberReader } from './member-reader.ts'
import type { Hint, Mirrored, ObjectKind, ObjectKindName } from './mirrored.ts'
import { pagesToProvenEnd } from './proven-end.ts'
import { Repeats } from './repeats.ts'
import { wrapper } from './wrapper.ts'

/** Which object it is. */
export interface ObjectId {
  readonly kind: ObjectKindName
  /** Its own id; that of a parent's object is `{parent}/{id}`, the same whenever the same is meant. */
  readonly id: string
  readonly parent?: string
}

/** An object as a record shows it. */
export interface SeenObject extends ObjectId {
  /** The latest of the times that tell that it changed; absent where it shows none. */
  readonly lastUpdated?: Date
  /** Okta's own bytes of the object, without what a parent's record wraps around it. */
  readonly object: Uint8Array
  /** The record that it was found in. */
  readonly record: Uint8Array
}

/** How objects are asked for. */
export interface ObjectOptions {
  readonly priority?: Priority
  readonly signal?: AbortSignal | undefined
}

// Okta's ids are letters and digits. What has anything else is none, and would be a path of its own.
const ID = /^[\w-]{1,100}$/

const readers = new Map<string, (record: Uint8Array) => string | undefined>()

/** The object that a record of an input is of; undefined where it does not show which. */
export function identify({ kinds }: Mirrored, record: Uint8Array): SeenObject | undefined {
  for (const kind of kinds) {
    const { list } = kind
    if (list === undefined) return seen(kind, record, record)
    const parent = textOf(list.idMember, record)
    if (parent === undefined || !ID.test(parent)) continue
    const before = wrapper(list, parent).before
    if (!before.every((byte, index) => record[index] === byte)) continue
    return seen(kind, record, record.subarray(before.length, record.length - 1), parent)
  }
  return undefined
}

/** The object of an id. @param id - as {@link ObjectId} has it. @returns undefined where the org has none. */
export async function readObject(
  org: Org,
  kind: ObjectKind,
  id: string,
  options: ObjectOptions = {},
): Promise<SeenObject | undefined> {
  const { parent, own } = partsOf(kind, id)
  const path = kind.path && fill(kind.path, { parent, id: own })
  if (path === undefined) throw new Error(`No ${kind.name} is read by its id.`)
  const body = await readIfThere(org, path, options)
  if (body === undefined) return undefined
  // Written on one line where it was not: a record is one line of JSON lines.
  const [object] = readRecords(encodeText(`[${decodeText(body)}]`))
  if (object === undefined) return undefined
  const record = kind.list === undefined ? object : wrapper(kind.list, parent ?? '').wrap(object)
  return seen(kind, record, object, parent)
}

/** Whether the org shows the parent of that id. */
export async function isParentThere(
  org: Org,
  { list }: ObjectKind,
  parent: string,
  options: ObjectOptions = {},
): Promise<boolean> {
  if (list === undefined) return false
  return (await readIfThere(org, fill(list.parentPath, { parent }), options)) !== undefined
}

/**
 * The objects behind one parent, page by page.
 *
 * @throws {ApiError} `object_not_found` where the parent is not there; and what `Org.pages` throws.
 */
export async function* readListOf(
  org: Org,
  kind: ObjectKind,
  parent: string,
  options: ObjectOptions = {},
): AsyncGenerator<readonly SeenObject[], void, undefined> {
  const { list } = kind
  if (list === undefined) return
  const repeats = new Repeats()
  const { wrap } = wrapper(list, parent)
  const paging: PagesOptions & { readonly limit: number } = { ...options, limit: list.pageLimit }
  for await (const page of pagesToProvenEnd(org, fill(list.path, { parent }), paging)) {
    yield repeats
      .leaveOut(page.records)
      .flatMap((object) => seen(kind, wrap(object), object, parent) ?? [])
  }
}

/** The objects that an event of the System Log is about; one with a parent and no id of its own stands for the parent's list. */
export function readHints(
  hints: readonly Hint[],
  event: Uint8Array,
): readonly { readonly kind: ObjectKindName; readonly id: string }[] {
  const eventType = textOf('eventType', event) ?? ''
  const fitting = hints.filter(({ eventTypes }) => eventTypes.some((type) => fits(type, eventType)))
  if (fitting.length === 0) return []
  const targets = targetsOf(event)
  return fitting.flatMap(({ kind, parent, object }) => {
    const wanted = [parent, object].filter((type) => type !== undefined)
    const ids = wanted.map((type) => targets.find((target) => target.type === type)?.id ?? '')
    return ids.every((id) => ID.test(id)) ? [{ kind, id: ids.join('/') }] : []
  })
}

/** The filter of the System Log that finds the events of those hints. @see Okta, "System Log query" - filter with eq and sw */
export function hintFilter(hints: readonly Hint[]): string {
  const types = new Set(hints.flatMap(({ eventTypes }) => eventTypes))
  return [...types]
    .map((type) => `eventType ${type.endsWith('.') ? 'sw' : 'eq'} "${type}"`)
    .join(' or ')
}

function fits(type: string, eventType: string): boolean {
  return type.endsWith('.') ? eventType.startsWith(type) : eventType === type
}

function targetsOf(event: Uint8Array): readonly { readonly type: string; readonly id: string }[] {
  const parsed: { readonly target?: unknown } = parse(event)
  if (!Array.isArray(parsed.target)) return []
  return parsed.target.flatMap(
    (target: { readonly type?: unknown; readonly id?: unknown } | null) =>
      typeof target?.type === 'string' && typeof target.id === 'string'
        ? [{ type: target.type, id: target.id }]
        : [],
  )
}

function parse(event: Uint8Array): { readonly target?: unknown } {
  try {
    return JSON.parse(decodeText(event))
  } catch {
    return {}
  }
}

function seen(
  kind: ObjectKind,
  record: Uint8Array,
  object: Uint8Array,
  parent?: string,
): SeenObject | undefined {
  const own = textOf('id', object)
  if (own === undefined || !ID.test(own)) return undefined
  const times = kind.changed
    .map((member) => Date.parse(textOf(member, object) ?? ''))
    .filter((time) => !Number.isNaN(time))
  return {
    kind: kind.name,
    id: parent === undefined ? own : `${parent}/${own}`,
    ...(parent === undefined ? {} : { parent }),
    ...(times.length === 0 ? {} : { lastUpdated: new Date(Math.max(...times)) }),
    object,
    record,
  }
}

function partsOf(kind: ObjectKind, id: string): { readonly parent?: string; readonly own: string } {
  if (kind.list === undefined) return { own: id }
  const [parent = '', own = ''] = id.split('/')
  return { parent, own }
}

function fill(
  path: string,
  { parent = '', id = '' }: { parent?: string | undefined; id?: string },
): string {
  return path
    .replace('{parent}', encodeURIComponent(parent))
    .replace('{id}', encodeURIComponent(id))
}

async function readIfThere(
  org: Org,
  path: string,
  options: ObjectOptions,
): Promise<Uint8Array | undefined> {
  try {
    return (await org.request({ path, ...options })).body
  } catch (error) {
    if (error instanceof ApiError && error.code === 'object_not_found') return undefined
    throw error
  }
}

function textOf(member: string, record: Uint8Array): string | undefined {
  let reader = readers.get(member)
  if (reader === undefined) {
    reader = memberReader(member)
    readers.set(member, reader)
  }
  return reader(record)
}
