/** @module Finds many users, several with one search; what that leaves open is looked for one by one. */

import { ApiError } from '../org/errors.ts'
import type { Priority } from '../org/rate-limit.ts'
import { ActionError } from './action-error.ts'
import type { Calls } from './calls.ts'
import { type FoundUser, findUser, toFoundUser, userMatcher } from './find-user.ts'
import { eachInParallel } from './in-parallel.ts'

/** What became of each reference: the user, or why there is none. */
export type FoundUsers = ReadonlyMap<string, FoundUser | ActionError>

const PARALLEL = 8
// Each is looked for as a login and as an address: twenty conditions.
const PER_SEARCH = 10
const MAX_CHARACTERS = 2_000
const SEARCH_LIMIT = 200

/**
 * Finds users as `findUser` does. A user whom nothing or several have is a value; every other failure ends it.
 *
 * @throws what `findUser` throws of the role, and what `Org.request` throws.
 */
export async function findUsers(
  calls: Calls,
  texts: readonly string[],
  priority: Priority,
): Promise<FoundUsers> {
  const found = new Map<string, FoundUser | ActionError>()
  await eachInParallel(batchesOf([...new Set(texts)]), PARALLEL, async (batch) => {
    const searched = batch.length === 1 ? [] : await searchUsers(calls, batch, priority)
    for (const text of batch) {
      const fitting = searched.filter(userMatcher(text).fits)
      const [only, ...more] = fitting
      const isOne = only !== undefined && more.length === 0
      found.set(text, isOne ? only : await findOne(calls, text, priority))
    }
  })
  return found
}

async function findOne(
  calls: Calls,
  text: string,
  priority: Priority,
): Promise<FoundUser | ActionError> {
  try {
    return await findUser(calls, text, { priority })
  } catch (error) {
    const isItsOwn =
      error instanceof ActionError &&
      ['action_object_not_found', 'action_object_ambiguous'].includes(error.code)
    if (isItsOwn) return error
    throw error
  }
}

/** What a search for all of them gives; nothing where it cannot be whole, or Okta does not take it. */
async function searchUsers(
  calls: Calls,
  batch: readonly string[],
  priority: Priority,
): Promise<readonly FoundUser[]> {
  const search = batch.map((text) => userMatcher(text).search).join(' or ')
  try {
    const query = { search, limit: SEARCH_LIMIT }
    const answer = await calls.read({ path: '/api/v1/users', query, priority })
    const users = answer.objects().map(toFoundUser)
    return users.length < SEARCH_LIMIT ? users : []
  } catch (error) {
    if (error instanceof ApiError && error.okta.status === 400) return []
    throw error
  }
}

function batchesOf(texts: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = []
  let room = 0
  for (const text of texts) {
    const last = batches.at(-1)
    room -= text.length
    if (last !== undefined && last.length < PER_SEARCH && room >= 0) last.push(text)
    else {
      batches.push([text])
      room = MAX_CHARACTERS - text.length
    }
  }
  return batches
}
