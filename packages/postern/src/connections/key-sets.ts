/** @module The key sets that this server publishes, for Okta to fetch: of each app that is set to a URL of ours, and of no other. */

import type { PublicJwk } from '@postern/core'
import { findConnection } from '../store/connections.ts'
import { readRotation } from '../store/rotations.ts'
import { findSetup } from '../store/setups.ts'
import type { Store } from '../store/store.ts'
import { parseKept } from './kept-rotation.ts'
import { publishedKeys } from './rotation-status.ts'
import { parseKeptSetup } from './stored-setup.ts'

/** What {@link KeySets} works with. */
export interface KeySetsContext {
  readonly store: Store
  readonly customDomains: () => Promise<readonly string[]>
}

/** The published key sets. */
export class KeySets {
  readonly #context: KeySetsContext

  constructor(context: KeySetsContext) {
    this.#context = context
  }

  /**
   * The public keys of a connection's app, or of an app that is being set up: the one in use; while it is rotated, the next or
   * the last one too. Undefined where there is no such app, or Okta does not fetch its keys from here.
   */
  async read(name: string): Promise<readonly PublicJwk[] | undefined> {
    const { store } = this.#context
    const customDomains = await this.#context.customDomains()
    const row = await findConnection(store, name)
    if (row !== undefined) {
      if (!isOurs(row.settings.jwksUri, name)) return undefined
      const rotation = await readRotation(store, row.id)
      return publishedKeys(row, rotation && parseKept(rotation, customDomains))
    }
    const setup = await findSetup(store, name)
    if (setup === undefined) return undefined
    const { plan } = parseKeptSetup(setup, customDomains).state
    return isOurs(plan.jwksUri, name) ? [plan.publicJwk] : undefined
  }
}

/** Whatever this server was called when the URL was given to Okta: its host may have another name by now. */
function isOurs(jwksUri: string | undefined, name: string): boolean {
  return jwksUri !== undefined && new URL(jwksUri).pathname.endsWith(`/jwks/${name}.json`)
}
