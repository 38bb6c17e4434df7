/** @module A group as the API prints one. */

import { formatTime } from '../../clock.ts'
import type { ApiRequest } from '../../http/request.ts'
import type { Group } from '../../state/group.ts'
import type { Org } from '../../state/org.ts'
import { shownMembershipMs } from '../membership.ts'
import { countMembers } from './shown-members.ts'

const LOGOS = 'https://op3static.oktacdn.com/assets/img/logos/groups/odyssey'
const logo = [
  {
    name: 'medium',
    href: `${LOGOS}/okta-medium.30ce6d4085dff29412984e4c191bc874.png`,
    type: 'image/png',
  },
  {
    name: 'large',
    href: `${LOGOS}/okta-large.c3cb8cda8ae0add1b4fe928f5844dbe3.png`,
    type: 'image/png',
  },
]

/** A group, with what `expand` (`stats`, `app`) asks for under `_embedded`. */
export function showGroup(
  request: ApiRequest,
  group: Group,
  expand: ReadonlySet<string> = new Set(),
) {
  const { org, baseUrl } = request
  const self = `${baseUrl}/api/v1/groups/${group.id}`
  const { sourceAppId } = group
  const embedded = {
    ...(expand.has('stats') && { stats: showStats(org, group, self) }),
    ...(expand.has('app') && sourceAppId !== undefined && { app: showSource(org, sourceAppId) }),
  }
  return {
    id: group.id,
    created: formatTime(group.createdMs),
    lastUpdated: formatTime(group.lastUpdatedMs),
    lastMembershipUpdated: formatTime(shownMembershipMs(group, org.time.nowMs())),
    objectClass: group.objectClass,
    type: group.type,
    profile: group.profile,
    ...(sourceAppId !== undefined && { source: { id: sourceAppId } }),
    _links: {
      logo,
      users: { href: `${self}/users` },
      apps: { href: `${self}/apps` },
      ...(sourceAppId !== undefined && {
        source: { href: `${baseUrl}/api/v1/apps/${sourceAppId}` },
      }),
    },
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
  }
}

/** The same for reads, which show a group that was recorded as it was. */
export function viewGroup(
  request: ApiRequest,
  group: Group,
  expand: ReadonlySet<string> = new Set(),
) {
  const recorded = request.org.recorded.of(group)
  const isPlain = !expand.has('stats') && !expand.has('app')
  return isPlain && recorded !== undefined ? recorded : showGroup(request, group, expand)
}

/** What `expand` asks for. */
export function readExpand({ query }: ApiRequest): ReadonlySet<string> {
  return new Set((query.get('expand') ?? '').split(',').map((name) => name.trim()))
}

function showStats(org: Org, group: Group, self: string) {
  const assigned = [...org.appGroups.values()].filter((groups) => groups.get(group.id))
  return {
    usersCount: countMembers(org, group.id),
    appsCount: assigned.length,
    groupPushMappingsCount: 0,
    hasAdminPrivilege: (org.groupRoles.get(group.id) ?? []).length > 0,
    _links: { self: { href: `${self}/stats` } },
  }
}

function showSource(org: Org, appId: string) {
  const app = org.apps.get(appId)
  return { id: appId, name: app?.name ?? null, label: app?.label ?? null }
}
