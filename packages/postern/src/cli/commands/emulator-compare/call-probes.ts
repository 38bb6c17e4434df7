/** @module Probes of the management API: who may call, what a list takes, and what it shows. */

import { parseLinks } from '@postern/core'
import { codeOf, isRecord, rowsOf, type Seen } from './exchange-log.ts'
import { choice, notApplicable, ofStatus, type Probe, range, unclear } from './probe.ts'
import type { Subject } from './subject.ts'

const users = '/api/v1/users'
const groups = '/api/v1/groups'

const MAX_USERS = 200

/** Questions about calls and lists. */
export const callProbes: readonly Probe[] = [
  {
    assumption: 'unauthenticatedCall',
    asks: 'GET /api/v1/users without an Authorization header',
    async ask(subject) {
      const seen = await subject.get(users, { limit: 1 }, 'nobody')
      if (codeOf(seen) === 'E0000005') return choice('E0000005')
      return seen.status === 401 && seen.headers.has('www-authenticate')
        ? choice('invalid-token')
        : unclear(seen)
    },
  },
  {
    assumption: 'refusedTokenBody',
    asks: 'GET /api/v1/users with a token that no org has made',
    async ask(subject) {
      const seen = await subject.get(users, { limit: 1 }, 'made-up-token')
      if (seen.status !== 401) return unclear(seen)
      if (seen.isEmpty) return choice('empty')
      const code = isRecord(seen.json) ? seen.json['errorCode'] : undefined
      return code === 'E0000011' ? choice('E0000011') : unclear(seen)
    },
  },
  {
    assumption: 'listsWithoutRole',
    asks: 'GET /api/v1/users and GET /api/v1/groups, where no user is to be seen',
    scopes: ['okta.users.read', 'okta.groups.read'],
    async ask(subject) {
      // An org has a user always, so a list without one is that of a caller without a role.
      const seen = await subject.get(users, { limit: 1 })
      if (rowsOf(seen)?.length !== 0) return seesUsers(seen)
      const list = await subject.get(groups, { limit: 1 })
      const found = rowsOf(list)
      if (found?.length === 0) return choice('empty')
      if (found !== undefined) return notApplicable('The credential has a role, for groups.')
      return codeOf(list) === 'E0000006' ? choice('forbidden') : unclear(list)
    },
  },
  {
    assumption: 'meOfServiceApp',
    asks: 'GET /api/v1/users/me as a service app',
    scopes: ['okta.users.read'],
    needsServiceApp: true,
    async ask(subject) {
      const list = await subject.get(users, { limit: 1 })
      // Without a scope or a role everything is forbidden, which says nothing about this.
      if (rowsOf(list)?.length === 0) return notApplicable('The app sees no users.')
      if (list.status !== 200) return unclear(list)
      return ofStatus(await subject.get(`${users}/me`), 404, 403)
    },
  },
  {
    assumption: 'limitAboveMaximum',
    asks: 'GET /api/v1/users with a limit of 1,000',
    scopes: ['okta.users.read'],
    async ask(subject) {
      const seen = await subject.get(users, { limit: 1_000 })
      if (seen.status === 400) return choice('refused')
      const shown = limitShown(seen)
      return shown !== undefined && shown <= MAX_USERS ? choice('lowered') : unclear(seen)
    },
  },
  {
    assumption: 'groupsDefaultLimit',
    asks: 'GET /api/v1/groups without a limit',
    scopes: ['okta.groups.read'],
    async ask(subject) {
      const seen = await subject.get(groups)
      const hasMore = /rel="?next/.test(seen.headers.get('link') ?? '')
      const limit = limitShown(seen) ?? (hasMore ? rowsOf(seen)?.length : undefined)
      return limit === undefined ? unclear(seen) : range(limit, limit + 1)
    },
  },
  {
    assumption: 'policiesWithoutType',
    asks: 'GET /api/v1/policies without type',
    scopes: ['okta.policies.read'],
    async ask(subject) {
      return ofStatus(await subject.get('/api/v1/policies'), 400, 405)
    },
  },
  {
    assumption: 'invalidDirectoryCursor',
    asks: 'GET /api/v1/users with a made-up cursor',
    scopes: ['okta.users.read'],
    async ask(subject) {
      const seen = await subject.get(users, { limit: 1, after: 'no-cursor-of-the-org' })
      const code = codeOf(seen) ?? ''
      return ['E0000029', 'E0000031'].includes(code) ? choice(code) : unclear(seen)
    },
  },
  {
    assumption: 'userEmails',
    asks: 'GET /api/v1/users, and which of them show credentials.emails',
    scopes: ['okta.users.read'],
    async ask(subject) {
      const seen = await subject.get(users, { limit: MAX_USERS })
      const all = rowsOf(seen)
      if (all === undefined) return unclear(seen)
      const credentials = all.flatMap((user) =>
        isRecord(user) && isRecord(user['credentials']) ? [user['credentials']] : [],
      )
      const showsEmails = (some: readonly object[]) => some.map((one) => 'emails' in one)
      const withPassword = showsEmails(credentials.filter((one) => 'password' in one))
      const without = showsEmails(credentials.filter((one) => !('password' in one)))
      if (withPassword.length === 0 || without.length === 0) {
        return notApplicable('There are not both users with a password and users without.')
      }
      if (without.every(Boolean)) return choice('always')
      return choice(withPassword.some(Boolean) ? 'with-password' : 'never')
    },
  },
  {
    assumption: 'groupMembersDeprovisioned',
    asks: 'deprovisioned users, their groups, and whether the lists of members name them',
    scopes: ['okta.users.read', 'okta.groups.read'],
    async ask(subject) {
      const search = 'status eq "DEPROVISIONED"'
      const gone = await subject.get(users, { search, limit: 20 })
      if (gone.status !== 200) return unclear(gone)
      for (const userId of idsOf(gone)) {
        const memberships = await subject.get(`${users}/${encodeURIComponent(userId)}/groups`)
        for (const group of rowsOf(memberships) ?? []) {
          // Everyone is as long as the org.
          if (!isRecord(group) || group['type'] === 'BUILT_IN') continue
          const found = await isListed(subject, String(group['id']), userId)
          if (found !== undefined) return choice(found ? 'shown' : 'hidden')
        }
      }
      return notApplicable('No deprovisioned user is in a group of a size that can be read.')
    },
  },
]

function seesUsers(seen: Seen) {
  return seen.status === 200 ? notApplicable('The credential has a role.') : unclear(seen)
}

/** The limit that the `self` link of a list shows. */
function limitShown({ headers }: Seen): number | undefined {
  const self = parseLinks(headers.get('link') ?? '')?.find(({ relations }) =>
    relations.includes('self'),
  )
  const limit = /[?&]limit=(\d{1,9})/.exec(self?.target ?? '')?.[1]
  return limit === undefined ? undefined : Number(limit)
}

function idsOf(seen: Seen): readonly string[] {
  return (rowsOf(seen) ?? []).flatMap((row) => (isRecord(row) ? [String(row['id'])] : []))
}

/** Whether a group's list of members names a user; undefined where the list is too long to be read. */
async function isListed(
  subject: Subject,
  groupId: string,
  userId: string,
): Promise<boolean | undefined> {
  const path = `${groups}/${encodeURIComponent(groupId)}/users`
  const seen = await subject.get(path, { limit: 1_000 })
  if (idsOf(seen).includes(userId)) return true
  const isWhole = rowsOf(seen) !== undefined && !/rel="?next/.test(seen.headers.get('link') ?? '')
  return isWhole ? false : undefined
}
