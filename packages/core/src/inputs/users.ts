/** @module The users of an org, those that are deprovisioned included. */

import type { Input, ReadOptions } from './input.ts'
import { type SearchedList, walkRanges } from './walk.ts'

const STATUSES = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'LOCKED_OUT',
  'PASSWORD_EXPIRED',
  'SUSPENDED',
  'DEPROVISIONED',
]

/** `/api/v1/users`, whole. */
export const users: Input = {
  name: 'users',
  title: 'Users',
  plural: 'users',
  resource: '/api/v1/users',
  scopes: ['okta.users.read'],
  roles: ['READ_ONLY_ADMIN'],
  sync: 'full',
  cursor: 'The ranges of `created` that are still to be read, and the page of each.',
  takesSince: true,
  takesUntil: false,
  pageLimit: 200,
  bucket: '/api/v1/users',
  everyOrgHas: 'every org has at least its first administrator',
  columns: ['id', 'status', 'profile.login', 'profile.firstName', 'profile.lastName', 'created'],
  mirrored: {
    kinds: [
      {
        name: 'user',
        path: '/api/v1/users/{id}',
        changed: ['lastUpdated'],
        isIndexed: true,
        compared: 'content',
      },
    ],
    hints: [{ eventTypes: ['user.lifecycle.', 'user.account.'], kind: 'user', object: 'User' }],
    changes: { of: 'records' },
  },
  read: (org, options) => walkRanges(org, { input: users, ...wanted(options) }, options),
}

function wanted({ since }: ReadOptions): Omit<SearchedList, 'input'> {
  if (since !== undefined) {
    const changed = `lastUpdated gt "${since.toISOString()}"`
    return { search: changed, plain: { filter: changed } }
  }
  // The list without a search leaves out who is deprovisioned, and who keeps a copy then takes them for deleted.
  return {
    search: 'status pr',
    plain: { filter: STATUSES.map((status) => `status eq "${status}"`).join(' or ') },
    everyOrgHas: users.everyOrgHas,
  }
}
