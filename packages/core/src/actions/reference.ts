/** @module What names one object of an org, and the judgement whether what was found is the one that is meant. */

import { showHostile } from '../hostile.ts'
import type { JsonObject } from '../json.ts'
import { ApiError } from '../org/errors.ts'
import { textOf } from '../org/members.ts'
import type { Priority } from '../org/rate-limit.ts'
import type { ActionObject } from './action.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'

/** Options of what finds an object. */
export interface FindOptions {
  /** Default `interactive`. */
  readonly priority?: Priority
}

/** A reference, and how it says to be read; without a form it is tried in every way. */
export interface Reference<Form extends string> {
  readonly form: Form | undefined
  readonly text: string
}

/** An object as it was found. */
export interface Found extends ActionObject {
  /** The whole of it, as the org has it. */
  readonly whole: JsonObject
}

/** A kind of object that can be looked for. */
export interface Kind {
  readonly kind: ActionObject['kind']
  /** Where its list is: `/api/v1/users`. */
  readonly list: string
  /** What a reference can be: `id, login or e-mail address`. */
  readonly by: string
  /** The forms that say how to read a reference, for the remedy: `id: or login:`. */
  readonly forms: string
  /** `every org has its first administrator` */
  readonly everyOrgHas: string
  /** What stands below the list beside ids. */
  readonly otherPaths?: readonly string[]
}

const MAX_CANDIDATES = 20
const MAX_SHOWN = 100

/** Reads `login:ada@example.com`; a text that is not one of the forms and something behind it stands for itself. */
export function parseReference<Form extends string>(
  text: string,
  forms: readonly Form[],
): Reference<Form> {
  const form = forms.find((name) => text.startsWith(`${name}:`))
  const named = form === undefined ? '' : text.slice(form.length + 1)
  // The path of an object without a name is that of their list.
  return named.trim() === '' ? { form: undefined, text } : { form, text: named }
}

/** Whether two names are the same to Okta, which looks at no case. */
export function isSameName(name: string | undefined, other: string): boolean {
  return name?.toLowerCase() === other.toLowerCase()
}

/** Whether a text may be an id: what Okta makes has twenty letters and digits. */
function mayBeId(text: string): boolean {
  return /^[A-Za-z0-9]{20}$/.test(text)
}

/** A text as a value of a search expression. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

/** An object's name for a sentence: directory text, made safe to show. */
export function nameOf({ name }: Pick<ActionObject, 'name'>): string {
  return showHostile(name, { maxCharacters: MAX_SHOWN })
}

/** Reads one object by its path; undefined where there is none. */
export async function readObject(
  calls: Calls,
  path: string,
  { priority = 'interactive' }: FindOptions = {},
): Promise<JsonObject | undefined> {
  try {
    return (await calls.read({ path, priority })).object()
  } catch (error) {
    if (error instanceof ApiError && error.okta.status === 404) return undefined
    throw error
  }
}

/** Whether a reference is an id, or may be one. */
export function isById({ form, text }: Reference<string>): boolean {
  return form === 'id' || (form === undefined && mayBeId(text))
}

/** Reads the object of an id; undefined where there is none. */
export async function readById<Read extends Found>(
  calls: Calls,
  { list, otherPaths = [] }: Kind,
  id: string,
  { toFound, ...options }: FindOptions & { readonly toFound: (whole: JsonObject) => Read },
): Promise<Read | undefined> {
  // A path of dots leads elsewhere, too.
  if (otherPaths.includes(id) || /^\.+$/.test(id)) return undefined
  const whole = await readObject(calls, `${list}/${encodeURIComponent(id)}`, options)
  const found = whole === undefined ? undefined : toFound(whole)
  return found?.id === id ? found : undefined
}

/**
 * The one that a name means: where names differ by case alone, the one that is written like it.
 *
 * @param same - those of that name in any case.
 * @throws {ActionError} `action_object_ambiguous`
 */
export function chooseNamed<Named extends Found>(
  kind: Kind,
  name: string,
  same: readonly Named[],
): Named | undefined {
  const written = same.filter((found) => found.name === name)
  const meant = written.length === 1 ? written : same
  if (meant.length > 1) throw ambiguous(kind, name, meant)
  return meant[0]
}

/** The refusal to choose between several. */
export function ambiguous(
  { kind, forms }: Kind,
  text: string,
  found: readonly Found[],
): ActionError {
  const candidates = found.slice(0, MAX_CANDIDATES).map((object) => {
    const state = textOf(object.whole, object.kind === 'group' ? 'type' : 'status')
    return {
      id: showHostile(object.id, { maxCharacters: MAX_SHOWN }),
      name: nameOf(object),
      ...(state === undefined ? {} : { [object.kind === 'group' ? 'type' : 'status']: state }),
    }
  })
  const shown = nameOf({ name: text })
  return new ActionError(
    'action_object_ambiguous',
    `${found.length} ${kind}s are meant by ${shown}: ${candidates.map(({ id }) => id).join(', ')}.`,
    {
      remedy: `Name one by its id, or say how to read it (${forms}).`,
      details: { kind, candidates, count: found.length },
    },
  )
}

/** The refusal of a reference that nothing has; or, where the org shows nothing of the kind at all, of the role. */
export async function notFound(
  calls: Calls,
  kind: Kind,
  text: string,
  { priority = 'interactive' }: FindOptions = {},
): Promise<ActionError> {
  const answer = await calls.read({ path: kind.list, query: { limit: 1 }, priority })
  if (answer.objects().length === 0) return nothingShown(kind)
  return new ActionError(
    'action_object_not_found',
    `There is no ${kind.kind} whose ${kind.by} is ${nameOf({ name: text })}, or the admin role does not reach it.`,
    {
      remedy:
        'Write the whole of it, or the id. What is a few seconds old may be found by its id alone.',
      details: { kind: kind.kind },
    },
  )
}

function nothingShown({ list, everyOrgHas }: Kind): ActionError {
  return new ActionError(
    'action_role_missing',
    `GET ${list} was answered 200 with an empty list, and ${everyOrgHas}: the credential has no admin role that covers it.`,
    {
      remedy:
        "Give the app an admin role that covers it on the app's Admin roles tab (Edit assignments > Add assignment > Save Changes); for an API token, give its owner that role.",
      details: { path: list },
    },
  )
}

/** An object as answers show it, without the rest of it. */
export function shortOf({ kind, id, name }: ActionObject): ActionObject {
  return { kind, id, name }
}
