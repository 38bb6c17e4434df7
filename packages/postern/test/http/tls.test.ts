import tls, { type TLSSocket } from 'node:tls'
import { Org, Secret } from '@postern/core'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  createAuthority,
  createSelfSigned,
  type TestCertificate,
} from '../../../../test/certificates.ts'
import { TlsSessions } from '../../src/http/tls-sessions.ts'
import { createTransport, type TransportOptions } from '../../src/http/transport.ts'
import { createPlace } from '../cli/run.ts'
import { readAll, startWireServer, whole } from './wire.ts'

const authority = createAuthority()
const hello = whole('200 OK', { 'content-type': 'application/json' }, '{}')

/** What a request to a server with this certificate ends in. */
async function ask(certificate: TestCertificate, options: TransportOptions = {}): Promise<unknown> {
  const server = await startWireServer(hello, certificate)
  const transport = createTransport({ loopbackOrigins: new Set([server.origin]), ...options })
  const org = new Org({
    url: server.origin,
    dev: true,
    credential: { kind: 'api-token', apiToken: new Secret(`00TEST${'0'.repeat(36)}`) },
    transport,
  })
  const asked = org.request({ path: '/api/v1/org', maxAttempts: 1 })
  const outcome = await asked.then(
    ({ status }) => status,
    ({ code, details }) => ({ code, reason: details.reason }),
  )
  return { outcome, received: server.received.join('') }
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a TLS connection (S25)', () => {
  test('to a server whose authority is named as an extra one is accepted', async () => {
    const certificate = authority.issue({ hosts: ['localhost'] })
    expect(await ask(certificate, { extraCa: authority.cert })).toMatchObject({ outcome: 200 })
  })

  test.each([
    ['signed by itself', createSelfSigned({ hosts: ['localhost'] }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'of an authority that is not trusted',
      createAuthority('TEST stranger').issue({ hosts: ['localhost'] }),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'that has expired',
      authority.issue({ hosts: ['localhost'], validity: 'expired' }),
      'CERT_HAS_EXPIRED',
    ],
    [
      'for another name',
      authority.issue({ hosts: ['acme.okta.com'] }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])(
    'to a server with a certificate %s ends in tls_error, and nothing is sent',
    async (_, certificate, reason) => {
      expect(await ask(certificate, { extraCa: authority.cert })).toEqual({
        outcome: { code: 'tls_error', reason },
        received: '',
      })
    },
  )

  test('is verified although NODE_TLS_REJECT_UNAUTHORIZED is 0', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const certificate = createSelfSigned({ hosts: ['localhost'] })
    expect(await ask(certificate)).toMatchObject({ outcome: { code: 'tls_error' }, received: '' })
  })

  test('to a server that speaks TLS 1.1 at most is refused, whatever the defaults of the process', async () => {
    const { DEFAULT_CIPHERS, DEFAULT_MIN_VERSION } = tls
    onTestFinished(() => {
      Object.assign(tls, { DEFAULT_CIPHERS, DEFAULT_MIN_VERSION })
    })
    Object.assign(tls, { DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0', DEFAULT_MIN_VERSION: 'TLSv1' })
    const server = await startWireServer(hello, {
      ...authority.issue({ hosts: ['localhost'] }),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const transport = createTransport({
      loopbackOrigins: new Set([server.origin]),
      extraCa: authority.cert,
    })
    await expect(readAll(transport, { url: server.origin })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ERR_SSL|EPROTO|ECONNRESET)/),
    })
    expect(server.received.join('')).toBe('')
  })
})

describe('a TLS session', () => {
  /** Asks a server several times, each time over a new connection. @returns which of them went on with a session */
  async function askAnew(options: tls.TlsOptions): Promise<readonly unknown[]> {
    const resumed: boolean[] = []
    const { origin } = await startWireServer(
      (socket) => {
        resumed.push((socket as TLSSocket).isSessionReused())
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
      },
      { ...authority.issue({ hosts: ['localhost'] }), ...options },
    )
    const loopbackOrigins = new Set([origin])
    const transport = createTransport({ loopbackOrigins, extraCa: authority.cert })
    for (let times = 1; times <= 3; times++) {
      await readAll(transport, { url: origin })
      // What frees the connection comes behind the answer.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return resumed
  }

  test.each(['TLSv1.3', 'TLSv1.2'] as const)(
    'of %s is gone on with by the next connection to the same server',
    async (maxVersion) => {
      expect(await askAnew({ maxVersion })).toEqual([false, true, true])
    },
  )

  test('is gone on with for an hour at most after the certificate was seen', () => {
    let nowMs = 0
    const sessions = new TlsSessions(() => nowMs)
    const [first, second] = [Buffer.from('first'), Buffer.from('second')]
    const validForMs = 86_400_000
    sessions.keep('https://acme.okta.com', first, { isResumed: false, validForMs })
    nowMs = 1_800_000
    sessions.keep('https://acme.okta.com', second, { isResumed: true, validForMs })
    nowMs = 3_599_999
    const kept = sessions.of('https://acme.okta.com')
    // Alone in its memory: what came is a piece of a larger one.
    expect([kept, kept?.buffer.byteLength]).toEqual([second, second.length])
    expect(sessions.of('https://acme.okta.com:8443')).toBeUndefined()
    expect(sessions.of('https://acme.oktapreview.com')).toBeUndefined()
    nowMs = 3_600_000
    expect(sessions.of('https://acme.okta.com')).toBeUndefined()
    // Of a connection that was made with it before.
    sessions.keep('https://acme.okta.com', second, { isResumed: true, validForMs })
    expect(sessions.of('https://acme.okta.com')).toBeUndefined()
  })

  test('is gone on with no longer than the certificate holds', async () => {
    const certificate = authority.issue({ hosts: ['localhost'] })
    // The handshake goes by another clock, and finds it valid.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7_200_000 })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    expect(await askAnew(certificate)).toEqual([false, false, false])
  })

  test('is not gone on with by who trusts other authorities', async () => {
    const { origin } = await startWireServer(hello, authority.issue({ hosts: ['localhost'] }))
    const loopbackOrigins = new Set([origin])
    await readAll(createTransport({ loopbackOrigins, extraCa: authority.cert }), { url: origin })
    const other = createTransport({ loopbackOrigins })
    await expect(readAll(other, { url: origin })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
  })

  test('of a server whose certificate is refused is not kept', async () => {
    const { origin, received } = await startWireServer(
      hello,
      createSelfSigned({ hosts: ['localhost'] }),
    )
    const loopbackOrigins = new Set([origin])
    const transport = createTransport({ loopbackOrigins, extraCa: authority.cert })
    for (let times = 1; times <= 3; times++) {
      const asked = readAll(transport, { url: origin })
      await expect(asked).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    }
    expect(received.join('')).toBe('')
  })
})

describe('postern', () => {
  test('refuses to start while NODE_TLS_REJECT_UNAUTHORIZED is 0', async () => {
    const place = createPlace()
    const { code, stdout, stderr } = await place.run(['keys', 'inspect', '-'], {
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    })
    place.remove()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('config_tls_verification_off')
  })
})
