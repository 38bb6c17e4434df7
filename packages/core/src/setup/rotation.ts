/** @module A rotation: which key takes the place of which, and how far that got. */

import type { PublicJwk } from '../keys/public.ts'
import { isMembers, membersOf, textOf, textsOf } from '../org/members.ts'
import { isSameKey } from '../service-app/public-keys.ts'
import { type OrgUrl, parseOrgUrl } from '../url/org.ts'
import { RotationError } from './rotation-error.ts'
import { parsePublicJwk } from './state.ts'

/** Which key takes the place of which. Holds no secret. */
export interface RotationPlan {
  readonly org: OrgUrl
  readonly clientId: string
  /** Asked for when a key is proven. */
  readonly scopes: readonly string[]
  readonly oldKey: PublicJwk
  readonly newKey: PublicJwk
  /** Where Okta fetches the keys; absent where it keeps them. */
  readonly jwksUri?: string
}

/** How far a rotation got, in this order. Each phase may be reached twice without harm. */
export const rotationPhases = [
  'planned',
  // The new key is known to Okta, or written for publication.
  'registered',
  // Okta gave a token for it.
  'proven',
  // It is the key in use; the old one still works.
  'switched',
  // The old one is out of use, and can be brought back.
  'retired',
  // The old one is gone.
  'finished',
] as const

// The old key is in use again and the new one goes; then it is gone.
const backPhases = ['rolling-back', 'rolled-back'] as const

/** A phase of {@link rotationPhases}; or `rolling-back` and `rolled-back`: the old key is in use again. */
export type RotationPhase = (typeof rotationPhases)[number] | (typeof backPhases)[number]

/** A plan and what was done of it. JSON, without any secret. */
export interface RotationState {
  readonly version: 1
  readonly plan: RotationPlan
  readonly phase: RotationPhase
  /** When the old key was taken out of use. ISO 8601. */
  readonly retiredAt?: string
}

/**
 * Plans a rotation.
 *
 * @throws {RotationError} `rotation_same_key`, `rotation_kid_taken`
 */
export function planRotation(plan: RotationPlan): RotationState {
  if (isSameKey({ ...plan.oldKey }, plan.newKey)) {
    throw new RotationError('rotation_same_key', 'The new key is the old one.', {
      remedy: 'Generate a new key pair.',
    })
  }
  if (plan.oldKey.kid === plan.newKey.kid) {
    throw new RotationError('rotation_kid_taken', 'Both keys have the same kid.', {
      remedy: 'Give the new key a kid of its own: Okta tells keys apart by it.',
    })
  }
  return { version: 1, plan, phase: 'planned' }
}

/** Whether a rotation got as far as a phase. */
export function hasReached(
  { phase }: RotationState,
  wanted: (typeof rotationPhases)[number],
): boolean {
  if (phase === 'rolling-back' || phase === 'rolled-back') return false
  return rotationPhases.indexOf(phase) >= rotationPhases.indexOf(wanted)
}

/** Whether there is something left to do. */
export function isUnderWay({ phase }: RotationState): boolean {
  return phase !== 'finished' && phase !== 'rolled-back'
}

/** The public half of the key that is in use. */
export function keyInUse(state: RotationState): PublicJwk {
  return hasReached(state, 'switched') ? state.plan.newKey : state.plan.oldKey
}

/** The public half of the key that nobody needs any more; undefined while both may be needed. */
export function deadKey({ phase, plan }: RotationState): PublicJwk | undefined {
  if (phase === 'finished') return plan.oldKey
  return phase === 'rolled-back' ? plan.newKey : undefined
}

/**
 * Reads a state that was kept as JSON.
 *
 * @param options.customDomains - hosts that the operator allowed beyond Okta's own.
 * @throws {RotationError} `rotation_state_invalid`
 */
export function parseRotationState(
  value: unknown,
  options: { readonly customDomains?: readonly string[] } = {},
): RotationState {
  const members = isMembers(value) ? value : {}
  const plan = membersOf(members, 'plan')
  const text = textOf(members, 'phase')
  const phase = [...rotationPhases, ...backPhases].find((known) => known === text)
  const org = textOf(plan, 'org')
  const clientId = textOf(plan, 'clientId')
  const retiredAt = textOf(members, 'retiredAt')
  const jwksUri = textOf(plan, 'jwksUri')
  if (members['version'] !== 1 || phase === undefined || !org || !clientId) throw invalidState()
  // What is no time would pass for long ago.
  if (retiredAt !== undefined && Number.isNaN(Date.parse(retiredAt))) throw invalidState()
  return {
    version: 1,
    plan: {
      org: parseOrgUrl(org, { dev: true, ...options }).org,
      clientId,
      scopes: textsOf(plan, 'scopes'),
      oldKey: parsePublicJwk(membersOf(plan, 'oldKey')),
      newKey: parsePublicJwk(membersOf(plan, 'newKey')),
      ...(jwksUri === undefined ? {} : { jwksUri }),
    },
    phase,
    ...(retiredAt === undefined ? {} : { retiredAt }),
  }
}

function invalidState(): RotationError {
  return new RotationError(
    'rotation_state_invalid',
    'The kept state of the rotation cannot be used.',
    {
      remedy:
        'Use the file as Postern wrote it; without it, look at PUBLIC KEYS of the app which keys are Active.',
    },
  )
}
