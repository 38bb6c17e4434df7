import { describe, expect, test } from 'vitest'
import { type CorpusCase, loadCases } from '../../../../test/bad-inputs/load.mjs'
import { createAuthority } from '../../../../test/certificates.ts'
import type { Resolve } from '../../src/http/address-guard.ts'
import { createOutboundTransport } from '../../src/http/outbound.ts'
import { checkOutboundUrl, parseOutboundUrl } from '../../src/http/outbound-url.ts'
import { codeOf, readAll, startWireServer, whole } from './wire.ts'

/** What the context of a case says. */
interface Context {
  readonly dns?: Readonly<Record<string, readonly string[]>>
  readonly dnsSequence?: Readonly<Record<string, readonly (readonly string[])[]>>
  readonly allowedCidrs?: readonly string[]
}

/** A resolver that answers as the case says, in a sequence one answer after the other. */
function resolverOf({ dns = {}, dnsSequence = {} }: Context): Resolve {
  const asked = new Map<string, number>()
  return async (hostname) => {
    const times = asked.get(hostname) ?? 0
    asked.set(hostname, times + 1)
    const addresses = dnsSequence[hostname]?.[times] ?? dns[hostname] ?? []
    return addresses.map((address) => ({ address, family: 4 }))
  }
}

/** A receiver with a certificate for the name, which resolves to it in a network that the operator allows. */
async function startReceiver(...answer: Parameters<typeof whole>) {
  const authority = createAuthority()
  const server = await startWireServer(
    whole(...answer),
    authority.issue({ hosts: ['hooks.acme.example'] }),
  )
  const transport = createOutboundTransport({
    allowedNetworks: ['127.0.0.1/32'],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    extraCa: authority.cert,
  })
  return { server, transport, url: `https://hooks.acme.example:${server.port}/in` }
}

describe('the corpus of outbound URLs', () => {
  const cases = loadCases().filter(({ category }) => category === 'outbound_url')
  const context = (each: CorpusCase): Context => each.context ?? {}
  const textOf = ({ input }: CorpusCase) => (input as { readonly text: string }).text
  const judged = cases.filter(({ id }) => id !== 'out-006' && id !== 'out-008')

  test('has the cases that are known here', () => {
    expect(cases.map(({ id }) => id)).toEqual(
      Array.from({ length: 9 }, (_, index) => `out-00${index + 1}`),
    )
  })

  test.each(judged.map((each) => [each.id, each.title, each] as const))(
    '%s: %s',
    async (_, __, each) => {
      const outcome = await codeOf(
        checkOutboundUrl(textOf(each), {
          resolve: resolverOf(context(each)),
          allowedNetworks: context(each).allowedCidrs,
        }),
      )
      const { outcome: expected, code, normalised } = each.expect
      expect(outcome).toBe(expected === 'accepted' ? normalised : code)
    },
  )

  test('out-006: a name that leads elsewhere by the time of the connection is refused then', async () => {
    const [each] = cases.filter(({ id }) => id === 'out-006')
    if (!each) throw new Error('out-006 is gone')
    const server = await startWireServer(whole('200 OK', {}))
    const resolve = resolverOf(context(each))
    const url = textOf(each).replace('/in', `:${server.port}/in`)
    expect(await checkOutboundUrl(url, { resolve })).toBe(url)
    const transport = createOutboundTransport({ resolve })
    expect(await codeOf(readAll(transport, { url }))).toBe(each.expect.code)
    expect(server.received).toEqual([])
  })

  test('out-008: a receiver that redirects to loopback is refused, and nothing is sent there', async () => {
    const elsewhere = await startWireServer(whole('200 OK', {}))
    const location = `http://127.0.0.1:${elsewhere.port}/`
    const { transport, url, server } = await startReceiver('302 Found', { location })
    expect(await codeOf(readAll(transport, { url }))).toBe('outbound_redirect_refused')
    expect(server.received.join('')).toContain('GET /in')
    expect(elsewhere.received).toEqual([])
  })
})

describe('parseOutboundUrl', () => {
  test.each([
    [' https://Hooks.Acme.example/in#part ', 'https://hooks.acme.example/in'],
    ['https://hooks.acme.example:8443/in?a=1', 'https://hooks.acme.example:8443/in?a=1'],
    ['https://hooks.acme.example:443', 'https://hooks.acme.example/'],
  ])('gives the normal form of %j', (text, normal) => {
    expect(parseOutboundUrl(text)).toBe(normal)
  })

  test.each([
    ['', 'outbound_url_malformed'],
    ['hooks.acme.example/in', 'outbound_url_malformed'],
    ['https://', 'outbound_url_malformed'],
    ['https://hooks.acme.example\\@127.0.0.1/', 'outbound_url_malformed'],
    ['https://hooks.acme\t.example/', 'outbound_url_malformed'],
    [`https://hooks.acme.example/${'x'.repeat(3_000)}`, 'outbound_url_malformed'],
    ['ftp://hooks.acme.example/', 'outbound_url_scheme'],
    ['file:///etc/passwd', 'outbound_url_scheme'],
    ['http://127.0.0.1:8080/', 'outbound_url_scheme'],
    ['https://user@hooks.acme.example/', 'outbound_url_userinfo'],
    ['https://hooks.acme.example:22/', 'outbound_url_port'],
    ['https://hooks.acme.example:80/', 'outbound_url_port'],
    ['https://hooks.acme.example:0/', 'outbound_url_port'],
  ])('refuses %j with %s', async (text, code) => {
    expect(await codeOf((async () => parseOutboundUrl(text))())).toBe(code)
  })

  test('takes http to this machine in dev mode, and to nowhere else', () => {
    const local = 'http://127.0.0.1:80/in'
    expect(parseOutboundUrl(local, { dev: true })).toBe('http://127.0.0.1/in')
    expect(() => parseOutboundUrl('http://hooks.acme.example/', { dev: true })).toThrow(
      expect.objectContaining({ code: 'outbound_url_scheme' }),
    )
  })
})

describe('createOutboundTransport', () => {
  test('reaches a receiver in a network that the operator allows', async () => {
    const { transport, url, server } = await startReceiver('202 Accepted', {})
    const sent = { method: 'POST', url, body: '{}' }
    expect(await readAll(transport, sent)).toMatchObject({ status: 202 })
    expect(server.received.join('')).toMatch(/^POST \/in HTTP\/1\.1\r\nhost: hooks\.acme\.example/)
  })

  test('reaches a loopback receiver in dev mode alone', async () => {
    const server = await startWireServer(whole('200 OK', {}, 'ok'))
    const url = `http://127.0.0.1:${server.port}/`
    const dev = createOutboundTransport({ dev: true })
    expect(await readAll(dev, { url })).toMatchObject({ text: 'ok' })
    expect(await codeOf(readAll(createOutboundTransport(), { url }))).toBe('outbound_url_scheme')
  })

  test.each(['https://169.254.169.254/latest/', 'https://0x7f.1/', 'https://[::ffff:10.0.0.1]/'])(
    'asks nothing of %s',
    async (url) => {
      expect(await codeOf(readAll(createOutboundTransport(), { url }))).toBe('outbound_url_private')
    },
  )

  test('says neither path nor query of a URL in an error', async () => {
    const url = 'https://169.254.169.254/services/SECRET?token=SECRET'
    const error = await readAll(createOutboundTransport(), { url }).catch((thrown) => thrown)
    expect(JSON.stringify(error)).not.toContain('SECRET')
  })
})
