/** @module What a piece of JSON is a record of, by its own shape, and where that does not say it, by where it was found. */

import type { OrgRecord, OrgRecordKind } from '@postern/emulator'
import { isId } from '@postern/emulator'

/** A value of JSON, as far as it is looked at here. */
type Value = Readonly<Record<string, unknown>>

/** Where a value was found: the path of a file, or of the request that it answered. */
export interface Place {
  readonly path: string
}

/** A record, or why there is none. */
export type Recognised = OrgRecord | { readonly problem: string }

const kindsById = [
  ['user', 'user'],
  ['group', 'group'],
  ['app', 'app'],
] as const

/**
 * The record that a value is: a raw object or event of Okta, what `postern read` prints, or a line of the sink `jsonl`.
 *
 * @param text - the value as it was written, on one line.
 */
export function recognise(value: unknown, text: string, place: Place): Recognised {
  if (!isObject(value)) return { problem: 'it is no JSON object' }
  const { op, kind, record } = value
  if (op === 'delete') return { problem: 'it says that an object was deleted' }
  if (op === 'upsert' && typeof kind === 'string' && isObject(record)) {
    const at = text.indexOf(',"record":')
    const raw = at < 0 ? JSON.stringify(record) : text.slice(at + ',"record":'.length, -1)
    return recognise(record, raw, place)
  }
  if (typeof value['eventType'] === 'string') return eventOf(value, text)
  return wrapped(value, text) ?? plain(value, text, place)
}

function eventOf(value: Value, text: string): Recognised {
  const { uuid, published } = value
  if (typeof uuid !== 'string' || !/^[\w-]{1,100}$/.test(uuid))
    return { problem: 'the event has no uuid' }
  if (typeof published !== 'string' || Number.isNaN(Date.parse(published)))
    return { problem: 'the event has no published that is a date' }
  return { kind: 'event', id: uuid, text, value: value as OrgRecord['value'] }
}

const wrappers = [
  ['groupId', 'group', 'user', 'group-member', 'user'],
  ['appId', 'app', 'user', 'app-user', 'user'],
  ['appId', 'app', 'group', 'app-group', 'group'],
] as const

/** A member or assignment with its parent's id beside it. */
function wrapped(value: Value, text: string): Recognised | undefined {
  for (const [idMember, parentKind, member, kind, childKind] of wrappers) {
    const { [idMember]: parentId, [member]: child } = value
    if (typeof parentId !== 'string' || !isObject(child)) continue
    if (!isId(parentId, parentKind)) return { problem: `its ${idMember} is no id of Okta's` }
    const { id } = child
    if (typeof id !== 'string' || !isId(id, childKind))
      return { problem: `the id of its ${member} is none of Okta's` }
    const before = `{"${idMember}":${JSON.stringify(parentId)},"${member}":`
    const raw = text.startsWith(before) ? text.slice(before.length, -1) : JSON.stringify(child)
    return { kind, id, parentId, text: raw, value: child as OrgRecord['value'] }
  }
  return undefined
}

function plain(value: Value, text: string, { path }: Place): Recognised {
  const { id } = value
  const found = kindsById.find(([kind]) => typeof id === 'string' && isId(id, kind))
  if (found === undefined || typeof id !== 'string')
    return { problem: 'it has no id of a user, group or app, and is no event' }
  const [kind] = found
  const object = { id, text, value: value as OrgRecord['value'] }
  const appId =
    idIn(linkOf(value, 'app') ?? '', 'app') ?? (kind === 'app' ? undefined : idIn(path, 'app'))
  if (appId !== undefined && kind !== 'app') {
    return { ...object, kind: `app-${kind}`, parentId: appId }
  }
  const groupId = kind === 'user' ? idIn(path, 'group') : undefined
  if (groupId !== undefined) return { ...object, kind: 'group-member', parentId: groupId }
  const lacking = missing(kind, value)
  return lacking === undefined ? { ...object, kind } : { problem: lacking }
}

/** What an object of a kind must have to be one; a plain list of members of an unknown group looks like users, and is none. */
function missing(kind: OrgRecordKind, value: Value): string | undefined {
  if (kind === 'app') return typeof value['label'] === 'string' ? undefined : 'the app has no label'
  return isObject(value['profile']) ? undefined : `the ${kind} has no profile`
}

/** The URL of a link of an object. */
function linkOf(value: Value, name: string): string | undefined {
  const links = value['_links']
  const link = isObject(links) ? links[name] : undefined
  const href = isObject(link) ? link['href'] : undefined
  return typeof href === 'string' ? href : undefined
}

/** The id of a kind that stands in a path or the name of a file. */
function idIn(path: string, kind: 'group' | 'app'): string | undefined {
  return path.split(/[^0-9A-Za-z]+/).find((part) => isId(part, kind))
}

function isObject(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
