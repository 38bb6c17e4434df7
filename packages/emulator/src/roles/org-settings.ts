/** @module The org setting "Public client app admins". */

import { event } from '../apps/events.ts'
import { type Answer, ok } from '../http/answer.ts'
import { oktaError } from '../http/okta-error.ts'
import { type ManagementRequest, readJsonObject } from '../http/request.ts'
import type { ManagementRoute } from '../http/route.ts'

const setting = { path: '/api/v1/org/settings/clientPrivilegesSetting', bucket: '/api/v1' } as const

/**
 * `/api/v1/org/settings/clientPrivilegesSetting`: whether a client becomes Super Admin with its first scope.
 *
 * @see Okta, "Org settings" - Public client app admins
 */
export const orgSettingRoutes: readonly ManagementRoute[] = [
  {
    ...setting,
    method: 'GET',
    summary: 'Tells whether a service app becomes Super Admin with its first scope',
    scope: 'okta.orgs.read',
    permission: 'org.read',
    handle: ({ org }) => ok({ clientPrivilegesSetting: org.clientPrivileges }),
  },
  {
    ...setting,
    method: 'PUT',
    summary: 'Decides whether a service app becomes Super Admin with its first scope',
    scope: 'okta.orgs.manage',
    permission: 'roles.write',
    handle: setClientPrivileges,
  },
]

function setClientPrivileges(request: ManagementRequest): Answer {
  const { org, cause } = request
  const value = readJsonObject(request)['clientPrivilegesSetting']
  if (typeof value !== 'boolean') throw oktaError('E0000003')
  org.clientPrivileges = value
  const target = { id: org.id, type: 'Org', alternateId: org.name, displayName: org.name }
  const events = [event('system.org.setting.update', [target])]
  org.record({ what: 'org-setting', op: 'updated', id: 'clientPrivilegesSetting', events }, cause)
  return ok({ clientPrivilegesSetting: value })
}
