/** @module The groups of an org, Everyone included where the credential may see it. */

import type { Input, ReadOptions } from './input.ts'
import { type SearchedList, walkRanges } from './walk.ts'

/** `/api/v1/groups`, whole. */
export const groups: Input = {
  name: 'groups',
  title: 'Groups',
  plural: 'groups',
  resource: '/api/v1/groups',
  scopes: ['okta.groups.read'],
  roles: ['READ_ONLY_ADMIN'],
  sync: 'full',
  cursor: 'The ranges of `created` that are still to be read, and the page of each.',
  takesSince: true,
  takesUntil: false,
  // Okta takes more, but such pages once came inconsistent (release notes of 2024, OKTA-795107).
  pageLimit: 200,
  bucket: '/api/v1/groups',
  everyOrgHas: 'every org has the group Everyone',
  columns: ['id', 'type', 'profile.name', 'profile.description', 'lastMembershipUpdated'],
  mirrored: {
    kinds: [
      {
        name: 'group',
        path: '/api/v1/groups/{id}',
        changed: ['lastUpdated', 'lastMembershipUpdated'],
        isIndexed: true,
        compared: 'content',
      },
    ],
    hints: [
      {
        eventTypes: ['group.lifecycle.', 'group.profile.', 'group.user_membership.'],
        kind: 'group',
        object: 'UserGroup',
      },
    ],
    changes: { of: 'records' },
  },
  read: (org, options) => walkRanges(org, { input: groups, ...wanted(options) }, options),
}

function wanted({ since }: ReadOptions): Omit<SearchedList, 'input'> {
  if (since !== undefined) {
    const moment = since.toISOString()
    const changed = `(lastUpdated gt "${moment}" or lastMembershipUpdated gt "${moment}")`
    return { search: changed, plain: { filter: changed } }
  }
  return {
    search: 'created gt "1970-01-01T00:00:00.000Z"',
    plain: {},
    everyOrgHas: groups.everyOrgHas,
  }
}
