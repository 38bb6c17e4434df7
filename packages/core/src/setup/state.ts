/** @module How far a setup got: kept by whoever owns the disk, so that it goes on after whatever stopped it. */

import { curves } from '../keys/parts.ts'
import type { PublicJwk } from '../keys/public.ts'
import { signingAlgs } from '../keys/signer.ts'
import { isMembers, type Members, membersOf, textOf } from '../org/members.ts'
import { isAdminRole, type RoleChoice } from '../service-app/admin-roles.ts'
import { parseOrgUrl } from '../url/org.ts'
import type { SetupPlan } from './plan.ts'
import { SetupError } from './setup-error.ts'

/** A plan and what was done of it. JSON, without any secret. */
export interface SetupState {
  readonly version: 1
  readonly plan: SetupPlan
  /** When the first call was about to be made; absent before. ISO 8601. */
  readonly startedAt?: string
  /** The ids of the steps that are done. */
  readonly done: readonly string[]
  /** Steps that were left out, and why. */
  readonly skipped: Readonly<Record<string, string>>
  /** A client was about to be registered: it may be there although nobody knows its id. */
  readonly registering?: true
  /** A person made the app in the Admin Console, so it is not for a program to delete. */
  readonly guided?: true
  /** Known as soon as it is made. */
  readonly app?: { readonly appId: string; readonly clientId: string }
  /** When everything was taken back. ISO 8601. */
  readonly undoneAt?: string
}

/** The state of a plan of which nothing was done. */
export function newSetupState(plan: SetupPlan): SetupState {
  return { version: 1, plan, done: [], skipped: {} }
}

/**
 * Reads a state that was kept as JSON.
 *
 * @param options.customDomains - hosts that the operator allowed beyond Okta's own.
 * @throws {SetupError} `setup_state_invalid` naming what is wrong; never with the text.
 */
export function parseSetupState(
  value: unknown,
  options: { readonly customDomains?: readonly string[] } = {},
): SetupState {
  const members = isMembers(value) ? value : {}
  if (members['version'] !== 1) throw invalid('its version is not 1')
  const app = membersOf(members, 'app')
  const appId = textOf(app, 'appId')
  const clientId = textOf(app, 'clientId')
  const skipped = membersOf(members, 'skipped')
  const plan = parsePlan(membersOf(members, 'plan'), options)
  const chosen = members['guided'] === true ? undefined : plan.clientId
  if (clientId !== undefined && clientId !== (chosen ?? clientId)) {
    throw invalid('app.clientId is another one than plan.clientId')
  }
  return {
    version: 1,
    plan,
    ...optional(members, 'startedAt'),
    done: textsOf(members, 'done'),
    skipped: Object.fromEntries(Object.keys(skipped).map((id) => [id, textOf(skipped, id) ?? ''])),
    ...(members['registering'] === true ? { registering: true } : {}),
    ...(members['guided'] === true ? { guided: true } : {}),
    ...(appId === undefined || clientId === undefined ? {} : { app: { appId, clientId } }),
    ...optional(members, 'undoneAt'),
  }
}

function parsePlan(
  plan: Members,
  options: { readonly customDomains?: readonly string[] },
): SetupPlan {
  const via = textOf(plan, 'via')
  const { dpopRequired } = plan
  if (via !== 'apps' && via !== 'clients') throw invalid('plan.via is neither apps nor clients')
  if (typeof dpopRequired !== 'boolean')
    throw invalid('plan.dpopRequired is neither true nor false')
  const clientId = optional(plan, 'clientId')
  if (via === 'apps' && !('clientId' in clientId)) throw invalid('plan.clientId is missing')
  return {
    name: required(plan, 'name'),
    org: parseOrg(required(plan, 'org'), options),
    via,
    label: required(plan, 'label'),
    ...clientId,
    publicJwk: parsePublicJwk(membersOf(plan, 'publicJwk')),
    ...optional(plan, 'jwksUri'),
    scopes: textsOf(plan, 'scopes'),
    roles: parseRoles(plan['roles']),
    dpopRequired,
  }
}

function parseOrg(
  text: string,
  options: { readonly customDomains?: readonly string[] },
): SetupPlan['org'] {
  const { org } = parseOrgUrl(text, { dev: true, ...options })
  if (org !== text) throw invalid('plan.org is no origin')
  return org
}

/**
 * A public JWK that was kept: its public members in their usual order, and nothing else.
 *
 * @throws {SetupError} `setup_state_invalid`
 */
export function parsePublicJwk(jwk: Readonly<Record<string, unknown>>): PublicJwk {
  const kid = required(jwk, 'kid')
  const alg = signingAlgs.find((known) => known === jwk['alg'])
  const crv = curves.find((known) => known === jwk['crv'])
  if (alg === undefined) throw invalid('the alg of a public key is not known')
  const named = { kid, alg, use: 'sig' } as const
  if (jwk['kty'] === 'RSA') {
    return { kty: 'RSA', n: required(jwk, 'n'), e: required(jwk, 'e'), ...named }
  }
  if (jwk['kty'] !== 'EC' || crv === undefined) throw invalid('a public key is neither RSA nor EC')
  return { kty: 'EC', crv, x: required(jwk, 'x'), y: required(jwk, 'y'), ...named }
}

function parseRoles(value: unknown): readonly RoleChoice[] {
  if (!Array.isArray(value)) throw invalid('plan.roles is no list')
  return value.map((role: unknown): RoleChoice => {
    const members = isMembers(role) ? role : {}
    const type = textOf(members, 'type') ?? ''
    if (isAdminRole(type)) return { type }
    if (type !== 'CUSTOM') throw invalid('a role of plan.roles is not known')
    const roleId = required(members, 'roleId')
    return { type, roleId, resourceSetId: required(members, 'resourceSetId') }
  })
}

function required(members: Members, name: string): string {
  const text = textOf(members, name)
  if (text === undefined || text === '') throw invalid(`${name} is missing`)
  return text
}

function optional<Name extends string>(
  members: Members,
  name: Name,
): { readonly [member in Name]?: string } {
  const text = textOf(members, name)
  return (text === undefined ? {} : { [name]: text }) as { readonly [member in Name]?: string }
}

function textsOf(members: Members, name: string): readonly string[] {
  const value = members[name]
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value
  throw invalid(`${name} is no list of texts`)
}

function invalid(fault: string): SetupError {
  return new SetupError(
    'setup_state_invalid',
    `The kept state of the setup cannot be used: ${fault}.`,
    {
      remedy: 'Use the file as Postern wrote it, or begin again in another folder.',
    },
  )
}
