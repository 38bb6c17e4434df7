/** @module Probes of admin roles: the ids of their assignments. */

import { isRecord, rowsOf, type Seen } from './exchange-log.ts'
import { choice, notApplicable, type Probe, unclear } from './probe.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

// Those that can be narrowed to groups or apps, and those whose id is another one in any case.
const SAYS_NOTHING = [
  ...['USER_ADMIN', 'HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN', 'APP_ADMIN'],
  ...['SUPER_ADMIN', 'CUSTOM'],
]
const MAX_ASSIGNEES = 10

/** Questions about roles. */
export const roleProbes: readonly Probe[] = [
  {
    assumption: 'standardRoleIds',
    asks: 'the roles of the app, and of up to 10 administrators',
    scopes: ['okta.roles.read'],
    async ask(subject) {
      const clientId = subject.serviceApp?.clientId
      const paths =
        clientId === undefined ? [] : [`/oauth2/v1/clients/${encodeURIComponent(clientId)}/roles`]
      const admins = await subject.get('/api/v1/iam/assignees/users')
      paths.push(
        ...assigneesOf(admins).map((id) => `/api/v1/users/${encodeURIComponent(id)}/roles`),
      )
      let last = admins
      for (const path of paths) {
        last = await subject.get(path)
        for (const role of rowsOf(last) ?? []) {
          if (!isRecord(role)) continue
          const type = String(role['type'])
          if (SAYS_NOTHING.includes(type)) continue
          return choice(role['id'] === base32(type) ? 'all-but-super-admin' : 'those-with-targets')
        }
      }
      return last.status === 200
        ? notApplicable('Nobody was found with a standard role without targets.')
        : unclear(last)
    },
  },
]

function assigneesOf({ json }: Seen): readonly string[] {
  const value = isRecord(json) && Array.isArray(json['value']) ? json['value'] : []
  return value
    .slice(0, MAX_ASSIGNEES)
    .flatMap((one: unknown) => (isRecord(one) ? [String(one['id'])] : []))
}

/** Base32 without padding. @see RFC 4648, section 6 */
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => BASE32.charAt(Number.parseInt(group.padEnd(5, '0'), 2))).join('')
}
