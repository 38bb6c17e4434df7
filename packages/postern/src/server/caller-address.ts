/** @module Where a request comes from: what the connection says, or what a proxy says that the operator named. */

import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A network: its address, and how many bits of it count. */
export type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Reads an address, or a network in CIDR notation; undefined where it is neither. */
export function parseNetwork(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (!isAddress(text)) return undefined
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/**
 * The address of the caller. Of `X-Forwarded-For` counts what trusted proxies wrote: the last address that is none of them.
 *
 * @param networks - those of the proxies.
 */
export function callerAddress(
  {
    socket,
    headers,
  }: {
    readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>
    readonly headers: IncomingMessage['headers']
  },
  networks: readonly Network[],
): string {
  const direct = socket.remoteAddress ?? ''
  if (networks.length === 0) return direct
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  const path = [...forwarded.map((address) => address.trim()), direct]
  // What stands before an address that cannot be trusted was written by who knows whom.
  while (path.length > 1 && isWithin(path.at(-1) ?? '', networks)) {
    if (!isAddress(path.at(-2) ?? '')) break
    path.pop()
  }
  return path.at(-1) ?? direct
}

/** Node takes more for the zone of an address than can be read, and what is read takes numbers for addresses. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && ipaddr.isValid(text)
}

function isWithin(address: string, networks: readonly Network[]): boolean {
  if (!isAddress(address)) return false
  return (
    ipaddr.subnetMatch(ipaddr.process(address), { networks: [...networks] }, 'none') === 'networks'
  )
}
