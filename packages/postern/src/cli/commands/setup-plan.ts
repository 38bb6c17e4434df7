/** @module What the flags of `postern setup` ask for, as a plan, and whether that is the plan that a folder holds. */

import {
  adminRoles,
  isAdminRole,
  nameOfRole,
  type OrgUrl,
  type PlanSetupOptions,
  type PublicJwk,
  parseJwksUri,
  parseOrgUrl,
  parseScopes,
  planSetup,
  type RoleChoice,
  type ScopeBundle,
  type SetupPlan,
  scopeBundles,
} from '@postern/core'
import { UsageError } from '../../config/usage-error.ts'
import { warn } from '../output.ts'

/** The flags that say what the app shall be, as they were typed. */
export interface PlanFlags {
  readonly name: string
  readonly org?: string
  readonly bundle?: string
  readonly scopes?: string
  readonly role?: readonly string[]
  readonly via?: string
  readonly keys?: string
  readonly jwksUrl?: string
  /** False for `--no-dpop`. */
  readonly dpop: boolean
  readonly label?: string
}

const DEFAULT_BUNDLE = 'read-only'

/** The org of the flags; what was changed in the text goes to stderr. */
export function parseOrgFlag(text: string | undefined): OrgUrl {
  // A command of the operator's may talk to a loopback org, and says so.
  const { org, warnings } = parseOrgUrl(text ?? '', { dev: true })
  for (const { code, message } of warnings) warn(code, `Org URL: ${message}`)
  return org
}

/**
 * The plan that the flags ask for.
 *
 * @throws {UsageError | OrgUrlError | ScopeError | KeySetError | SetupError}
 */
export function planOf(flags: PlanFlags, org: OrgUrl, publicJwk: PublicJwk): SetupPlan {
  const bundle = bundleOf(flags)
  const asked = flags.scopes === undefined ? undefined : parseScopes(flags.scopes)
  for (const { code, message } of asked?.warnings ?? []) warn(code, `Scopes: ${message}`)
  const via = chosen(flags.via, ['apps', 'clients'], '--via')
  const options: PlanSetupOptions = {
    name: flags.name,
    org,
    publicJwk,
    scopes: asked?.scopes ?? bundle.scopes,
    roles: rolesOf(flags, bundle, asked?.scopes),
    dpopRequired: flags.dpop,
    ...(via === undefined ? {} : { via }),
    ...(flags.label === undefined ? {} : { label: flags.label }),
    ...keyPlace(flags),
  }
  return planSetup(options)
}

/**
 * Refuses flags that ask for something else than the plan that is being carried out.
 *
 * @throws {UsageError} `usage_invalid` naming each difference.
 */
export function requireSamePlan(flags: PlanFlags, kept: SetupPlan): void {
  const org = flags.org === undefined ? kept.org : parseOrgUrl(flags.org, { dev: true }).org
  const asked = planOf(flags, org, kept.publicJwk)
  const given = {
    '--org': flags.org,
    '--scopes': flags.scopes ?? flags.bundle,
    '--role': flags.role ?? flags.bundle,
    '--via': flags.via,
    '--jwks-url': flags.jwksUrl ?? flags.keys,
    '--no-dpop': flags.dpop ? undefined : true,
    '--label': flags.label,
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
  const different = differences.flatMap(([flag, differs]) =>
    differs && (flag === 'NAME' || given[flag] !== undefined) ? [flag] : [],
  )
  if (different.length === 0) return
  throw new UsageError(
    'usage_invalid',
    `The folder holds another plan: ${different.join(', ')} ${different.length > 1 ? 'differ' : 'differs'}.`,
    {
      remedy:
        'Run the setup with the flags of its first run; or take it back with --undo, or name another folder after --out.',
    },
  )
}

function bundleOf({ bundle, scopes, role }: PlanFlags): ScopeBundle {
  if (bundle !== undefined && scopes !== undefined && role !== undefined) {
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
  { role, bundle }: PlanFlags,
  { roles }: ScopeBundle,
  scopes: readonly string[] | undefined,
): readonly RoleChoice[] {
  if (role?.length === 1 && role[0] === 'none') return []
  if (role !== undefined) return role.map(parseRole)
  if (scopes === undefined || bundle !== undefined) return roles.map(parseRole)
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

function keyPlace({ keys, jwksUrl }: PlanFlags): { readonly jwksUri?: string } {
  const place = chosen(keys, ['okta', 'url'], '--keys')
  if (place === 'url' && jwksUrl === undefined) {
    throw new UsageError('usage_invalid', '--keys url is given, and no URL.', {
      remedy: 'Say where the key set will be published: --jwks-url https://…',
    })
  }
  if (jwksUrl === undefined) return {}
  if (place === 'okta') {
    throw new UsageError('usage_invalid', '--jwks-url is given, and Okta is to keep the key.', {
      remedy: 'Choose --keys url, or leave --jwks-url out.',
    })
  }
  return { jwksUri: parseJwksUri(jwksUrl) }
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
