/** @module A user of an app as Okta prints it. */

import { formatTime } from '../clock.ts'
import type { JsonObject } from '../json.ts'
import type { App } from '../state/app.ts'
import type { Org } from '../state/org.ts'
import type { User } from '../state/user.ts'
import type { Access } from './app-access.ts'

/** A user of an app, under the URL by which the caller knows the org. */
export function showAppUser(
  { org, baseUrl }: { readonly org: Org; readonly baseUrl: string },
  app: App,
  { user, direct, group }: Access,
) {
  const created = formatTime(direct?.createdMs ?? group?.lastUpdatedMs ?? app.createdMs)
  const updated = formatTime(direct?.lastUpdatedMs ?? group?.lastUpdatedMs ?? app.createdMs)
  return {
    id: user.id,
    externalId: null,
    created,
    lastUpdated: updated,
    scope: direct === undefined ? 'GROUP' : 'USER',
    status: 'ACTIVE',
    statusChanged: created,
    passwordChanged: null,
    syncState: 'DISABLED',
    credentials: { userName: userNameOf({ user, ...(direct && { direct }) }) },
    profile: profileOf(app, user, direct?.profile ?? {}),
    _links: {
      app: { href: `${baseUrl}/api/v1/apps/${app.id}` },
      user: { href: `${baseUrl}/api/v1/users/${user.id}` },
      ...(direct === undefined &&
        group !== undefined && {
          group: {
            name: org.groups.get(group.id)?.profile['name'],
            href: `${baseUrl}/api/v1/groups/${group.id}`,
          },
        }),
    },
  }
}

/** The name by which an app knows a user: the one that was given, or the login. */
export function userNameOf({ user, direct }: Access): string {
  return direct?.userName ?? String(user.profile['login'])
}

type Mapping = string | ((profile: JsonObject) => unknown)

/** The claims that an OpenID Connect app keeps of a user, and where each comes from; null where from nowhere. */
const claims: readonly (readonly [string, Mapping | null])[] = [
  ['street_address', 'streetAddress'],
  ['country', 'countryCode'],
  ['website', 'profileUrl'],
  ['zoneinfo', ({ timezone }) => timezone ?? 'America/Los_Angeles'],
  ['birthdate', null],
  ['gender', null],
  ['formatted', 'postalAddress'],
  ['profile', null],
  ['locality', 'city'],
  ['given_name', 'firstName'],
  ['middle_name', 'middleName'],
  ['locale', ({ locale }) => locale ?? 'en_US'],
  ['picture', null],
  [
    'name',
    ({ displayName, firstName, lastName }) =>
      displayName ?? `${firstName ?? ''} ${lastName ?? ''}`.trim(),
  ],
  ['nickname', 'nickName'],
  ['phone_number', 'primaryPhone'],
  ['region', 'state'],
  ['postal_code', 'zipCode'],
  ['family_name', 'lastName'],
  ['email', 'email'],
]

function profileOf(app: App, user: User, given: JsonObject): Readonly<Record<string, unknown>> {
  if (app.name !== 'oidc_client') return given
  const mapped = claims.map(([claim, from]) => [claim, readClaim(user.profile, from)])
  return { ...Object.fromEntries(mapped), ...given }
}

function readClaim(profile: JsonObject, from: Mapping | null): unknown {
  if (from === null) return null
  return (typeof from === 'string' ? profile[from] : from(profile)) ?? null
}
