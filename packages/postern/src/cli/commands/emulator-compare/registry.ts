/** @module Every probe, and why the other assumptions have none. */

import type { AssumptionName } from '@postern/emulator'
import { callProbes } from './call-probes.ts'
import { logProbes } from './log-probes.ts'
import type { Probe } from './probe.ts'
import { roleProbes } from './role-probes.ts'
import { tokenProbes } from './token-probes.ts'

/** The probes in the order they are asked: each family behind those that need less. */
export const probes: readonly Probe[] = [...tokenProbes, ...callProbes, ...roleProbes, ...logProbes]

const writes = (what: string) => `Only a change shows it: ${what}.`

/** Why an assumption cannot be settled by reading. Every assumption is here or has a probe. */
export const notProbed: Readonly<Partial<Record<AssumptionName, string>>> = {
  inactiveAppAtToken: writes('an app that is deactivated'),
  ecKeyWithoutCurve: writes('a key registered without crv'),
  tokenOfOtherHost: 'A token is sent to its own host alone.',
  wrongContentType: writes('a request with a body'),
  indexLagMs: writes('an object that a search finds later'),
  membershipLagMs: writes('a new member of a group'),
  everyoneLagMs: writes('a new user'),
  activationLagMs: writes('a user being activated'),
  repeatedMembership: writes('a membership added twice'),
  removalOfNonMember: writes('a membership removed'),
  removalOfRuleMember: writes('a membership removed'),
  repeatedAssignment: writes('an assignment made twice'),
  unassignmentWithGroup: writes('an assignment removed that a group gives too'),
  changeOfMasteredProfile: writes('a profile changed that a directory masters'),
  duplicateGroupName: writes('a group created twice'),
  deactivateAnswer: writes('a user deactivated'),
  userOutOfReach: 'The id of somebody whom the role does not reach would have to be known.',
  ruleReconciliationMs: writes('two group rules created'),
  changeOfActiveRule: writes('a group rule changed'),
  grantStatus: writes('a scope granted'),
  unknownGrantScope: writes('a scope granted'),
  duplicateGrant: writes('a scope granted twice'),
  jwksUriCacheSeconds: writes('a published key set'),
  roleStatus: writes('a role given'),
  grantsWithAccessToken: writes('a scope granted'),
  duplicateRole: writes('a role given twice'),
  keysAbsentOnPut: writes('an app replaced'),
  jwksUriOverHttp: writes('an app changed'),
  logCursorDays: 'A cursor would have to be kept for days.',
  unknownHost: 'Nothing is sent to a host that is not the org.',
}
