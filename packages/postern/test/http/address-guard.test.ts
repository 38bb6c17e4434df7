import type { OrgUrl } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAuthority } from '../../../../test/certificates.ts'
import { AddressGuard, type Resolve } from '../../src/http/address-guard.ts'
import { createTransport } from '../../src/http/transport.ts'
import { codeOf, readAll, startWireServer, whole } from './wire.ts'

function resolveTo(...addresses: readonly string[]): Resolve {
  return async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

const url = new URL('https://acme.okta.com/')

function judge(address: string, allowedNetworks?: readonly string[]): Promise<unknown> {
  const guard = new AddressGuard({ resolve: resolveTo(address), allowedNetworks })
  return codeOf(guard.addressesOf(url))
}

describe('the address guard (S24)', () => {
  test.each([
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ['link-local', '169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
    ['unique-local', 'fc00::1', 'fd12:3456:789a::1'],
    ['site-local', 'fec0::1'],
    ['carrier-grade NAT', '100.64.0.1', '100.127.255.254'],
    ['IPv4-mapped', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
    ['IPv4-compatible', '::10.0.0.1', '::7f00:1'],
    ['NAT64', '64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['unspecified', '0.0.0.0', '0.1.2.3', '::'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1', '192.0.0.1', '198.18.0.1', '2001:db8::1', '4000::1', '100::1'],
    ['no address', 'localhost', '', '1.2.3', '0x7f000001'],
  ])('refuses addresses that are %s', async (_, ...addresses) => {
    for (const address of addresses) {
      expect([address, await judge(address)]).toEqual([address, 'outbound_url_private'])
    }
  })

  test.each(['8.8.8.8', '93.184.216.34', '203.0.113.10', '2606:4700:4700::1111'])(
    'lets %s pass',
    async (address) => {
      expect(await judge(address)).toMatchObject([{ address }])
    },
  )

  test('refuses a name as soon as one of its addresses is refused, wherever that stands', async () => {
    const publicAddress = fc.constantFrom('8.8.8.8', '1.1.1.1', '2606:4700:4700::1111')
    const refused = fc.constantFrom('10.0.0.1', '127.0.0.1', '::1', 'fe80::1', '::ffff:10.0.0.1')
    await fc.assert(
      fc.asyncProperty(
        fc.array(publicAddress),
        refused,
        fc.array(publicAddress),
        async (before, address, after) => {
          const guard = new AddressGuard({ resolve: resolveTo(...before, address, ...after) })
          expect(await codeOf(guard.addressesOf(url))).toBe('outbound_url_private')
        },
      ),
    )
  })

  test('lets the operator’s networks pass and nothing beside them', async () => {
    const networks = ['10.20.0.0/16', 'fd00:1::/32']
    expect(await judge('10.20.255.255', networks)).toMatchObject([{ address: '10.20.255.255' }])
    expect(await judge('fd00:1::9', networks)).toMatchObject([{ address: 'fd00:1::9' }])
    for (const address of ['10.21.0.0', '10.19.255.255', 'fd00:2::9', '::ffff:10.20.0.1']) {
      expect([address, await judge(address, networks)]).toEqual([address, 'outbound_url_private'])
    }
  })

  test.each(['10.20.0.0', '10.20.0.0/33', 'intranet', ''])('refuses %j as a network', (text) => {
    expect(() => new AddressGuard({ allowedNetworks: [text] })).toThrow(
      expect.objectContaining({ code: 'outbound_network_malformed' }),
    )
  })

  test('says which kind of network it was, and not which address', async () => {
    const guard = new AddressGuard({ resolve: resolveTo('10.1.2.3') })
    await expect(guard.addressesOf(url)).rejects.toMatchObject({
      message: 'acme.okta.com leads to an address that is not on the public internet (private).',
      details: { range: 'private' },
    })
  })
})

/** A server with a certificate for a host that resolves to it, and a transport that allows some networks. */
async function startHost(host: string, allowedNetworks: readonly string[]) {
  const authority = createAuthority()
  const server = await startWireServer(
    whole('200 OK', {}, 'hello'),
    authority.issue({ hosts: [host] }),
  )
  const transport = createTransport({
    allowedNetworks,
    resolve: resolveTo('127.0.0.1'),
    extraCa: authority.cert,
  })
  return { server, transport, url: `https://${host}:${server.port}/` }
}

describe('createTransport', () => {
  const hello = whole('200 OK', {}, 'hello')

  test.each(['127.0.0.1', 'localhost'])(
    'reaches the loopback org %s that was named',
    async (host) => {
      const { port } = await startWireServer(hello)
      const origin = `http://${host}:${port}` as OrgUrl
      const transport = createTransport({ loopbackOrigins: new Set([origin]) })
      expect(await readAll(transport, { url: `${origin}/x` })).toMatchObject({ text: 'hello' })
    },
  )

  test('reaches nothing on this machine that was not named, and asks nothing of it', async () => {
    const [named, other] = [await startWireServer(hello), await startWireServer(hello)]
    const origin = `http://127.0.0.1:${named.port}` as OrgUrl
    const transport = createTransport({ loopbackOrigins: new Set([origin]) })
    for (const url of [
      `http://127.0.0.1:${other.port}/`,
      `http://localhost:${named.port}/`,
      `http://127.0.0.2:${named.port}/`,
      `https://127.0.0.1:${named.port}/`,
      `https://[::1]:${named.port}/`,
      `https://2130706433:${named.port}/`,
    ]) {
      expect([url, await codeOf(readAll(transport, { url }))]).toEqual([
        url,
        'upstream_address_refused',
      ])
    }
    expect([...named.received, ...other.received]).toEqual([])
  })

  test('reaches an org on this machine as soon as it is named, with the same connections', async () => {
    const server = await startWireServer(hello)
    const loopbackOrigins = new Set<string>()
    const transport = createTransport({ loopbackOrigins })
    const refused = await codeOf(readAll(transport, { url: server.origin }))
    expect(refused).toBe('upstream_address_refused')
    loopbackOrigins.add(server.origin)
    expect(await readAll(transport, { url: server.origin })).toMatchObject({ text: 'hello' })
  })

  test('does not take an org’s name for this machine, whatever the resolver says', async () => {
    const server = await startWireServer(hello)
    const origin = `https://acme.okta.com:${server.port}` as OrgUrl
    const transport = createTransport({
      loopbackOrigins: new Set([origin]),
      resolve: resolveTo('127.0.0.1'),
    })
    expect(await codeOf(readAll(transport, { url: origin }))).toBe('upstream_address_refused')
    expect(server.received).toEqual([])
  })

  test('reaches an org in a network that the operator allows', async () => {
    const { server, transport, url } = await startHost('acme.okta.com', ['127.0.0.1/32'])
    expect(await readAll(transport, { url })).toMatchObject({ text: 'hello' })
    expect(server.received).toHaveLength(1)
  })

  test('says how to allow a network, and nothing is sent before that', async () => {
    const { server, transport, url } = await startHost('acme.okta.com', ['10.0.0.0/8'])
    await expect(readAll(transport, { url })).rejects.toMatchObject({
      code: 'upstream_address_refused',
      remedy: expect.stringContaining('POSTERN_ALLOWED_NETWORKS'),
    })
    expect(server.received).toEqual([])
  })

  test('judges anew at each new connection', async () => {
    const server = await startWireServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
    )
    const answers = ['127.0.0.1', '127.0.0.1', '10.0.0.1']
    const transport = createTransport({
      loopbackOrigins: new Set([server.origin]),
      resolve: async () => [{ address: answers.shift() ?? '10.0.0.1', family: 4 }],
    })
    for (let request = 0; request < 2; request++) {
      expect(await readAll(transport, { url: server.origin })).toMatchObject({ status: 200 })
    }
    expect(await codeOf(readAll(transport, { url: server.origin }))).toBe(
      'upstream_address_refused',
    )
  })

  test('a name without an address is the resolver’s error', async () => {
    const transport = createTransport({ resolve: async () => [] })
    expect(await codeOf(readAll(transport, { url: 'https://acme.okta.com' }))).toBe('ENODATA')
    const failing = createTransport({
      resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    })
    expect(await codeOf(readAll(failing, { url: 'https://acme.okta.com' }))).toBe('ENOTFOUND')
  })
})
