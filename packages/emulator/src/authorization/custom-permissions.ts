/** @module What the permissions of custom admin roles mean in the emulator's own. */

import type { Permission } from './permission.ts'

/**
 * The permissions that a custom role may have, by Okta's name, with what each allows here. Where the emulator's own
 * permissions are coarser than Okta's, one that would allow too much allows nothing.
 *
 * @see Okta, "Role assignment" - the table of permission types
 */
export const customPermissions: ReadonlyMap<string, readonly Permission[]> = new Map<
  string,
  readonly Permission[]
>([
  ['okta.users.manage', ['users.read', 'users.write', 'users.support']],
  ['okta.users.create', []],
  ['okta.users.read', ['users.read']],
  ['okta.users.credentials.manage', ['users.support']],
  ['okta.users.credentials.resetFactors', []],
  ['okta.users.credentials.resetPassword', []],
  ['okta.users.credentials.expirePassword', []],
  ['okta.users.userprofile.manage', ['users.read']],
  ['okta.users.userprofile.read', ['users.read']],
  ['okta.users.lifecycle.manage', ['users.support']],
  ['okta.users.lifecycle.activate', []],
  ['okta.users.lifecycle.deactivate', []],
  ['okta.users.lifecycle.suspend', []],
  ['okta.users.lifecycle.unsuspend', []],
  ['okta.users.lifecycle.delete', []],
  ['okta.users.lifecycle.unlock', []],
  ['okta.users.lifecycle.clearSessions', []],
  ['okta.users.groupMembership.manage', []],
  ['okta.users.appAssignment.manage', []],
  ['okta.groups.manage', ['groups.read', 'groups.write', 'members.write']],
  ['okta.groups.create', []],
  ['okta.groups.members.manage', ['groups.read', 'members.write']],
  ['okta.groups.read', ['groups.read']],
  ['okta.groups.appAssignment.manage', []],
  ['okta.apps.read', ['apps.read', 'clients.read']],
  ['okta.apps.manage', ['apps.read', 'apps.write', 'apps.assign', 'clients.read', 'clients.write']],
  ['okta.apps.assignment.manage', ['apps.read', 'apps.assign']],
  ['okta.apps.clientCredentials.read', []],
  ['okta.profilesources.import.run', []],
  ['okta.authzServers.read', []],
  ['okta.authzServers.manage', []],
  ['okta.customizations.read', []],
  ['okta.customizations.manage', []],
  ['okta.identityProviders.read', []],
  ['okta.identityProviders.manage', []],
  ['okta.workflows.read', []],
  ['okta.workflows.invoke', []],
  ['okta.devices.manage', ['devices.read']],
  ['okta.devices.lifecycle.manage', []],
  ['okta.devices.lifecycle.activate', []],
  ['okta.devices.lifecycle.deactivate', []],
  ['okta.devices.lifecycle.suspend', []],
  ['okta.devices.lifecycle.unsuspend', []],
  ['okta.devices.lifecycle.delete', []],
  ['okta.devices.read', ['devices.read']],
  ['okta.policies.read', ['policies.read']],
  ['okta.policies.manage', ['policies.read']],
  ['okta.iam.read', ['roles.read']],
])
