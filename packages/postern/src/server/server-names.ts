/** @module The names under which a server may be called. */

import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ServerNames } from './arrival.ts'
import type { CheckedBinding } from './binding.ts'

/** The names of this machine itself, as they stand in a URL. */
export const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']

/** The address a server listens on, the names of this machine, and the name others know it by. */
export function serverNames(
  { address, port }: Pick<AddressInfo, 'address' | 'port'>,
  { tls, publicUrl }: CheckedBinding,
): ServerNames {
  const scheme = tls ? 'https' : 'http'
  const urls = [...loopbackNames, ...addressesOf(address).map(inUrl)].map(
    (name) => new URL(`${scheme}://${name}:${port}`),
  )
  if (publicUrl) urls.push(publicUrl)
  return {
    hosts: new Set(urls.map(({ host }) => host)),
    origins: new Set(urls.map(({ origin }) => origin)),
  }
}

/** A server on every address is reached by each of them. */
function addressesOf(address: string): readonly string[] {
  if (address !== '0.0.0.0' && address !== '::') return [address]
  return Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address: one }) => one).filter((one) => !one.includes('%')),
  )
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
