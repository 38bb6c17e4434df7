/** @module What the sources leave open about Okta, each as a named choice with a default. */

/** An open question that is a choice between ways to answer. The first choice is the default. */
interface Choice {
  readonly question: string
  readonly choices: readonly [string, ...string[]]
}

/** An open question that is a number. */
interface Quantity {
  readonly question: string
  readonly unit: Unit
  readonly default: number
}

/** What numbers there are of each unit. */
const units = {
  ms: { whole: true, least: 0 },
  seconds: { whole: false, least: 0 },
  days: { whole: false, least: 0 },
  rows: { whole: true, least: 1 },
  characters: { whole: true, least: 1 },
} as const

/** What a number counts. */
export type Unit = keyof typeof units

/** Every open question by its name. docs/emulator.md is made from this. */
export const assumptions = {
  // The token endpoint
  clockLeniencySeconds: {
    question: 'How far may a time in an assertion or proof be ahead of the org?',
    unit: 'seconds',
    default: 0,
  },
  jtiRetention: {
    question: 'How long is the jti of an assertion remembered?',
    choices: ['until-exp', 'forever'],
  },
  kidAbsentWithInactiveKey: {
    question: 'Must an assertion name its kid while the app has one active and one inactive key?',
    choices: ['required', 'optional'],
  },
  inactiveAppAtToken: {
    question: 'What does the token endpoint say about a deactivated app?',
    choices: ['authentication-failed', 'client-id-invalid'],
  },
  unknownScope: {
    question: 'What happens to a well-formed okta.* scope that does not exist?',
    choices: ['refused', 'dropped'],
  },
  // Okta, "OpenID Connect & OAuth 2.0 API", says 1024 in general, and its release notes 4096 of refresh tokens.
  scopeMaxCharacters: {
    question: 'How many characters may the scopes of a token request have?',
    unit: 'characters',
    default: 1_024,
  },
  invalidNonce: {
    question: 'What is said about a nonce that the org did not make, or made too long ago?',
    choices: ['use-dpop-nonce', 'invalid-dpop-proof'],
  },
  proofWithoutNeed: {
    question: 'What becomes of a proof that is sent for an app which does not require DPoP?',
    choices: ['token-is-bound', 'ignored'],
  },
  multipleCredentials: {
    question: 'With which status are a secret and an assertion in one request refused?',
    choices: ['401', '400'],
  },
  unknownClientBody: {
    question: 'In which shape is an unknown client_id refused?',
    choices: ['oauth', 'errorCode'],
  },
  ecKeyWithoutCurve: {
    question: 'What becomes of an assertion when the registered EC key has no `crv`?',
    choices: ['key-set-invalid', 'curve-from-size'],
  },
  // Calls of the management API
  tokenOfOtherHost: {
    question: 'Is a token from the custom domain taken at the org URL, and the other way round?',
    choices: ['accepted', 'refused'],
  },
  unauthenticatedCall: {
    question: 'What does a call without an Authorization header get?',
    choices: ['E0000005', 'invalid-token'],
  },
  refusedTokenBody: {
    question: 'What is the body of a 401 for an access token that is expired or unknown?',
    choices: ['empty', 'E0000011'],
  },
  listsWithoutRole: {
    question: 'What do the lists of groups, apps, logs and devices answer without an admin role?',
    choices: ['empty', 'forbidden'],
  },
  limitAboveMaximum: {
    question: 'What happens to a `limit` above the maximum of an endpoint?',
    choices: ['lowered', 'refused'],
  },
  groupsDefaultLimit: {
    question: 'How many groups are on a page that asked for no limit?',
    unit: 'rows',
    default: 10_000,
  },
  policiesWithoutType: {
    question: 'What does GET /api/v1/policies answer without `type`?',
    choices: ['400', '405'],
  },
  wrongContentType: {
    question: 'Which code refuses a body that is not JSON by its Content-Type?',
    choices: ['E0000019', 'E0000021'],
  },
  // What is late
  indexLagMs: {
    question: 'How far behind is the index that `search`, `filter` and `q` read?',
    unit: 'ms',
    default: 1_000,
  },
  membershipLagMs: {
    question: 'How late, at most, does lastMembershipUpdated show its back-dated value?',
    unit: 'ms',
    default: 6_000,
  },
  everyoneLagMs: {
    question: 'How late does the group Everyone show lastMembershipUpdated?',
    unit: 'ms',
    default: 300_000,
  },
  activationLagMs: {
    question: 'How long does a user stay in transition while being activated?',
    unit: 'ms',
    default: 0,
  },
  logLagMs: {
    question: 'How late does the System Log show an event of a change?',
    unit: 'ms',
    default: 0,
  },
  // Users, groups, apps
  groupMembersDeprovisioned: {
    question: 'Does the list of members of a group show deprovisioned users?',
    choices: ['hidden', 'shown'],
  },
  repeatedMembership: {
    question: 'What does putting a user into a group answer where the user is in it already?',
    choices: ['204', '400'],
  },
  removalOfNonMember: {
    question: 'What does removing a user who is not a member answer?',
    choices: ['204', '404'],
  },
  removalOfRuleMember: {
    question: 'What happens when a user is removed whom a group rule had added?',
    choices: ['removed-and-excluded', 'forbidden'],
  },
  repeatedAssignment: {
    question: 'What does POST /apps/{id}/users answer for a user who is already assigned?',
    choices: ['200', '409'],
  },
  unassignmentWithGroup: {
    question:
      'What does taking an app from a user answer, who was given it directly and has it through a group too?',
    choices: ['E0000046', 'group-stays'],
  },
  duplicateGroupName: {
    question: 'How is a second group of the same name refused?',
    choices: ['400-E0000001', '409-E0000055'],
  },
  deactivateAnswer: {
    question: 'What does deactivating a user answer?',
    choices: ['200', '204'],
  },
  userEmails: {
    question: 'Which users show credentials.emails?',
    choices: ['with-password', 'always', 'never'],
  },
  changeOfMasteredProfile: {
    question: 'What does changing a profile answer that Active Directory or LDAP masters?',
    choices: ['E0000023', '200'],
  },
  meOfServiceApp: {
    question: 'What does GET /api/v1/users/me answer a service app, behind which there is no user?',
    choices: ['404', '403'],
  },
  userOutOfReach: {
    question: 'What does reading one user or group answer a role that covers other groups only?',
    choices: ['403', '404'],
  },
  invalidDirectoryCursor: {
    question: 'What do the lists of users and groups say to a cursor that they did not make?',
    choices: ['E0000029', 'E0000031'],
  },
  ruleReconciliationMs: {
    question: 'For how long after a group rule was created is the next one refused with E0000239?',
    unit: 'ms',
    default: 0,
  },
  changeOfActiveRule: {
    question: 'What does PUT /api/v1/groups/rules/{id} answer while the rule is active?',
    choices: ['400', '200'],
  },
  // Service apps
  grantStatus: {
    question: 'With which status is a new scope grant answered?',
    choices: ['200', '201'],
  },
  unknownGrantScope: {
    question: 'With which status is the grant of a scope refused that does not exist?',
    choices: ['400', '404'],
  },
  duplicateGrant: {
    question: 'What does granting a scope twice answer?',
    choices: ['existing-grant', '400'],
  },
  keyListShape: {
    question: 'Is the list of keys of an app an array, an object with jwks.keys, or one with keys?',
    choices: ['array', 'object', 'keys'],
  },
  jwksUriCacheSeconds: {
    question: 'For how long are the keys behind a jwks_uri kept?',
    unit: 'seconds',
    default: 300,
  },
  roleStatus: {
    question: 'With which status is a new role assignment of a client answered?',
    choices: ['201', '200'],
  },
  grantsWithAccessToken: {
    question: 'May an access token with okta.appGrants.manage grant scopes?',
    choices: ['allowed', 'E0000005'],
  },
  duplicateRole: {
    question: 'Which code refuses a role that a client has already?',
    choices: ['E0000090', 'E0000263'],
  },
  standardRoleIds: {
    question: 'Which standard roles have the Base32 of their type as the id of an assignment?',
    choices: ['all-but-super-admin', 'those-with-targets'],
  },
  keysAbsentOnPut: {
    question: 'What becomes of the keys of an app when PUT names neither jwks nor jwks_uri?',
    choices: ['deleted', 'kept'],
  },
  jwksUriOverHttp: {
    question: 'May a jwks_uri be http?',
    choices: ['loopback', 'never'],
  },
  // System Log
  emptyPollCursor: {
    question: 'What is the cursor after a polling page without events?',
    choices: ['kept', 'advanced'],
  },
  logCursorDays: {
    question: 'After how many days is a polling cursor refused? 0 is never.',
    unit: 'days',
    default: 0,
  },
  logSinceWithAfter: {
    question: 'What happens to a polling request that has both `since` and `after`?',
    choices: ['after-wins', 'refused'],
  },
  logUntil: {
    question: 'Does a bounded request return events published exactly at `until`?',
    choices: ['excluded', 'included'],
  },
  // The host
  unknownHost: {
    question: 'What does a host answer that is no org, where each org has its own host or path?',
    choices: ['404-html', 'redirect'],
  },
} as const satisfies Readonly<Record<string, Choice | Quantity>>

/** The name of an open question. */
export type AssumptionName = keyof typeof assumptions

/** The answers in force. */
export type Assumptions = {
  readonly [Name in AssumptionName]: (typeof assumptions)[Name] extends { choices: infer Choices }
    ? Choices[number & keyof Choices]
    : number
}

/** The answers in force where nobody says otherwise. */
export const defaultAssumptions: Assumptions = Object.fromEntries(
  Object.entries(assumptions).map(([name, assumption]) => [
    name,
    'choices' in assumption ? assumption.choices[0] : assumption.default,
  ]),
) as unknown as Assumptions

/** Whether a number makes sense as so much of a unit. */
export function isQuantity(number: number, unit: Unit): boolean {
  const { whole, least } = units[unit]
  return Number.isFinite(number) && number >= least && (!whole || Number.isInteger(number))
}

/** What numbers there are of a unit, for people: `a whole number of rows, 1 or more`. */
export function describeQuantity(unit: Unit): string {
  const { whole, least } = units[unit]
  return `a ${whole ? 'whole ' : ''}number of ${unit}, ${least} or more`
}
