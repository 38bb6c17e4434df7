/** @module The people of a populated org. */

import type { JsonObject } from '../json.ts'
import { fraction, hash, pick } from '../random.ts'
import { makeAssignment } from '../roles/role-assignment.ts'
import type { Org } from '../state/org.ts'
import type { StandardRole } from '../state/role.ts'
import type { User, UserStatus } from '../state/user.ts'
import { departments, firstNames, lastNames } from './names.ts'

const SECOND_MS = 1_000
const DAY_MS = 86_400_000
const HISTORY_MS = 6 * 365 * DAY_MS
// The whole of it makes 100.
const statusShares: readonly (readonly [UserStatus, number])[] = [
  ['ACTIVE', 86],
  ['DEPROVISIONED', 4],
  ['PROVISIONED', 3],
  ['STAGED', 2],
  ['SUSPENDED', 2],
  ['PASSWORD_EXPIRED', 1],
  ['LOCKED_OUT', 1],
  ['RECOVERY', 1],
]
const statuses = statusShares.flatMap(([status, share]) =>
  Array.from({ length: share }, () => status),
)
const firstRoles: readonly StandardRole[] = [
  'SUPER_ADMIN',
  'READ_ONLY_ADMIN',
  'HELP_DESK_ADMIN',
  'APP_ADMIN',
]
// A prime that divides neither list, so that every pair of names comes before one comes again.
const NAME_STEP = 2_017
const REPORTS_PER_MANAGER = 8

/** What a number about a user decides. */
const salt = { status: 1, title: 2, time: 3, phone: 4, manager: 5, login: 6, updated: 7 } as const

/** Makes users, the oldest first. The first ones are active and have admin roles if nobody was there before. */
export function seedUsers(org: Org, seed: number, count: number): readonly User[] {
  const before = org.users.size
  const nowMs = org.time.secondMs()
  const people: User[] = []
  for (let index = 0; index < count; index++) {
    const role = before === 0 ? firstRoles[index] : undefined
    const draw = (what: number) => fraction(seed, what, index)
    const createdMs = wholeSecond(nowMs - HISTORY_MS * (1 - (index + draw(salt.time)) / count))
    const status = role === undefined ? pick(statuses, seed, salt.status, index) : 'ACTIVE'
    const manager = people[Math.floor(index / REPORTS_PER_MANAGER)]
    const profile = makeProfile(
      org,
      seed,
      before + index,
      draw(salt.manager) < 0.8 ? manager : undefined,
    )
    const user: User = {
      id: org.ids.next('user'),
      status,
      createdMs,
      ...timesOf(status, createdMs, nowMs, draw),
      profile,
      hasPassword: status !== 'STAGED' && status !== 'PROVISIONED',
      provider: { type: 'OKTA', name: 'OKTA' },
      ...(role && {
        roles: [{ ...makeAssignment(org, 'userRole', role), createdMs, lastUpdatedMs: createdMs }],
      }),
    }
    people.push(user)
    org.putUser(user, { settled: true })
  }
  return people
}

function timesOf(
  status: UserStatus,
  createdMs: number,
  nowMs: number,
  draw: (what: number) => number,
): Pick<
  User,
  'activatedMs' | 'statusChangedMs' | 'lastLoginMs' | 'lastUpdatedMs' | 'passwordChangedMs'
> {
  const lastUpdatedMs = wholeSecond(createdMs + (nowMs - createdMs) * draw(salt.updated))
  if (status === 'STAGED') {
    return {
      activatedMs: null,
      statusChangedMs: null,
      lastLoginMs: null,
      lastUpdatedMs,
      passwordChangedMs: null,
    }
  }
  const activatedMs = createdMs
  if (status === 'PROVISIONED') {
    return {
      activatedMs,
      statusChangedMs: activatedMs,
      lastLoginMs: null,
      lastUpdatedMs,
      passwordChangedMs: null,
    }
  }
  // A sign-in does not move lastUpdated; a change of status does.
  const lastLoginMs = wholeSecond(nowMs - (nowMs - createdMs) * draw(salt.login) ** 4)
  const statusChangedMs = status === 'ACTIVE' ? activatedMs : lastUpdatedMs
  return {
    activatedMs,
    statusChangedMs,
    lastLoginMs: status === 'ACTIVE' ? lastLoginMs : Math.min(lastLoginMs, statusChangedMs),
    lastUpdatedMs,
    passwordChangedMs: createdMs,
  }
}

function makeProfile(org: Org, seed: number, index: number, manager: User | undefined): JsonObject {
  const pairs = firstNames.length * lastNames.length
  const place = (index * NAME_STEP + hash(org.seed)) % pairs
  const round = Math.floor(index / pairs)
  const [firstName, plainFirst] = firstNames[place % firstNames.length] ?? ['', '']
  const [lastName, plainLast] = lastNames[Math.floor(place / firstNames.length)] ?? ['', '']
  const login = freeLogin(org, `${plainFirst}.${plainLast}`, round + 1)
  const [department, titles] = pick(departments, seed, salt.title, index)
  const hasPhone = fraction(seed, salt.phone, index) < 0.4
  return {
    firstName,
    lastName,
    mobilePhone: hasPhone ? `+1-555-${digits(index, 3)}-${digits(hash(seed, index), 4)}` : null,
    displayName: `${firstName} ${lastName}`,
    title: pick(titles, seed, salt.title, index, 1),
    department,
    employeeNumber: String(10_000 + index),
    ...(manager && {
      manager: manager.profile['displayName'],
      managerId: manager.id,
    }),
    secondEmail: null,
    login,
    email: login,
  }
}

// Somebody who was made through the API may have the login already.
function freeLogin(org: Org, name: string, round: number): string {
  const login = `${name}${round === 1 ? '' : round}@example.com`
  return org.userIdsByLogin.has(login) ? freeLogin(org, name, round + 1) : login
}

function digits(number: number, count: number): string {
  return String(number % 10 ** count).padStart(count, '0')
}

function wholeSecond(epochMs: number): number {
  return Math.floor(epochMs / SECOND_MS) * SECOND_MS
}
