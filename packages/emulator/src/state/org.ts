/** @module An org: everything that it knows, and the one way to change it that leaves a trace. */

import { type Assumptions, defaultAssumptions } from '../assumptions.ts'
import { type Clock, OrgTime, systemClock } from '../clock.ts'
import { Ids, randomText } from '../ids.ts'
import { type Cause, type EventDraft, systemCause } from '../system-log/event.ts'
import { SystemLog } from '../system-log/system-log.ts'
import type { ApiToken } from './api-token.ts'
import type { App, AppGroup, AppUser } from './app.ts'
import { AuthorizationState } from './authorization.ts'
import { type AuthorizationServer, defaultAuthorizationServer } from './authorization-server.ts'
import type { Group, GroupRule } from './group.ts'
import { IndexedTable } from './indexed-table.ts'
import { type Change, Ledger } from './ledger.ts'
import { Pairs } from './pairs.ts'
import { RecordedTexts } from './recorded-texts.ts'
import type { CustomRole, ResourceSet, RoleAssignment } from './role.ts'
import { Table } from './table.ts'
import type { CustomAttribute, User } from './user.ts'

/** The plans that an org may have, in the order of the documentation. `unlimited` is none of Okta's; it is for measurements. */
export const editions = ['enterprise', 'workforce', 'integrator', 'unlimited'] as const

/** The plan of an org: it decides the rate limits. */
export type Edition = (typeof editions)[number]

/** How an org is set up. */
export interface OrgOptions {
  /** The part before the suffix, as in `acme`. Default `acme`. */
  readonly name?: string
  /** Of everything that is made up: the same seed gives the same org. Default 1. */
  readonly seed?: number
  /** Default: that of the machine. */
  readonly clock?: Clock
  /** Default `enterprise`. */
  readonly edition?: Edition
  readonly assumptions?: Partial<Assumptions>
  /** How many days the System Log can be read back. Default 90, as Okta's. */
  readonly logDays?: number
}

/** What a change leaves behind beside the changed rows: a line in the ledger and events in the System Log. */
export interface Trace extends Pick<Change, 'what' | 'op' | 'id' | 'member'> {
  readonly events?: readonly EventDraft[]
}

/** One org. Rows are put into the tables; {@link Org.record} says that and why. */
export class Org {
  readonly name: string
  readonly id: string
  readonly seed: number
  readonly time: OrgTime
  /** When the org came to be, in milliseconds since the epoch and whole seconds. */
  readonly createdMs: number
  readonly edition: Edition
  readonly ids: Ids
  assumptions: Assumptions
  /** The URL under which the org is known, without a slash at its end; set when it is being served. */
  url = ''
  /** `host` of a custom domain that leads to this org too. */
  customDomain: string | undefined
  /** Of objects that were recorded in another org. */
  readonly recorded = new RecordedTexts()
  readonly log: SystemLog
  readonly ledger: Ledger

  readonly users: IndexedTable<User>
  /** User ids by login in lower case; kept by {@link Org.putUser}. */
  readonly userIdsByLogin = new Map<string, string>()
  /** Whose activation is under way; kept by {@link Org.putUser}. */
  readonly activatingUserIds = new Set<string>()
  readonly userTypeId: string
  readonly userSchemaId: string
  /** By name: what an administrator added to the schema of users. */
  readonly userAttributes = new Map<string, CustomAttribute>()
  readonly groups: IndexedTable<Group>
  /** The id of the group that holds every user; its members are not kept. */
  readonly everyoneId: string
  /** Group and user. */
  readonly members = new Pairs()
  /** Group and user, for the memberships that only a group rule gives. */
  readonly ruleMembers = new Pairs()
  readonly rules = new Table<GroupRule>()
  readonly apps = new Table<App>()
  /** By app id. */
  readonly appUsers = new Map<string, Table<AppUser>>()
  /** By app id. */
  readonly appGroups = new Map<string, Table<AppGroup>>()
  readonly apiTokens = new Table<ApiToken>()
  /** The custom ones; the org's own is no row. */
  readonly authorizationServers = new Table<AuthorizationServer>()
  readonly authorization = new AuthorizationState()
  readonly customRoles = new Table<CustomRole>()
  readonly resourceSets = new Table<ResourceSet>()
  /** Admin roles that groups were given, by group id; their members have them too. */
  readonly groupRoles = new Map<string, readonly RoleAssignment[]>()
  /** Whether a service app becomes Super Administrator with its first scope (`clientPrivilegesSetting`). */
  clientPrivileges = false

  constructor(options: OrgOptions = {}) {
    this.name = options.name ?? 'acme'
    this.seed = options.seed ?? 1
    this.time = new OrgTime(options.clock ?? systemClock)
    this.createdMs = this.time.secondMs()
    this.edition = options.edition ?? 'enterprise'
    this.assumptions = { ...defaultAssumptions, ...options.assumptions }
    this.ids = new Ids(this.seed)
    this.id = this.ids.next('org')
    this.userTypeId = this.ids.next('userType')
    this.userSchemaId = this.ids.next('userSchema')
    const indexLagMs = () => this.assumptions.indexLagMs
    this.users = new IndexedTable(this.time, indexLagMs)
    this.groups = new IndexedTable(this.time, indexLagMs)
    this.log = new SystemLog(this.time, {
      seed: this.seed,
      retentionMs: (options.logDays ?? 90) * 86_400_000,
      lagMs: () => this.assumptions.logLagMs,
      onPersisted: (number) => this.ledger.addEvent(number),
    })
    this.ledger = new Ledger(this.log)
    this.everyoneId = this.#makeEveryone()
    this.authorizationServers.put(defaultAuthorizationServer)
  }

  /** Puts a user and keeps the look-up by login. `settled` is for what was there before anybody looked. */
  putUser(user: User, options: { readonly settled?: boolean } = {}): void {
    const before = this.users.get(user.id)
    if (before !== undefined) this.userIdsByLogin.delete(loginKey(before))
    this.userIdsByLogin.set(loginKey(user), user.id)
    if (user.transition !== undefined) this.activatingUserIds.add(user.id)
    if (options.settled) this.users.putSettled(user)
    else this.users.put(user)
  }

  /** Takes a user out of the org for good. */
  removeUser(user: User): void {
    this.userIdsByLogin.delete(loginKey(user))
    this.users.remove(user.id)
  }

  /** Notes a change that has just been made: in the ledger, and in the System Log as the events that it has there. */
  record(trace: Trace, cause: Cause = systemCause): void {
    // What became due before this change stands before it in the ledger.
    this.log.catchUp()
    const { events = [], ...change } = trace
    const requestId = cause.requestId === '' ? {} : { requestId: cause.requestId }
    this.ledger.addChange({ kind: 'change', ...change, ...requestId, atMs: this.time.nowMs() })
    for (const event of events) this.log.write(event, cause)
  }

  /** Makes an API token for a user. */
  addApiToken(ownerId: string, name: string, value = `00${randomText(40)}`): ApiToken {
    const nowMs = this.time.secondMs()
    const token: ApiToken = {
      id: this.ids.next('apiToken'),
      name,
      value,
      ownerId,
      createdMs: nowMs,
      lastUsedMs: nowMs,
      revoked: false,
      networkAllowed: true,
    }
    this.apiTokens.put(token)
    return token
  }

  #makeEveryone(): string {
    const id = this.ids.next('group')
    const nowMs = this.time.secondMs()
    this.groups.putSettled({
      id,
      type: 'BUILT_IN',
      objectClass: ['okta:user_group'],
      createdMs: nowMs,
      lastUpdatedMs: nowMs,
      lastMembershipUpdatedMs: nowMs,
      profile: { name: 'Everyone', description: 'All users in your organization' },
    })
    return id
  }
}

function loginKey(user: User): string {
  return String(user.profile['login']).toLowerCase()
}
