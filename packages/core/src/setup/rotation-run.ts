/** @module One run of a rotation: its deeds, each done once and again without harm. */

import { type Clock, systemClock } from '../clock.ts'
import type { PublicJwk } from '../keys/public.ts'
import type { Signer } from '../keys/signer.ts'
import { ApiError } from '../org/errors.ts'
import type { Org } from '../org/org.ts'
import { requireApp } from '../service-app/app.ts'
import {
  type AppKey,
  activateKey,
  addKey,
  deactivateKey,
  deleteKey,
  findKey,
  listKeys,
} from '../service-app/public-keys.ts'
import type { ServiceAppCredential } from '../token/credential.ts'
import { TokenError } from '../token/errors.ts'
import { fetchTransport } from '../transport.ts'
import { requirePublished } from './published-keys.ts'
import { requireRoomForKey, requireSuccessor } from './registered-keys.ts'
import { hasReached, type RotationPhase, type RotationState } from './rotation.ts'
import type { RotationContext } from './rotation-context.ts'
import { RotationError } from './rotation-error.ts'

/**
 * What a person has to know first where Okta keeps the keys.
 *
 * @see Okta, "Implement OAuth for Okta with a service app"
 */
export const rotationNeeds =
  'Once scopes are granted to an app, only a Super Admin can change its keys in Okta: an API token of one, or the app itself where it has okta.apps.manage and that role. An app that takes its keys from a URL needs neither.'

// A registered key is known at once as far as anybody saw; a key set at a URL, when Okta reads it again.
const PROOF_WAITS_MS = [1_000, 2_000, 4_000, 8_000]

/** One run; every deed looks first whether it is done. */
export class RotationRun {
  readonly #context: RotationContext
  readonly #clock: Clock
  #state: RotationState
  #appId: string | undefined

  constructor(state: RotationState, context: RotationContext) {
    this.#state = state
    this.#context = context
    this.#clock = context.clock ?? systemClock
  }

  get state(): RotationState {
    return this.#state
  }

  async save(change: Partial<RotationState>): Promise<void> {
    this.#state = { ...this.#state, ...change }
    await this.#context.save(this.#state)
  }

  async register(): Promise<void> {
    if (hasReached(this.#state, 'registered')) return
    const { oldKey, newKey, jwksUri } = this.#state.plan
    if (jwksUri !== undefined) {
      await this.#publish([oldKey, newKey])
    } else {
      await this.#asSuperAdmin(async (admin, signal) => {
        const app = await requireApp(admin, this.#state.plan.clientId, signal)
        const keys = await listKeys(admin, app.appId, signal)
        requireRoomForKey(app, keys, this.#state.plan)
        const known = findKey(keys, newKey)
        if (known === undefined) await addKey(admin, app.appId, newKey, signal)
        else if (!known.isActive) await activateKey(admin, app.appId, idOf(known), signal)
      })
    }
    await this.#reach('registered', newKey)
  }

  async prove(): Promise<void> {
    if (hasReached(this.#state, 'proven')) return
    const { jwksUri, oldKey, newKey } = this.#state.plan
    if (jwksUri !== undefined) await this.#requirePublished(jwksUri, [oldKey, newKey])
    await this.#proveKey(this.#newSigner())
    await this.#reach('proven', newKey)
  }

  async switch(): Promise<void> {
    if (hasReached(this.#state, 'switched')) return
    await this.#context.switchKey(this.#state.plan.newKey)
    await this.#reach('switched', this.#state.plan.newKey)
  }

  async retire(): Promise<void> {
    if (hasReached(this.#state, 'retired')) return
    const { jwksUri, newKey, oldKey } = this.#state.plan
    if (jwksUri === undefined) {
      // Whatever happened since it was proven: an app whose new key fails must not lose the old one.
      await this.#proveKey(this.#newSigner())
      await this.#withKeys(async (admin, appId, keys) => {
        requireSuccessor(keys, newKey)
        const old = findKey(keys, oldKey)
        if (old?.isActive) await deactivateKey(admin, appId, idOf(old), this.#context.signal)
      })
      await this.#proveOrRestore()
    }
    await this.#reach('retired', oldKey, { retiredAt: this.#clock.now().toISOString() })
  }

  async finish(): Promise<void> {
    const { jwksUri, newKey, oldKey } = this.#state.plan
    await this.#proveKey(this.#newSigner())
    if (jwksUri === undefined) {
      await this.#withKeys(async (admin, appId, keys) => {
        requireSuccessor(keys, newKey)
        await removeKey(findKey(keys, oldKey), { admin, appId, signal: this.#context.signal })
      })
    } else {
      await this.#publish([newKey])
      await this.#requirePublished(jwksUri, [newKey], [oldKey])
    }
    await this.#reach('finished', oldKey)
  }

  async rollBack(): Promise<void> {
    const { jwksUri, newKey, oldKey } = this.#state.plan
    const { oldKey: signer } = this.#context
    if (signer === undefined) {
      throw new RotationError('rotation_old_key_unknown', 'The old private key is not here.', {
        remedy: 'Give it, as it was given for the rotation: --key FILE.',
      })
    }
    if (jwksUri === undefined) await this.#setActive(oldKey, true)
    await this.#proveKey(signer)
    if (this.#state.phase !== 'rolling-back') await this.#reach('rolling-back', oldKey)
    await this.#context.switchKey(oldKey)
    if (jwksUri === undefined) await this.#removeKey(newKey)
    else await this.#publish([oldKey])
    await this.#reach('rolled-back', oldKey)
  }

  #newSigner(): Signer {
    const { newKey } = this.#context
    if (newKey !== undefined) return newKey
    throw new RotationError('rotation_new_key_unknown', 'The new private key is not here.', {
      remedy: 'Put it back where it was kept, or take the rotation back with --rollback.',
    })
  }

  async #reach(
    phase: RotationPhase,
    { kid }: PublicJwk,
    change: Partial<RotationState> = {},
  ): Promise<void> {
    await this.save({ phase, ...change })
    this.#context.onProgress?.({ event: 'reached', phase, kid })
  }

  async #publish(keys: readonly PublicJwk[]): Promise<void> {
    const { publish } = this.#context
    if (publish !== undefined) return publish(keys)
    throw new RotationError('rotation_keys_elsewhere', 'The app takes its keys from a URL.', {
      remedy: 'Say where the key set that is to be published shall go: --jwks-out FILE.',
    })
  }

  #requirePublished(
    jwksUri: string,
    keys: readonly PublicJwk[],
    absent: readonly PublicJwk[] = [],
  ): Promise<void> {
    const { transport = fetchTransport, signal } = this.#context
    return requirePublished(jwksUri, keys, { transport, signal, absent })
  }

  /** Gets a token with a key, and waits a quarter of a minute for an org that does not know it yet. */
  async #proveKey(key: Signer): Promise<void> {
    const { openOrg, credential, signal, onProgress } = this.#context
    const { clientId, scopes, jwksUri } = this.#state.plan
    const whole: ServiceAppCredential = {
      kind: 'service-app',
      ...credential,
      clientId,
      scopes,
      key,
    }
    for (let attempt = 0; ; attempt++) {
      try {
        const org = openOrg(whole)
        await org.authorizer.authorize({ method: 'GET', url: `${org.url}/api/v1/users`, signal })
        return
      } catch (error) {
        if (!(error instanceof TokenError) || error.code !== 'auth_invalid_client') throw error
        const waitMs = PROOF_WAITS_MS[attempt]
        if (waitMs === undefined) throw unproven(key, jwksUri, error)
        onProgress?.({ event: 'waiting', reason: error.message, waitMs })
        await this.#clock.sleep(waitMs, { signal })
      }
    }
  }

  /** The last look: where the new key alone does not do, the old one is brought back at once. */
  async #proveOrRestore(): Promise<void> {
    try {
      await this.#proveKey(this.#newSigner())
    } catch (error) {
      await this.#setActive(this.#state.plan.oldKey, true)
      throw error
    }
  }

  async #setActive(key: PublicJwk, isActive: boolean): Promise<void> {
    await this.#withKeys(async (admin, appId, keys) => {
      const known = findKey(keys, key)
      if (known === undefined || known.isActive === isActive) return
      const change = isActive ? activateKey : deactivateKey
      await change(admin, appId, idOf(known), this.#context.signal)
    })
  }

  #removeKey(key: PublicJwk): Promise<void> {
    return this.#withKeys((admin, appId, keys) =>
      removeKey(findKey(keys, key), { admin, appId, signal: this.#context.signal }),
    )
  }

  #withKeys(
    deed: (admin: Org, appId: string, keys: readonly AppKey[]) => Promise<void>,
  ): Promise<void> {
    return this.#asSuperAdmin(async (admin, signal) => {
      this.#appId ??= (await requireApp(admin, this.#state.plan.clientId, signal)).appId
      await deed(admin, this.#appId, await listKeys(admin, this.#appId, signal))
    })
  }

  async #asSuperAdmin(
    deed: (admin: Org, signal: AbortSignal | undefined) => Promise<void>,
  ): Promise<void> {
    const { admin, signal } = this.#context
    if (admin === undefined) {
      throw new RotationError('rotation_needs_admin', 'Okta keeps the keys of this app.', {
        remedy: 'Give an API token of a Super Admin: --admin-token env:NAME.',
      })
    }
    try {
      await deed(admin, signal)
    } catch (error) {
      if (!isForbidden(error)) throw error
      throw new RotationError('rotation_needs_super_admin', error.message, {
        remedy: `Use an API token of a Super Admin. ${rotationNeeds}`,
        details: error.details,
        cause: error,
      })
    }
  }
}

async function removeKey(
  key: AppKey | undefined,
  of: { readonly admin: Org; readonly appId: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  if (key === undefined) return
  if (key.isActive) await deactivateKey(of.admin, of.appId, idOf(key), of.signal)
  await deleteKey(of.admin, of.appId, idOf(key), of.signal)
}

/** Whether the org refuses for want of a role or a scope, also before there is a token. */
function isForbidden(error: unknown): error is ApiError | TokenError {
  if (error instanceof TokenError) return error.code === 'scope_not_granted'
  const codes = ['role_insufficient', 'scope_insufficient']
  return error instanceof ApiError && codes.includes(error.code)
}

function idOf({ keyId, kid }: AppKey): string {
  if (keyId !== undefined) return keyId
  throw new RotationError('rotation_app_unfit', `Okta gave no id for the key ${kid ?? ''}.`, {
    remedy: 'Change it by hand in General > Client Credentials > PUBLIC KEYS.',
  })
}

function unproven(key: Signer, jwksUri: string | undefined, cause: TokenError): RotationError {
  const where = jwksUri === undefined ? '' : `: it has not read ${jwksUri} again yet, or refuses it`
  return new RotationError(
    'rotation_unproven',
    `Okta gives no token for the key ${key.kid}${where}.`,
    {
      remedy:
        'Run the rotation again in some minutes; the key in use stays in use until the new one works.',
      details: cause.details,
      cause,
    },
  )
}
