/** @module What a setup is asked for, as a plan; and whether that is the plan that is kept. */

import {
  adminRoles,
  isAdminRole,
  nameOfRole,
  type OrgUrl,
  type PlanSetupOptions,
  type PublicJwk,
  parseOrgUrl,
  parseScopes,
  planSetup,
  type RoleChoice,
  type ScopeBundle,
  type SetupPlan,
  scopeBundles,
  type Warning,
} from '@postern/core'
import { parseKeySet } from './key-set.ts'
import { UsageError } from './usage-error.ts'

/** What an app shall be, as it was typed. What is left out has a default. */
export interface PlanRequest {
  readonly name: string
  readonly orgUrl?: string | undefined
  /** The scopes and roles of a purpose. Default `read-only`. */
  readonly bundle?: string | undefined
  readonly scopes?: string | readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  /** `apps` (default) or `clients`, which is dynamic registration. */
  readonly via?: string | undefined
  /** Who keeps the public key: `okta` (default), which fetches it from a URL for `url`. */
  readonly keys?: string | undefined
  readonly jwksUrl?: string | undefined
  /** Default true. */
  readonly dpop?: boolean | undefined
  readonly label?: string | undefined
}

/** What a plan is made with beside the request. */
export interface PlanPlace {
  readonly org: OrgUrl
  readonly publicJwk: PublicJwk
  /** Where the key set is published for `keys: 'url'`, if no other URL is named. */
  readonly ownKeySetUrl?: string | undefined
  readonly onWarning?: ((warning: Warning) => void) | undefined
}

const DEFAULT_BUNDLE = 'read-only'

/**
 * The plan that a request asks for.
 *
 * @throws {UsageError | ScopeError | KeySetError | SetupError}
 */
export function planOf(request: PlanRequest, place: PlanPlace): SetupPlan {
  const { name, label, dpop = true } = request
  const { org, publicJwk, ownKeySetUrl, onWarning } = place
  const bundle = bundleOf(request)
  const asked = request.scopes === undefined ? undefined : parseScopes(request.scopes)
  for (const warning of asked?.warnings ?? []) onWarning?.(warning)
  const via = chosen(request.via, ['apps', 'clients'], '--via')
  const options: PlanSetupOptions = {
    name,
    org,
    publicJwk,
    scopes: asked?.scopes ?? bundle.scopes,
    roles: rolesOf(request, bundle, asked?.scopes),
    dpopRequired: dpop,
    ...(via === undefined ? {} : { via }),
    ...(label === undefined ? {} : { label }),
    ...keyPlace(request, ownKeySetUrl),
  }
  return planSetup(options)
}

/** What a request is compared with a plan by. */
export interface SamePlanOptions {
  readonly ownKeySetUrl?: string | undefined
  readonly customDomains?: readonly string[]
}

/**
 * Refuses a request for something else than the plan that is being carried out.
 *
 * @throws {UsageError} `usage_invalid` naming each difference.
 */
export function requireSamePlan(
  request: PlanRequest,
  kept: SetupPlan,
  options: SamePlanOptions = {},
): void {
  const different = differencesFrom(request, kept, options)
  if (different.length === 0) return
  throw new UsageError(
    'usage_invalid',
    `The setup was begun with another plan: ${different.join(', ')} ${different.length > 1 ? 'differ' : 'differs'}.`,
    {
      remedy:
        'Run the setup with the flags of its first run; or take it back with --undo, or begin another one.',
    },
  )
}

/** The flags in which a request differs from a plan; what it leaves out does not. @throws what {@link planOf} throws. */
export function differencesFrom(
  request: PlanRequest,
  kept: SetupPlan,
  options: SamePlanOptions = {},
): readonly string[] {
  const { ownKeySetUrl, customDomains = [] } = options
  const { orgUrl, dpop = true } = request
  const org =
    orgUrl === undefined ? kept.org : parseOrgUrl(orgUrl, { dev: true, customDomains }).org
  const asked = planOf(request, { org, publicJwk: kept.publicJwk, ownKeySetUrl })
  const given = {
    '--org': orgUrl,
    '--scopes': request.scopes ?? request.bundle,
    '--role': request.roles ?? request.bundle,
    '--via': request.via,
    '--jwks-url': request.jwksUrl ?? request.keys,
    '--no-dpop': dpop ? undefined : true,
    '--label': request.label,
  }
  const differences = [
    ['NAME', asked.name !== kept.name],
    ['--org', asked.org !== kept.org],
    ['--scopes', asked.scopes.join() !== kept.scopes.join()],
    ['--role', asked.roles.map(nameOfRole).join() !== kept.roles.map(nameOfRole).join()],
    ['--via', asked.via !== kept.via],
    ['--jwks-url', asked.jwksUri !== kept.jwksUri],
    ['--no-dpop', asked.dpopRequired !== kept.dpopRequired],
    ['--label', asked.label !== kept.label],
  ] as const
  return differences.flatMap(([flag, differs]) =>
    differs && (flag === 'NAME' || given[flag] !== undefined) ? [flag] : [],
  )
}

function bundleOf({ bundle, scopes, roles }: PlanRequest): ScopeBundle {
  if (bundle !== undefined && scopes !== undefined && roles !== undefined) {
    throw new UsageError('usage_invalid', '--bundle is given, and both things it stands for.', {
      remedy: 'Leave --bundle out, or --scopes and --role.',
    })
  }
  const names = Object.keys(scopeBundles)
  const name = chosen(bundle, names, '--bundle') ?? DEFAULT_BUNDLE
  const bundles: Readonly<Record<string, ScopeBundle>> = scopeBundles
  return bundles[name] ?? { scopes: [], roles: [] }
}

/** A scope without a role gives empty answers, so roles are chosen, or said to be none. */
function rolesOf(
  { roles, bundle }: PlanRequest,
  usual: ScopeBundle,
  scopes: readonly string[] | undefined,
): readonly RoleChoice[] {
  if (roles?.length === 1 && roles[0] === 'none') return []
  if (roles !== undefined) return roles.map(parseRole)
  if (scopes === undefined || bundle !== undefined) return usual.roles.map(parseRole)
  if (scopes.every((scope) => scope.endsWith('.read'))) return [{ type: 'READ_ONLY_ADMIN' }]
  throw new UsageError('usage_invalid', 'There are scopes that allow changes, and no admin role.', {
    remedy:
      'Choose --role for each admin role that the changes need; --role none for no role at all.',
  })
}

/** `READ_ONLY_ADMIN`, its name in the Admin Console, or `CUSTOM:{role id}:{resource set id}`. */
function parseRole(text: string): RoleChoice {
  const wanted = text.trim()
  const [, roleId, resourceSetId] =
    /^CUSTOM:([A-Za-z0-9]{1,40}):([A-Za-z0-9]{1,40})$/.exec(wanted) ?? []
  if (roleId !== undefined && resourceSetId !== undefined) {
    return { type: 'CUSTOM', roleId, resourceSetId }
  }
  const named = Object.entries(adminRoles).find(([type, label]) =>
    [type, label.toUpperCase()].includes(wanted.toUpperCase()),
  )?.[0]
  if (named !== undefined && isAdminRole(named)) return { type: named }
  throw new UsageError('usage_invalid', 'That admin role is not known.', {
    remedy:
      'Write --role with a type such as READ_ONLY_ADMIN, APP_ADMIN or USER_ADMIN (the Group Administrator), or CUSTOM:ROLE_ID:RESOURCE_SET_ID.',
  })
}

function keyPlace(
  { keys, jwksUrl }: PlanRequest,
  ownKeySetUrl: string | undefined,
): { readonly jwksUri?: string } {
  const place = chosen(keys, ['okta', 'url'], '--keys')
  const jwksUri = parseKeySet({ keys: place, jwksUrl }, ownKeySetUrl)
  return jwksUri === undefined ? {} : { jwksUri }
}

function chosen<Choice extends string>(
  text: string | undefined,
  choices: readonly Choice[],
  flag: string,
): Choice | undefined {
  if (text === undefined) return undefined
  const choice = choices.find((known) => known === text)
  if (choice !== undefined) return choice
  throw new UsageError('usage_invalid', `That choice of ${flag} is not known.`, {
    remedy: `Choose ${flag} ${choices.join(', ')}.`,
  })
}
