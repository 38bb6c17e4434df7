/** @module Who may change which public keys an app has: Okta's administrators, the app itself, or whoever publishes its key set. */

import { isUnderWay, RotationError, type RotationState } from '@postern/core'
import type { ConnectionWarning } from '../config/connection-form.ts'
import { ownKeySetUrl } from '../config/key-set.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { AdminChoice } from './admin-choice.ts'

/** Who changes the keys of an app. */
export type KeyHolder =
  /** This server, at its own URL: nobody has to be asked. */
  | { readonly kind: 'own-url' }
  /** A person, at a URL that is not this server's. */
  | { readonly kind: 'other-url' }
  /** A stored connection. */
  | { readonly kind: 'admin'; readonly admin: string }
  /** The API token of the request. */
  | { readonly kind: 'admin-token' }
  /** The app: with okta.apps.manage and the role of a Super Admin it may. */
  | { readonly kind: 'self' }

/** Who changes the keys of a connection's app. What the request names comes before what the connection names. */
export function keyHolderOf(
  { name, settings }: Pick<ConnectionRow, 'name' | 'settings'>,
  choice: AdminChoice & {
    readonly kept?: { readonly admin?: string; readonly state?: RotationState } | undefined
    readonly publicUrl?: string | undefined
  },
): KeyHolder {
  const { publicUrl, kept } = choice
  const { jwksUri, rotationAdmin } = settings
  if (jwksUri !== undefined) {
    const isOwn = publicUrl !== undefined && jwksUri === ownKeySetUrl(publicUrl, name)
    return { kind: isOwn ? 'own-url' : 'other-url' }
  }
  if (choice.adminToken !== undefined) return { kind: 'admin-token' }
  // Whoever names one for a rotation may use it; those who begin the next one perhaps may not.
  const named = kept?.state && isUnderWay(kept.state) ? kept.admin : undefined
  const admin = choice.admin ?? named ?? rotationAdmin
  return admin === undefined ? { kind: 'self' } : { kind: 'admin', admin }
}

/** What is worth knowing where rotations are scheduled and could not be done without a person. */
export function scheduleWarnings(
  row: ConnectionRow,
  publicUrl: string | undefined,
): readonly ConnectionWarning[] {
  if (row.rotation_interval_days === null) return []
  try {
    requireUnattended(row, keyHolderOf(row, { publicUrl }))
    return []
  } catch (error) {
    if (!(error instanceof RotationError)) throw error
    const { code, message, remedy } = error
    return [{ field: 'Rotation', code, message: `${message} ${remedy}` }]
  }
}

/**
 * Refuses a rotation that nobody attends to and that would need somebody.
 *
 * @throws {RotationError} `rotation_app_unfit`, `rotation_keys_elsewhere`, `rotation_needs_admin`
 */
export function requireUnattended(
  { name, kind, settings }: Pick<ConnectionRow, 'name' | 'kind' | 'settings'>,
  holder: KeyHolder,
): void {
  if (kind !== 'service-app') {
    throw new RotationError('rotation_app_unfit', `The connection ${name} has no key.`, {
      remedy:
        'Schedule rotations for connections of service apps; an API token is replaced by hand.',
    })
  }
  if (holder.kind === 'other-url') {
    throw new RotationError(
      'rotation_keys_elsewhere',
      `The app of ${name} takes its keys from ${settings.jwksUri ?? 'a URL'}, which is not this server.`,
      {
        remedy: 'Rotate it by hand with postern rotate, and publish the key set it gives.',
        details: { jwksUri: settings.jwksUri },
      },
    )
  }
  if (holder.kind !== 'self' || settings.scopes?.includes('okta.apps.manage')) return
  throw new RotationError(
    'rotation_needs_admin',
    `Okta keeps the key of ${name}, and nobody is named who may change it without a person.`,
    {
      remedy:
        'Name a connection that is a Super Admin with okta.apps.manage (--rotation-admin NAME), or set the app up with --keys url.',
    },
  )
}
