/** @module A user as the API prints one: alone with every link that fits its state, in lists with `self` only. */

import { createHash } from 'node:crypto'
import { formatTime } from '../../clock.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { Org } from '../../state/org.ts'
import type { User, UserStatus } from '../../state/user.ts'
import { settle } from './settled.ts'

/** What a request wants to see less of. */
export interface ShowOptions {
  /** The values of `okta-response` in the Content-Type. */
  readonly omit?: ReadonlySet<string>
  /** The only attributes of the profile to show. */
  readonly attributes?: ReadonlySet<string>
}

const operations = {
  suspend: 'lifecycle/suspend',
  unsuspend: 'lifecycle/unsuspend',
  unlock: 'lifecycle/unlock',
  activate: 'lifecycle/activate',
  reactivate: 'lifecycle/reactivate',
  resetPassword: 'lifecycle/reset_password',
  forgotPassword: 'credentials/forgot_password',
  expirePassword: 'lifecycle/expire_password',
  changeRecoveryQuestion: 'credentials/change_recovery_question',
  resetFactors: 'lifecycle/reset_factors',
  changePassword: 'credentials/change_password',
  deactivate: 'lifecycle/deactivate',
} as const

type LinkName = keyof typeof operations | 'schema' | 'self' | 'type' | 'delete'

const withPassword: readonly LinkName[] = [
  'suspend',
  'schema',
  'resetPassword',
  'forgotPassword',
  'expirePassword',
  'changeRecoveryQuestion',
  'self',
  'resetFactors',
  'type',
  'changePassword',
  'deactivate',
]

const linksByStatus: Readonly<Record<UserStatus, readonly LinkName[]>> = {
  STAGED: ['schema', 'activate', 'self', 'resetFactors', 'type'],
  PROVISIONED: [
    'suspend',
    'schema',
    'resetPassword',
    'reactivate',
    'self',
    'resetFactors',
    'type',
    'deactivate',
  ],
  ACTIVE: withPassword,
  PASSWORD_EXPIRED: withPassword,
  RECOVERY: ['schema', 'resetPassword', 'reactivate', 'self', 'resetFactors', 'type', 'deactivate'],
  LOCKED_OUT: ['schema', 'unlock', 'resetPassword', 'self', 'resetFactors', 'type', 'deactivate'],
  SUSPENDED: ['schema', 'unsuspend', 'self', 'resetFactors', 'type', 'deactivate'],
  DEPROVISIONED: ['schema', 'activate', 'self', 'type', 'delete'],
}

const credentialLinks: ReadonlySet<string> = new Set([
  'resetPassword',
  'forgotPassword',
  'expirePassword',
  'changeRecoveryQuestion',
  'changePassword',
])

/** A user as an answer about this user alone shows it. */
export function showUser(
  { org, baseUrl }: ApiRequest,
  user: User,
  options: ShowOptions = {},
): JsonObject {
  const names = linksByStatus[user.status].filter(
    (name) => !(options.omit?.has('omitCredentialsLinks') && credentialLinks.has(name)),
  )
  const links = names.map((name) => [name, showLink(org, baseUrl, user, name)])
  return { ...showMembers(org, user, options), _links: Object.fromEntries(links) }
}

/** A user as lists show it. */
export function showListedUser(
  { org, baseUrl }: ApiRequest,
  user: User,
  options: ShowOptions = {},
): JsonObject {
  const self = { href: `${baseUrl}/api/v1/users/${user.id}` }
  return { ...showMembers(org, user, options), _links: { self } }
}

/** The Etag of a user: the same as long as nothing of the user changes. */
export function userEtag(user: User): string {
  return `W/"${createHash('sha256').update(JSON.stringify(user)).digest('hex')}"`
}

/** What a request asks to be left out, by `okta-response` in its Content-Type. */
export function readOmissions({ headers }: ApiRequest): ReadonlySet<string> {
  const type = headers['content-type'] ?? ''
  const wanted = /okta-response=(?:"([^"]*)"|([^;\s]+))/i.exec(type)
  return new Set((wanted?.[1] ?? wanted?.[2] ?? '').split(',').map((name) => name.trim()))
}

function showMembers(org: Org, stored: User, { omit, attributes }: ShowOptions): JsonObject {
  const user = settle(stored, org.time.nowMs())
  const transition = omit?.has('omitTransitioningToStatus') ? undefined : user.transition
  return {
    id: user.id,
    status: user.status,
    ...(transition && { transitioningToStatus: transition.to }),
    created: formatTime(user.createdMs),
    activated: formatTime(user.activatedMs),
    statusChanged: formatTime(user.statusChangedMs),
    lastLogin: formatTime(user.lastLoginMs),
    lastUpdated: formatTime(user.lastUpdatedMs),
    passwordChanged: formatTime(user.passwordChangedMs),
    ...(user.realmId !== undefined && { realmId: user.realmId }),
    type: { id: org.userTypeId },
    profile: showProfile(user.profile, attributes),
    ...(omit?.has('omitCredentials') ? {} : { credentials: showCredentials(org, user) }),
  }
}

function showProfile(profile: JsonObject, wanted: ReadonlySet<string> | undefined): JsonObject {
  const { firstName, lastName, mobilePhone, secondEmail, login, email, ...others } = profile
  const set = Object.entries(others).filter(([, value]) => value !== null)
  const shown: [string, Json | undefined][] = [
    ['firstName', firstName],
    ['lastName', lastName],
    ['mobilePhone', mobilePhone],
    ...set,
    ['secondEmail', secondEmail],
    ['login', login],
    ['email', email],
  ]
  return Object.fromEntries(
    shown
      .filter(([name]) => wanted === undefined || wanted.has(name))
      .map(([name, value]) => [name, value ?? null]),
  )
}

function showCredentials(org: Org, user: User): JsonObject {
  const { userEmails } = org.assumptions
  const withEmails = userEmails === 'always' || (userEmails === 'with-password' && user.hasPassword)
  const { recoveryQuestion: question } = user
  return {
    ...(user.hasPassword && { password: {} }),
    ...(question !== undefined && { recovery_question: { question } }),
    ...(withEmails && { emails: showEmails(user.profile) }),
    provider: { type: user.provider.type, name: user.provider.name },
  }
}

function showEmails({ email, secondEmail }: JsonObject): readonly JsonObject[] {
  const show = (value: Json | undefined, type: string) =>
    typeof value === 'string' ? [{ value, status: 'VERIFIED', type }] : []
  return [...show(email, 'PRIMARY'), ...show(secondEmail, 'SECONDARY')]
}

function showLink(org: Org, baseUrl: string, user: User, name: LinkName): JsonObject {
  const self = `${baseUrl}/api/v1/users/${user.id}`
  if (name === 'self') return { href: self }
  if (name === 'delete') return { href: self, method: 'DELETE' }
  if (name === 'schema') return { href: `${baseUrl}/api/v1/meta/schemas/user/${org.userSchemaId}` }
  if (name === 'type') return { href: `${baseUrl}/api/v1/meta/types/user/${org.userTypeId}` }
  return { href: `${self}/${operations[name]}`, method: 'POST' }
}
