/** @module Fills an org with people, groups and apps that look like a real company's. */

import { hash } from '../random.ts'
import type { Org } from '../state/org.ts'
import type { User } from '../state/user.ts'
import { seedApps } from './seed-apps.ts'
import { ageEveryone, seedGroups } from './seed-groups.ts'
import { seedUsers } from './seed-users.ts'

/** How much is made. */
export interface PopulateOptions {
  readonly users: number
  /** Beside `Everyone`. Default one for 25 users, at least 15, at most 500. */
  readonly groups?: number
  /** Default 10 and one more for 200 users, at most 100. */
  readonly apps?: number
}

/** What was made. */
export interface Population {
  /** A Super Admin, the first user of all; absent where there is no user. */
  readonly admin: User | undefined
}

/**
 * Fills an org as if everything had been there for long: the search index knows it, and neither the ledger nor the System
 * Log says a word. The same seed, numbers and clock make the same org. Every address ends in `example.com`.
 *
 * @throws {RangeError} for a number that is no whole number from 0 on.
 */
export function populate(org: Org, options: PopulateOptions): Population {
  const { users } = options
  const groups = options.groups ?? Math.min(500, Math.max(15, Math.ceil(users / 25)))
  const apps = options.apps ?? Math.min(100, 10 + Math.floor(users / 200))
  for (const [name, count] of Object.entries({ users, groups, apps })) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`${name} is ${count}; it must be a whole number from 0 on.`)
    }
  }
  const seed = hash(org.seed, org.users.size, 0x5eed)
  const people = seedUsers(org, seed, users)
  ageEveryone(org, people)
  const members = people.filter(({ status }) => status !== 'DEPROVISIONED')
  const made = seedApps(org, seed, { count: apps, members })
  seedGroups(org, seed, { count: groups, members, apps: made })
  return { admin: people[0] }
}
