/** @module Finds the one user that a reference names: by id, login or e-mail address, each of them whole. */

import type { JsonObject } from '../json.ts'
import { membersOf, requireText, textOf } from '../org/members.ts'
import type { Calls } from './calls.ts'
import {
  ambiguous,
  type FindOptions,
  type Found,
  isById,
  isSameName,
  type Kind,
  notFound,
  parseReference,
  quoted,
  type Reference,
  readObject,
} from './reference.ts'

/** A user as it was found. Its `name` is the login. */
export interface FoundUser extends Found {
  readonly kind: 'user'
  /** `ACTIVE` and so on. */
  readonly status: string
}

const forms = ['id', 'login', 'email'] as const

type UserReference = Reference<(typeof forms)[number]>

const userKind: Kind = {
  kind: 'user',
  list: '/api/v1/users',
  by: 'id, login or e-mail address',
  forms: 'id: or login:',
  everyOrgHas: 'every org has at least its first administrator',
}

// More than one is ambiguous, and that many are shown.
const SEARCH_LIMIT = 50

/**
 * Finds a user by id, login or e-mail address. A login and an e-mail address that are of two users are ambiguous: an
 * address can often be changed by whoever has it, and must not lead to somebody else.
 *
 * @param text - `id:…`, `login:…` and `email:…` say how to read it.
 * @throws {ActionError} `action_object_not_found`, `action_object_ambiguous`, `action_role_missing`
 */
export async function findUser(
  calls: Calls,
  text: string,
  options: FindOptions = {},
): Promise<FoundUser> {
  const reference = parseReference(text, forms)
  const direct = await readDirectly(calls, reference, options)
  if (direct !== undefined && isDecided(reference, direct)) return direct
  const searched = reference.form === 'id' ? [] : await searchUsers(calls, reference, options)
  const others = searched.filter(({ id }) => id !== direct?.id)
  const [only, ...more] = [...(direct === undefined ? [] : [direct]), ...others]
  if (only === undefined) throw await notFound(calls, userKind, reference.text, options)
  if (more.length > 0) throw ambiguous(userKind, reference.text, [only, ...more])
  if (only === direct) return only
  // What a search gives is a second old, or older.
  const current = await readObject(calls, pathOf(only.id), options)
  const user = current === undefined ? undefined : toFoundUser(current)
  if (user !== undefined && fits(reference, user)) return user
  throw await notFound(calls, userKind, reference.text, options)
}

/** A user of an answer. @throws {UpstreamError} `upstream_bad_response` */
export function toFoundUser(whole: JsonObject): FoundUser {
  return {
    kind: 'user',
    id: requireText(whole, 'id', 'the user'),
    name: textOf(membersOf(whole, 'profile'), 'login') ?? '',
    status: textOf(whole, 'status') ?? '',
    whole,
  }
}

/** The path of a user. @param name - an id or a login */
function pathOf(name: string): string {
  return `/api/v1/users/${encodeURIComponent(name)}`
}

/** The user of an id or a login. Okta takes the beginning of a login too, so what comes back is compared. */
async function readDirectly(
  calls: Calls,
  reference: UserReference,
  options: FindOptions,
): Promise<FoundUser | undefined> {
  const { form, text } = reference
  // Okta finds no login with a slash by its path, and a path of dots leads elsewhere.
  if (form === 'email' || /[/\\]|^\.+$/.test(text)) return undefined
  const whole = await readObject(calls, pathOf(text), options)
  if (whole === undefined) return undefined
  const user = toFoundUser(whole)
  const isNamed = (form !== 'login' && user.id === text) || (form !== 'id' && hasLogin(user, text))
  return isNamed ? user : undefined
}

/** Whether nobody else can be meant: ids and logins are of one user, and what has no @ is no address. */
function isDecided({ form, text }: UserReference, user: FoundUser): boolean {
  return user.id === text || form === 'login' || !text.includes('@')
}

async function searchUsers(
  calls: Calls,
  reference: UserReference,
  { priority = 'interactive' }: FindOptions,
): Promise<readonly FoundUser[]> {
  const search = searchFor(reference)
  const query = { search, limit: SEARCH_LIMIT }
  const answer = await calls.read({ path: userKind.list, query, priority })
  return answer
    .objects()
    .map(toFoundUser)
    .filter((user) => fits(reference, user))
}

/** What finds a user by a search, and what tells whether it is the one. */
export interface UserMatcher {
  readonly search: string
  readonly fits: (user: FoundUser) => boolean
}

/** For a search that looks for several at once. */
export function userMatcher(text: string): UserMatcher {
  const reference = parseReference(text, forms)
  if (!isById(reference))
    return { search: searchFor(reference), fits: (user) => fits(reference, user) }
  const { text: id } = reference
  return { search: `id eq ${quoted(id)}`, fits: (user) => user.id === id }
}

function searchFor({ form, text }: UserReference): string {
  const attributes = form === undefined ? ['login', 'email'] : [form]
  return attributes.map((name) => `profile.${name} eq ${quoted(text)}`).join(' or ')
}

function fits({ form, text }: UserReference, user: FoundUser): boolean {
  const hasAddress = isSameName(textOf(membersOf(user.whole, 'profile'), 'email'), text)
  return (form !== 'email' && hasLogin(user, text)) || (form !== 'login' && hasAddress)
}

function hasLogin({ name }: FoundUser, text: string): boolean {
  return isSameName(name, text)
}
