/** @module Finds the one app that a reference names: by id, or by its whole label. */

import type { JsonObject } from '../json.ts'
import { requireText, textOf } from '../org/members.ts'
import type { Calls } from './calls.ts'
import {
  chooseNamed,
  type FindOptions,
  type Found,
  isById,
  isSameName,
  type Kind,
  notFound,
  parseReference,
  readById,
} from './reference.ts'

/** An app as it was found. Its `name` is the label. */
export interface FoundApp extends Found {
  readonly kind: 'app'
  /** `ACTIVE` or `INACTIVE`. */
  readonly status: string
}

const appKind: Kind = {
  kind: 'app',
  list: '/api/v1/apps',
  by: 'id or label',
  forms: 'id: or label:',
  everyOrgHas: "every org has Okta's own apps",
}

const LIST_LIMIT = 200

/**
 * Finds an app by id or whole label; where labels differ by case alone, the one that is written like it is meant.
 *
 * @param text - `id:…` and `label:…` say how to read it.
 * @throws {ActionError} `action_object_not_found`, `action_object_ambiguous`, `action_role_missing`
 */
export async function findApp(
  calls: Calls,
  text: string,
  options: FindOptions = {},
): Promise<FoundApp> {
  const reference = parseReference(text, ['id', 'label'] as const)
  const { form, text: label } = reference
  if (isById(reference)) {
    const app = await readById(calls, appKind, label, { toFound: toFoundApp, ...options })
    if (app !== undefined) return app
  }
  const app = form === 'id' ? undefined : await searchApp(calls, label, options)
  if (app !== undefined) return app
  throw await notFound(calls, appKind, label, options)
}

/** An app of an answer. @throws {UpstreamError} `upstream_bad_response` */
function toFoundApp(whole: JsonObject): FoundApp {
  return {
    kind: 'app',
    id: requireText(whole, 'id', 'the app'),
    name: textOf(whole, 'label') ?? '',
    status: textOf(whole, 'status') ?? '',
    whole,
  }
}

async function searchApp(
  calls: Calls,
  label: string,
  { priority = 'interactive' }: FindOptions,
): Promise<FoundApp | undefined> {
  const same: FoundApp[] = []
  // `q` takes the beginning of a label, and of the name that all apps of a kind have.
  const options = { query: { q: label }, limit: LIST_LIMIT, priority }
  for await (const whole of calls.list(appKind.list, options)) {
    const app = toFoundApp(whole)
    if (isSameName(app.name, label)) same.push(app)
  }
  return chooseNamed(appKind, label, same)
}
