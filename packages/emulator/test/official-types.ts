/**
 * @module What the emulator shows, held against the declarations of `@okta/okta-sdk-nodejs` by the compiler: a member that
 * they do not know, or that they have in another shape, must stand in {@link beyondDeclarations} with its reason.
 */

import type * as okta from '@okta/okta-sdk-nodejs'
import type { showAppGroup } from '../src/apps/app-groups.ts'
import type { showGrant } from '../src/apps/grants.ts'
import type { showSecret } from '../src/apps/secrets.ts'
import type { showApp } from '../src/apps/show-app.ts'
import type { showAppUser } from '../src/apps/show-app-user.ts'
import type { showKey, showKeyInApp } from '../src/apps/show-key.ts'
import type { showGroup } from '../src/directory/groups/show.ts'
import type { showRule } from '../src/directory/rules/show.ts'
import type { showDevice } from '../src/directory/settings/devices.ts'
import type { showPolicy } from '../src/directory/settings/policies.ts'
import type { showApiTokens } from '../src/directory/settings/routes.ts'
import type { showType } from '../src/directory/settings/schema.ts'
import type { showZone } from '../src/directory/settings/zones.ts'
import type { showListedUser, showUser } from '../src/directory/users/show.ts'
import type { errorBody } from '../src/http/okta-error.ts'
import type { Json } from '../src/json.ts'
import type { showCustomRole } from '../src/roles/custom-roles.ts'
import type { showResourceSet } from '../src/roles/resource-sets.ts'
import type { showAssignment } from '../src/roles/role-assignment.ts'

/** A declaration of the client as it is on the wire. */
type Wire<T> = T extends Date | string
  ? string
  : T extends readonly (infer Row)[]
    ? readonly Wire<Row>[]
    : T extends object
      ? { readonly [Name in keyof T]?: Wire<T[Name]> | null }
      : T

type IsAny<T> = 0 extends 1 & T ? true : false
/** The names that stand in a type themselves, not by an index signature. */
type Names<T> = keyof { [Name in keyof T as string extends Name ? never : Name]: true } & string
type Member<T, Name> = T extends unknown ? (Name extends keyof T ? T[Name] : never) : never
type IsKnown<T, Name> = true extends (
  T extends unknown
    ? Name extends keyof T
      ? true
      : never
    : never
)
  ? true
  : false

/** The dotted paths of members of `Ours` that `Known` has not; with a colon, of those which it has in another shape. */
type Beyond<Ours, Known> =
  IsAny<Known> extends true
    ? never
    : [NonNullable<Json>] extends [Ours]
      ? never
      : BeyondOf<Ours, Known>

type BeyondOf<Ours, Known> = Ours extends null | undefined
  ? never
  : Ours extends readonly (infer Row)[]
    ? [Extract<Known, readonly unknown[]>] extends [readonly (infer KnownRow)[]]
      ? [KnownRow] extends [never]
        ? ': no list'
        : Beyond<Row, KnownRow>
      : never
    : Ours extends object
      ? [Extract<Known, object>] extends [never]
        ? ': no object'
        : {
            [Name in Names<Ours>]: IsKnown<Extract<Known, object>, Name> extends true
              ? Below<Name, Beyond<Ours[Name & keyof Ours], Member<Extract<Known, object>, Name>>>
              : Name
          }[Names<Ours>]
      : Ours extends Known
        ? never
        : ': another type'

type Below<Name extends string, Path> = Path extends `:${string}`
  ? `${Name}${Path}`
  : Path extends string
    ? `${Name}.${Path}`
    : never

/** Which one of several links it is makes no difference. */
type AnyLink<Path> = Path extends `${infer Kind}._links.${string}.${infer Name}`
  ? `${Kind}._links.*.${Name}`
  : Path

type App = okta.OpenIdConnectApplication | okta.BookmarkApplication

/** Each kind of object: what the emulator makes, and what the client declares. */
interface Kinds {
  user: [ReturnType<typeof showUser>, okta.User]
  listedUser: [ReturnType<typeof showListedUser>, okta.User]
  group: [ReturnType<typeof showGroup>, okta.Group]
  groupRule: [ReturnType<typeof showRule>, okta.GroupRule]
  userType: [ReturnType<typeof showType>, okta.UserType]
  app: [ReturnType<typeof showApp>, App]
  appUser: [ReturnType<typeof showAppUser>, okta.AppUser]
  appGroup: [ReturnType<typeof showAppGroup>, okta.ApplicationGroupAssignment]
  showKeyInApp: [ReturnType<typeof showKeyInApp>, okta.ListJwk200ResponseKeysInner]
  key: [ReturnType<typeof showKey>, okta.GetJwk200Response]
  secret: [ReturnType<typeof showSecret>, okta.OAuth2ClientSecret]
  grant: [ReturnType<typeof showGrant>, okta.OAuth2ScopeConsentGrant]
  role: [ReturnType<typeof showAssignment>, okta.StandardRole | okta.CustomRole]
  customRole: [ReturnType<typeof showCustomRole>, okta.IamRole]
  resourceSet: [ReturnType<typeof showResourceSet>, okta.ResourceSet]
  device: [ReturnType<typeof showDevice>, okta.Device]
  zone: [ReturnType<typeof showZone>, okta.IPNetworkZone]
  policy: [ReturnType<typeof showPolicy>, okta.Policy]
  apiToken: [ReturnType<typeof showApiTokens>[number], okta.ApiToken]
  error: [ReturnType<typeof errorBody>, okta.ModelError]
}

type BeyondDeclarations = AnyLink<
  {
    [Kind in keyof Kinds]: Below<Kind, Beyond<Kinds[Kind][0], Wire<Kinds[Kind][1]>>>
  }[keyof Kinds]
>

const reserved = 'The client has it under another name, with an underscore.'
const recordedApp = 'Recorded: apps-03-create-service-app-with-jwks.'

/** Why the emulator shows what the client does not declare. A member that is gone must leave the list. */
export const beyondDeclarations = {
  'user._links.*.method':
    'Recorded: users-06-get-active. The client declares `hints`, as apps have.',
  'user._links.delete': 'Recorded: users-14-get-deprovisioned.',
  'user.credentials.emails': 'Recorded: users-06-get-active.',
  'listedUser.credentials.emails': 'Recorded: users-01-list-limit1-self-and-next.',
  'group.source': 'Okta, "Groups API": groups of an app name it, newer than the client.',
  'group._embedded.stats.hasAdminPrivilege': 'Okta, "List all groups", `expand=stats`.',
  'group._embedded.stats._links': 'Okta, "List all groups", `expand=stats`.',
  'groupRule.allGroupsValid': 'Recorded: groups-08-rule-create.',
  'groupRule._embedded': 'Okta, "List all group rules", `expand=groupIdToGroupNameMap`.',
  'userType.default': reserved,
  'userType._links.*.method': 'Okta, "List all user types", its example.',
  'userType._links.*.rel': 'Okta, "List all user types", its example.',
  'app.settings.manualProvisioning': recordedApp,
  'app._links.uploadLogo': recordedApp,
  'app._links.profileEnrollment': recordedApp,
  'app._links.policies': recordedApp,
  'app._links.clientCredentials': recordedApp,
  'app._links.delete': 'Okta, "Deactivate an application": what comes next for an inactive app.',
  'app.settings.oauthClient.jwks.keys.alg': 'RFC 7517, section 4.4: printed where it was given.',
  'app.settings.oauthClient.jwks.keys.crv': 'RFC 7518, section 6.2: without it an EC key is none.',
  'showKeyInApp.alg': 'RFC 7517, section 4.4: printed where it was given.',
  'showKeyInApp.crv': 'RFC 7518, section 6.2: without it an EC key is none.',
  'key.alg': 'RFC 7517, section 4.4: printed where it was given.',
  'key.crv': 'RFC 7518, section 6.2: without it an EC key is none.',
  'key._links.delete': reserved,
  'secret._links.delete': reserved,
  'role.resource-set': reserved,
  'role._links.resource-set': reserved,
  'policy.conditions': 'Declared by the policies of each type.',
} as const satisfies Readonly<Record<BeyondDeclarations, string>>
