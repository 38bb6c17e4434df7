/** @module The plan of a setup: what shall be, and the steps that lead there. Pure data, to be read before anything is done. */

import type { PublicJwk } from '../keys/public.ts'
import { labelOfRole, nameOfRole, type RoleChoice } from '../service-app/admin-roles.ts'
import {
  maxLabelCharacters,
  type NewApp,
  newAppBody,
  registrationBody,
} from '../service-app/create.ts'
import type { OrgUrl } from '../url/org.ts'
import { SetupError } from './setup-error.ts'

/** What a service app shall be. Holds no secret. */
export interface SetupPlan {
  /** The connection's name. */
  readonly name: string
  readonly org: OrgUrl
  /** The Apps API, or dynamic client registration. */
  readonly via: 'apps' | 'clients'
  /** The name that the Admin Console shows. */
  readonly label: string
  /** Chosen here; absent for `clients`, where the org chooses. */
  readonly clientId?: string
  readonly publicJwk: PublicJwk
  /** Where Okta fetches the public key; absent where Okta keeps it. */
  readonly jwksUri?: string
  readonly scopes: readonly string[]
  readonly roles: readonly RoleChoice[]
  readonly dpopRequired: boolean
}

/** Options of {@link planSetup}. */
export interface PlanSetupOptions
  extends Omit<SetupPlan, 'via' | 'label' | 'clientId' | 'dpopRequired'> {
  /** Default `apps`. */
  readonly via?: SetupPlan['via']
  /** Default: `Postern` and the connection's name. */
  readonly label?: string
  /** Default true. */
  readonly dpopRequired?: boolean
  /** Makes the client id one that no other app has. */
  readonly randomUUID?: () => string
}

/** A request of a step, for whoever reads the plan. `{appId}` and `{clientId}` stand for what the org will choose. */
export interface PlannedRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: unknown
}

/** What one step does. */
export type SetupDeed =
  | { readonly kind: 'check-admin' }
  | { readonly kind: 'check-key-set'; readonly jwksUri: string }
  | { readonly kind: 'create-app' }
  | { readonly kind: 'require-dpop' }
  | { readonly kind: 'use-key-set'; readonly jwksUri: string }
  | { readonly kind: 'grant'; readonly scope: string }
  | { readonly kind: 'assign'; readonly role: RoleChoice }
  | { readonly kind: 'prove' }

/** One step of a setup: done once, and again without harm. */
export type SetupStep = SetupDeed & {
  /** Unique in the plan, and the same whenever the plan is the same. */
  readonly id: string
  readonly title: string
  readonly request?: PlannedRequest
}

const CLIENT_ID_CHARACTERS = 100

// What commands a terminal, or breaks the line, wherever the label is shown.
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u

/**
 * Plans a service app.
 *
 * @throws {SetupError} `setup_plan_invalid` for a plan that could lead nowhere.
 */
export function planSetup(options: PlanSetupOptions): SetupPlan {
  const { name, via = 'apps', dpopRequired = true } = options
  const label = options.label ?? `Postern ${name}`.slice(0, maxLabelCharacters)
  const { org, publicJwk, jwksUri, scopes, roles } = options
  const randomUUID = options.randomUUID ?? (() => crypto.randomUUID())
  if (scopes.length === 0) {
    throw invalidPlan('There is no scope.', 'Name at least one scope: Okta has no default ones.')
  }
  if (name.trim() === '' || CONTROL.test(name + label)) {
    throw invalidPlan(
      'The name or the label is empty, or has control or invisible characters.',
      'Give NAME, and --label, visible characters.',
    )
  }
  if (label.trim() === '' || label.length > maxLabelCharacters) {
    throw invalidPlan(
      `The label has ${label.length} characters.`,
      `Give a label of 1 to ${maxLabelCharacters} characters.`,
    )
  }
  return {
    name,
    org,
    via,
    label,
    ...(via === 'apps' ? { clientId: chooseClientId(name, randomUUID) } : {}),
    publicJwk,
    ...(jwksUri === undefined ? {} : { jwksUri }),
    scopes: [...new Set(scopes)].sort(),
    roles,
    dpopRequired,
  }
}

/** The steps of a plan, in order. The last one is a live proof. */
export function stepsOf(plan: SetupPlan): readonly SetupStep[] {
  const { via, jwksUri, dpopRequired, scopes, roles } = plan
  const deeds: SetupDeed[] = [{ kind: 'check-admin' }]
  if (jwksUri !== undefined) deeds.push({ kind: 'check-key-set', jwksUri })
  deeds.push({ kind: 'create-app' })
  // Dynamic registration knows nothing of DPoP, and has to show the key by which the client is found again.
  if (via === 'clients' && jwksUri !== undefined) deeds.push({ kind: 'use-key-set', jwksUri })
  if (via === 'clients' && dpopRequired) deeds.push({ kind: 'require-dpop' })
  for (const scope of scopes) deeds.push({ kind: 'grant', scope })
  for (const role of roles) deeds.push({ kind: 'assign', role })
  deeds.push({ kind: 'prove' })
  return deeds.map((deed) => describeStep(deed, plan))
}

/** The app of a plan, as it is made. */
export function newAppOf(plan: SetupPlan): NewApp {
  const { label, publicJwk, jwksUri, dpopRequired } = plan
  return { label, publicJwk, dpopRequired, ...(jwksUri === undefined ? {} : { jwksUri }) }
}

function chooseClientId(name: string, randomUUID: () => string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const tail = randomUUID().replaceAll('-', '').slice(0, 16)
  const head = `postern-${slug}`.slice(0, CLIENT_ID_CHARACTERS - tail.length - 1)
  return `${head.replace(/-$/, '')}-${tail}`
}

function describeStep(deed: SetupDeed, plan: SetupPlan): SetupStep {
  const clientId = plan.clientId ?? '{clientId}'
  switch (deed.kind) {
    case 'check-admin':
      return { ...deed, id: 'check-admin', title: 'Check what the admin credential may do' }
    case 'check-key-set':
      return {
        ...deed,
        id: 'check-key-set',
        title: `Check that the public key is published at ${deed.jwksUri}`,
        request: { method: 'GET', path: deed.jwksUri },
      }
    case 'create-app':
      return {
        ...deed,
        id: 'create-app',
        title: `Create the API Services app "${plan.label}"`,
        request: createRequest(plan),
      }
    case 'require-dpop':
      return {
        ...deed,
        id: 'require-dpop',
        title: 'Require DPoP for its token requests',
        request: changeRequest({ dpop_bound_access_tokens: true }),
      }
    case 'use-key-set':
      return {
        ...deed,
        id: 'use-key-set',
        title: `Let Okta fetch the public key from ${deed.jwksUri}`,
        request: changeRequest({ jwks_uri: deed.jwksUri }),
      }
    case 'grant':
      return {
        ...deed,
        id: `grant ${deed.scope}`,
        title: `Grant ${deed.scope}`,
        request: {
          method: 'POST',
          path: '/api/v1/apps/{appId}/grants',
          body: { scopeId: deed.scope, issuer: plan.org },
        },
      }
    case 'assign':
      return {
        ...deed,
        id: `assign ${nameOfRole(deed.role)}`,
        title: `Assign the admin role ${labelOfRole(deed.role)}`,
        request: assignRequest(deed.role, plan.org, clientId),
      }
    case 'prove':
      return { ...deed, id: 'prove', title: 'Prove it: get a token and read with it' }
  }
}

function createRequest(plan: SetupPlan): PlannedRequest {
  const app = newAppOf(plan)
  return plan.clientId === undefined
    ? { method: 'POST', path: '/oauth2/v1/clients', body: registrationBody(app) }
    : { method: 'POST', path: '/api/v1/apps?activate=true', body: newAppBody(app, plan.clientId) }
}

function changeRequest(oauthClient: Readonly<Record<string, unknown>>): PlannedRequest {
  return { method: 'PUT', path: '/api/v1/apps/{appId}', body: { settings: { oauthClient } } }
}

function assignRequest(role: RoleChoice, org: OrgUrl, clientId: string): PlannedRequest {
  if (role.type !== 'CUSTOM') {
    const path = `/oauth2/v1/clients/${clientId}/roles`
    return { method: 'POST', path, body: { type: role.type } }
  }
  return {
    method: 'POST',
    path: `/api/v1/iam/resource-sets/${role.resourceSetId}/bindings`,
    body: { role: role.roleId, members: [`${org}/oauth2/v1/clients/${clientId}`] },
  }
}

function invalidPlan(observed: string, remedy: string): SetupError {
  return new SetupError('setup_plan_invalid', observed, { remedy })
}
