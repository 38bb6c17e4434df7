/** @module A user as the API prints one: alone with every link that fits its state, in lists with `self` only. */

import { createHash } from 'node:crypto'
import { formatTime } from '../../clock.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { Org } from '../../state/org.ts'
import type { User, UserStatus } from '../../state/user.ts'

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
export function showUser({ org, baseUrl }: ApiRequest, user: User, options: ShowOptions = {}) {
  const isOmitted = options.omit?.has('omitCredentialsLinks')
  const links: { [Name in LinkName]?: ReturnType<typeof showLink> } = {}
  for (const name of linksByStatus[user.status]) {
    if (!(isOmitted && credentialLinks.has(name))) links[name] = showLink(org, baseUrl, user, name)
  }
  return { ...showMembers(org, user, options), _links: links }
}

/** A user as lists show it. */
export function showListedUser(
  { org, baseUrl }: ApiRequest,
  user: User,
  options: ShowOptions = {},
) {
  const self = { href: `${baseUrl}/api/v1/users/${user.id}` }
  return { ...showMembers(org, user, options), _links: { self } }
}

interface KeptText {
  readonly baseUrl: string
  readonly userEmails: string
  readonly text: string
}

const keptTexts = new WeakMap<User, KeptText>()

/**
 * The JSON of a user as lists show it. It is kept as long as the row, since many clients read the same list again and
 * again; what a request wants to see less of is made anew.
 */
export function listedUserText(request: ApiRequest, user: User, options: ShowOptions): string {
  const { baseUrl, org } = request
  const { userEmails } = org.assumptions
  const isWhole = (options.omit?.size ?? 0) === 0 && options.attributes === undefined
  if (!isWhole) return JSON.stringify(showListedUser(request, user, options))
  const recorded = org.recorded.of(user)
  if (recorded !== undefined) return recorded.text
  const kept = keptTexts.get(user)
  if (kept?.baseUrl === baseUrl && kept.userEmails === userEmails) return kept.text
  const text = JSON.stringify(showListedUser(request, user, options))
  keptTexts.set(user, { baseUrl, userEmails, text })
  return text
}

/** The Etag of a user: the same as long as nothing of the user changes. */
export function userEtag(user: User): string {
  return `W/"${createHash('sha256').update(JSON.stringify(user)).digest('hex')}"`
}

/** What a request asks to be left out, by `okta-response` in its Content-Type. */
export function readOmissions({ headers }: ApiRequest): ReadonlySet<string> {
  const type = headers['content-type'] ?? ''
  const wanted = /okta-response=(?:"([^"]*)"|([^;\s]+))/i.exec(type)
  const names = (wanted?.[1] ?? wanted?.[2] ?? '').split(',').map((name) => name.trim())
  return new Set(names.filter((name) => name !== ''))
}

function showMembers(org: Org, user: User, { omit, attributes }: ShowOptions) {
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

// These stand before and behind all others, and are shown without a value too.
const firstAttributes = ['firstName', 'lastName', 'mobilePhone']
const lastAttributes = ['secondEmail', 'login', 'email']
const always: ReadonlySet<string> = new Set([...firstAttributes, ...lastAttributes])

function showProfile(profile: JsonObject, wanted: ReadonlySet<string> | undefined): JsonObject {
  const shown: Record<string, Json> = {}
  const show = (name: string) => {
    if (wanted === undefined || wanted.has(name)) shown[name] = profile[name] ?? null
  }
  for (const name of firstAttributes) show(name)
  for (const name in profile) {
    if (!always.has(name) && (profile[name] ?? null) !== null) show(name)
  }
  for (const name of lastAttributes) show(name)
  return shown
}

function showCredentials(org: Org, user: User) {
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

function showEmails({ email, secondEmail }: JsonObject) {
  const show = (value: Json | undefined, type: string) =>
    typeof value === 'string' ? [{ value, status: 'VERIFIED', type }] : []
  return [...show(email, 'PRIMARY'), ...show(secondEmail, 'SECONDARY')]
}

function showLink(org: Org, baseUrl: string, user: User, name: LinkName) {
  const self = `${baseUrl}/api/v1/users/${user.id}`
  if (name === 'self') return { href: self }
  if (name === 'delete') return { href: self, method: 'DELETE' }
  if (name === 'schema') return { href: `${baseUrl}/api/v1/meta/schemas/user/${org.userSchemaId}` }
  if (name === 'type') return { href: `${baseUrl}/api/v1/meta/types/user/${org.userTypeId}` }
  return { href: `${self}/${operations[name]}`, method: 'POST' }
}
