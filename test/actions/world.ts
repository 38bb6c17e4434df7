/** @module An org in which every action has something to do: people, groups and apps by names that tests can say. */

import okta from '@okta/okta-sdk-nodejs'
import {
  type Action,
  type ActionAnswer,
  type JsonObject,
  type Org,
  type RunActionOptions,
  runAction,
} from '@postern/core'
import type { RunningOrg, StartOptions } from '@postern/emulator'
import { type EmulatedOrg, emulatedOrg } from '../emulated-org.ts'
import { VirtualTime } from '../virtual-time.ts'

/** The statuses of users. */
export type UserStatus = NonNullable<ReturnType<RunningOrg['org']['users']['get']>>['status']

/** What an action is tried in. */
export interface World {
  readonly emulated: EmulatedOrg
  readonly running: RunningOrg
  readonly time: VirtualTime
  /** A service app that may do everything. */
  readonly org: Org
  /** The official client, of a Super Admin. */
  readonly sdk: okta.Client
  /** The id of a user by login, of a group by name, of an app by label. */
  idOf(name: string): string
  /** A request of a Super Admin, to make things so beforehand. */
  send(method: string, path: string, body?: unknown): Promise<void>
  /** Changes of the org from now on, as `group-member created`; switching a fault is none. */
  watch(): () => readonly string[]
}

/** Every scope that some action needs, and what plans read. */
const allScopes = [
  'okta.users.manage',
  'okta.groups.manage',
  'okta.apps.manage',
  'okta.roles.read',
] as const

const people: readonly (readonly [login: string, email: string, status: UserStatus])[] = [
  ['ada@example.com', 'ada@example.com', 'ACTIVE'],
  ['bob@example.com', 'bob@example.com', 'ACTIVE'],
  ['sue@example.com', 'sue@example.com', 'SUSPENDED'],
  ['gone@example.com', 'gone@example.com', 'DEPROVISIONED'],
  ['locked@example.com', 'locked@example.com', 'LOCKED_OUT'],
  ['staged@example.com', 'staged@example.com', 'STAGED'],
  ['twin@example.com', 'twin@example.com', 'ACTIVE'],
  // Took the address of somebody else.
  ['mallory@example.com', 'twin@example.com', 'ACTIVE'],
]

const groups: readonly (readonly [name: string, type: 'OKTA_GROUP' | 'APP_GROUP'])[] = [
  ['Operations', 'OKTA_GROUP'],
  ['Sales', 'OKTA_GROUP'],
  ['Imported', 'APP_GROUP'],
  ['Twins', 'APP_GROUP'],
  ['twins', 'APP_GROUP'],
  ['Ruled', 'OKTA_GROUP'],
]

const apps = ['Payroll', 'Payroll archive', 'Twin app', 'twin App']

/** Starts the org. Nobody waits in it: its time leaps. */
export async function startWorld(options: StartOptions = {}): Promise<World> {
  const time = new VirtualTime()
  const emulated = await emulatedOrg(
    { users: 1, keyType: 'EC', scopes: allScopes, role: 'SUPER_ADMIN', clock: time, ...options },
    { clock: time, transport: time.delay(1), random: () => 0.5 },
  )
  const { running, app: org, admin } = emulated
  const ids = fill(running)
  return {
    ...{ emulated, running, time, org },
    sdk: new okta.Client({ orgUrl: running.url, token: running.adminToken }),
    idOf: (name) => ids.get(name) ?? '',
    async send(method, path, body) {
      await admin.request({ method, path, ...(body === undefined ? {} : { body }) })
    },
    watch() {
      const from = running.org.ledger.size
      return () =>
        running.org.ledger
          .read(from)
          .flatMap((entry) => (entry.kind === 'change' ? [`${entry.what} ${entry.op}`] : []))
          .filter((line) => !line.startsWith('fault '))
    },
  }
}

/** Runs an action in a world. */
export function run(
  { org }: Pick<World, 'org'>,
  action: Action,
  given: JsonObject,
  options: RunActionOptions = {},
): Promise<ActionAnswer> {
  return runAction(org, action, given, options)
}

/** As if it had been there before anybody looked: no event, and every search knows it. */
function fill({ org }: RunningOrg): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  const everyone = org.groups.get(org.everyoneId)
  const [first] = org.users
  if (first === undefined || everyone === undefined) throw new Error('The org is empty.')
  const { roles: _roles, ...plain } = first
  for (const [login, email, status] of people) {
    const id = org.ids.next('user')
    org.putUser({ ...plain, id, status, profile: { ...plain.profile, login, email } }, settled)
    ids.set(login, id)
  }
  for (const [name, type] of groups) {
    const id = org.ids.next('group')
    org.groups.putSettled({ ...everyone, id, type, profile: { name, description: null } })
    ids.set(name, id)
  }
  for (const label of apps) {
    const id = org.ids.next('app')
    const { createdMs } = everyone
    const times = { createdMs, lastUpdatedMs: createdMs }
    const details = {
      settings: { app: { requestIntegration: false, url: 'https://app.example/' } },
    }
    const kind = { name: 'bookmark', signOnMode: 'BOOKMARK', status: 'ACTIVE' } as const
    org.apps.put({ id, label, details, ...kind, ...times })
    ids.set(label, id)
  }
  ids.set('Everyone', org.everyoneId)
  return ids
}

const settled = { settled: true }
