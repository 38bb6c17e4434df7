/** @module The way to the network of every command. */

import type { Transport } from '@postern/core'
import { readAllowedNetworks } from '../config/allowed-networks.ts'
import { createTransport } from '../http/transport.ts'

/**
 * Opens the way to the places that the operator named.
 *
 * Of this machine it reaches these places and nothing else; of private networks those that POSTERN_ALLOWED_NETWORKS lists,
 * in CIDR notation with commas between them.
 *
 * @param places - URLs of orgs and key sets.
 */
export function openTransport(...places: readonly (string | undefined)[]): Transport {
  const origins = places.flatMap((place) => (place === undefined ? [] : [new URL(place).origin]))
  return createTransport({
    loopbackOrigins: new Set(origins),
    allowedNetworks: readAllowedNetworks(process.env),
  })
}
