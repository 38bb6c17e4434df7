/** @module The options of an org, judged before anything of it is made. */

import { isOktaScope } from './authorization/scopes.ts'
import type { OrgStartOptions } from './running-org.ts'
import { SetupError } from './setup-error.ts'
import { type Edition, editions } from './state/org.ts'
import { roleLabels, type StandardRole } from './state/role.ts'

const NAME = /^[a-z\d][a-z\d-]{0,62}$/
const HOST_NAME = /^[a-z\d.-]{1,253}$/
// A part of dots alone is one that clients resolve away before they ask.
const BASE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/
// Leads to the org that has neither a host nor a path.
const OWN_HOST = '127.0.0.1'

const MAX_USERS = 1_000_000
const MAX_GROUPS_OR_APPS = 100_000
const MAX_EVENTS_PER_SECOND = 10_000

/**
 * Checks the edition, role, scopes and numbers of an org, which a caller without types may have got wrong.
 *
 * @throws {SetupError} `edition_unknown`, `role_unknown`, `scope_unknown` or `org_invalid`.
 */
export function checkOrgOptions(options: OrgStartOptions): void {
  const { edition, role, scopes = [], seed, users, groups, apps, traffic } = options
  if (edition !== undefined) parseEdition(edition)
  if (role !== undefined) parseRole(role)
  const unknown = scopes.find((scope) => !isOktaScope(scope))
  if (unknown !== undefined) {
    throw new SetupError(
      'scope_unknown',
      `There is no scope ${JSON.stringify(String(unknown).slice(0, 60))}.`,
      'Give scopes of Okta, such as okta.users.read.',
    )
  }
  requireCount('seed', seed, Number.MAX_SAFE_INTEGER)
  requireCount('users', users, MAX_USERS)
  requireCount('groups', groups, MAX_GROUPS_OR_APPS)
  requireCount('apps', apps, MAX_GROUPS_OR_APPS)
  if (traffic !== undefined) requireRate(traffic.perSecond)
}

/**
 * Checks that an org can have its name, host or path, and that none of the others has it.
 *
 * @throws {SetupError} `org_invalid` or `org_exists`.
 */
export function requirePlace(options: OrgStartOptions, others: Iterable<OrgStartOptions>): void {
  const { name = 'acme', host, path } = options
  const wrong = [
    NAME.test(name) ? undefined : `the name ${JSON.stringify(name.slice(0, 80))}`,
    host === undefined || (HOST_NAME.test(host) && host !== OWN_HOST) ? undefined : 'that host',
    path === undefined || BASE_PATH.test(path) ? undefined : 'that path',
    host === undefined || path === undefined ? undefined : 'both a host and a path',
  ].find((found) => found !== undefined)
  if (wrong !== undefined) {
    throw new SetupError(
      'org_invalid',
      `An org cannot have ${wrong}.`,
      'Name it in lower-case letters, digits and hyphens; give a host such as acme.localhost, or a path such as /orgs/acme.',
    )
  }
  for (const { name: taken = 'acme', host: itsHost, path: itsPath } of others) {
    if (taken !== name && (itsHost !== host || itsPath !== path)) continue
    throw new SetupError(
      'org_exists',
      `The org ${taken} has that name or place already.`,
      'Give each org a name of its own, and all but one a host or a path.',
    )
  }
}

/**
 * The edition of a name.
 *
 * @throws {SetupError} `edition_unknown`.
 */
export function parseEdition(value: unknown): Edition {
  const edition = editions.find((known) => known === value)
  if (edition !== undefined) return edition
  throw new SetupError(
    'edition_unknown',
    'That edition is not known.',
    `Choose one of ${editions.join(', ')}.`,
  )
}

/**
 * The role of a name; `none` is no role.
 *
 * @throws {SetupError} `role_unknown`.
 */
export function parseRole(value: unknown): StandardRole | 'none' {
  const roles = [...Object.keys(roleLabels), 'none'] as (StandardRole | 'none')[]
  const role = roles.find((known) => known === value)
  if (role !== undefined) return role
  throw new SetupError(
    'role_unknown',
    'That role is not known.',
    `Choose one of ${roles.join(', ')}.`,
  )
}

function requireRate(perSecond: number): void {
  if (perSecond >= 0 && perSecond <= MAX_EVENTS_PER_SECOND) return
  throw new SetupError(
    'org_invalid',
    `An org cannot have ${String(perSecond)} events a second.`,
    `Give a number from 0 to ${MAX_EVENTS_PER_SECOND}.`,
  )
}

function requireCount(name: string, count: number | undefined, greatest: number): void {
  if (count === undefined || (Number.isInteger(count) && count >= 0 && count <= greatest)) return
  throw new SetupError(
    'org_invalid',
    `An org cannot have ${String(count)} as its ${name}.`,
    `Give a whole number from 0 to ${greatest}, or leave it out.`,
  )
}
