/** @module Faults of what a service app may do: its granted scopes and its admin role. */

import { makeAssignment } from '../roles/role-assignment.ts'
import { roleLabels, type StandardRole } from '../state/role.ts'
import type { Fault } from './fault.ts'
import { appFault, changeOauth, oauthFault } from './service-app-fault.ts'

const standardRoles = Object.keys(roleLabels)

/** Faults of grants and roles. */
export const grantFaults: readonly Fault[] = [
  oauthFault(
    {
      name: 'scope-not-granted',
      summary: 'A scope was not granted on the Okta API Scopes tab.',
      answers:
        'The token comes without it, and its endpoints answer 403 with an empty body and insufficient_scope in WWW-Authenticate; asked for alone, 400 consent_required',
      parameters: {
        scope: { meaning: 'the scope', type: 'text', default: 'okta.users.read', begins: 'okta.' },
      },
    },
    ({ oauth }, _place, values) => ({
      grants: oauth.grants.filter(({ scopeId }) => scopeId !== values.text('scope')),
    }),
  ),
  oauthFault(
    {
      name: 'no-scope-granted',
      summary: 'Nothing was granted on the Okta API Scopes tab.',
      answers: '400 consent_required: You are not allowed any of the requested scopes.',
    },
    () => ({ grants: [] }),
  ),
  oauthFault(
    {
      name: 'admin-role-missing',
      summary: 'The app has no admin role.',
      answers: 'Tokens as before; lists are 200 [], single objects and writes 403 E0000006',
    },
    () => ({ roles: [] }),
  ),
  appFault(
    {
      name: 'admin-role-missing-lists-forbidden',
      summary: 'The app has no admin role, in an org whose lists say so.',
      answers: 'Tokens as before; the users are 200 [], all else 403 E0000006',
    },
    (app, { org }) => {
      const undo = changeOauth(org, app, { roles: [] })
      const { listsWithoutRole } = org.assumptions
      org.assumptions = { ...org.assumptions, listsWithoutRole: 'forbidden' }
      return () => {
        undo()
        org.assumptions = { ...org.assumptions, listsWithoutRole }
      }
    },
  ),
  oauthFault(
    {
      name: 'admin-role-lowered',
      summary: 'The app has a lower admin role than its work needs.',
      answers: '403 E0000006 for what the role does not allow, 200 [] for some lists',
      parameters: {
        role: {
          meaning: 'the role that is left',
          type: 'text',
          default: 'MOBILE_ADMIN',
          choices: standardRoles,
        },
      },
    },
    (_app, { org }, values) => ({
      roles: [makeAssignment(org, 'userRole', values.text('role') as StandardRole)],
    }),
  ),
  oauthFault(
    {
      name: 'admin-role-narrowed',
      summary: 'The admin role was given for one group only, and the group is empty.',
      answers: 'Lists show only what the group holds: of users none; others are 403 E0000006',
      parameters: {
        group: {
          meaning: 'the id of the group; default: one that does not hold anybody',
          type: 'text',
        },
      },
    },
    ({ oauth }, _place, values) => ({
      roles: oauth.roles.map((role) => ({
        ...role,
        groupTargets: [values.text('group') ?? '00g0000000000000005d'],
      })),
    }),
  ),
]
