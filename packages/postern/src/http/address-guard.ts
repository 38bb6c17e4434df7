/** @module Keeps requests out of networks that are nobody's business: each address of a host is judged before a connection (S24). */

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { showHostile } from '@postern/core'
import ipaddr from 'ipaddr.js'
import { OutboundError, schemeRefused } from './outbound-error.ts'

/** One address that a name resolves to. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** Gives every address of a host name, as `getaddrinfo` does; rejects where there is none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>

/** What an {@link AddressGuard} allows beside the public internet. */
export interface AddressGuardOptions {
  /** Networks that the operator allows, in CIDR notation: `10.20.0.0/16`. Default: none. */
  readonly allowedNetworks?: readonly string[] | undefined
  /** Whether the origin of a URL stands for a server on this machine, so that its host may be a loopback address. Default: never. */
  readonly mayBeLoopback?: ((origin: string) => boolean) | undefined
  /** Default: the resolver of the system. */
  readonly resolve?: Resolve | undefined
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

// All of IPv6 that is given out for use on the internet.
const GLOBAL_IPV6: Network = ipaddr.parseCIDR('2000::/3')
// Addresses for documents (RFC 5737). No network routes them, so there is nothing to keep out of.
const DOCUMENTATION: readonly Network[] = [
  ipaddr.parseCIDR('192.0.2.0/24'),
  ipaddr.parseCIDR('198.51.100.0/24'),
  ipaddr.parseCIDR('203.0.113.0/24'),
]
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL's host is a name of this machine. Where a name leads is another question. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK_HOSTS.has(hostname)
}

/**
 * Judges where a URL's host leads.
 *
 * An address is allowed when it is on the public internet or in a network of the operator's. Loopback, private,
 * link-local, unique-local, carrier-grade NAT, multicast, unspecified, broadcast and reserved addresses are not; nor are
 * forms that carry another address inside: IPv4-mapped, NAT64, 6to4, Teredo. One refused address refuses the host.
 *
 * @see IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry"
 */
export class AddressGuard {
  readonly #networks: Network[]
  readonly #mayBeLoopback: (origin: string) => boolean
  readonly #resolve: Resolve

  /** @throws {OutboundError} `outbound_network_malformed` */
  constructor(options: AddressGuardOptions = {}) {
    const { allowedNetworks = [], mayBeLoopback = () => false, resolve = resolveBySystem } = options
    this.#networks = [...DOCUMENTATION, ...allowedNetworks.map(parseNetwork)]
    this.#mayBeLoopback = mayBeLoopback
    this.#resolve = resolve
  }

  /**
   * Every address of the URL's host, each of them allowed. Only these may be connected to: a name can resolve to others
   * when it is asked again.
   *
   * @throws {OutboundError} `outbound_url_private`; a name that does not resolve rejects as the resolver does.
   */
  async addressesOf(url: URL): Promise<readonly ResolvedAddress[]> {
    const literal = addressIn(url.hostname)
    const found = literal ? [literal] : await this.#resolve(url.hostname)
    for (const { address } of found) this.#requireAllowed(url, address)
    return found
  }

  /**
   * Refuses what can be refused without asking for a name: plain http to anywhere but this machine, and a host that is
   * an address and not an allowed one.
   *
   * @throws {OutboundError} `outbound_url_scheme`, `outbound_url_private`
   */
  requireUsable(url: URL): void {
    if (url.protocol !== 'https:' && !this.#isLoopback(url)) throw schemeRefused(url)
    const literal = addressIn(url.hostname)
    if (literal) this.#requireAllowed(url, literal.address)
  }

  #requireAllowed(url: URL, address: string): void {
    const range = rangeOf(address)
    if (range === 'public' || this.#isAllowed(url, address, range)) return
    const host = showHostile(url.hostname, { maxCharacters: 100 })
    throw new OutboundError(
      'outbound_url_private',
      `${host} leads to an address that is not on the public internet (${range}).`,
      {
        remedy:
          'Check the host name. An address that is private, loopback, link-local or reserved is refused, unless the operator allows its network by CIDR.',
        details: { range },
      },
    )
  }

  #isAllowed(url: URL, address: string, range: string): boolean {
    if (range === 'loopback' && this.#isLoopback(url)) return true
    return range !== 'unknown' && isWithin(ipaddr.parse(address), this.#networks)
  }

  #isLoopback(url: URL): boolean {
    return isLoopbackHost(url.hostname) && this.#mayBeLoopback(url.origin)
  }
}

/** The registry's name for the block that an address is in; `public` where it is on the internet. */
function rangeOf(text: string): string {
  if (isIP(text) === 0) return 'unknown'
  const address = ipaddr.parse(text)
  const range = address.range()
  if (range !== 'unicast') return range
  return address.kind() === 'ipv4' || isWithin(address, [GLOBAL_IPV6]) ? 'public' : 'reserved'
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, networks: Network[]): boolean {
  return ipaddr.subnetMatch(address, { networks }, 'none') === 'networks'
}

function addressIn(hostname: string): ResolvedAddress | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(address)
  return family === 0 ? undefined : { address, family }
}

function parseNetwork(text: string): Network {
  try {
    return ipaddr.parseCIDR(text)
  } catch {
    throw new OutboundError(
      'outbound_network_malformed',
      `${showHostile(text, { maxCharacters: 64 })} is not a network in CIDR notation.`,
      { remedy: 'Write the network as an address and a number of bits, for example 10.20.0.0/16.' },
    )
  }
}

const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true })
