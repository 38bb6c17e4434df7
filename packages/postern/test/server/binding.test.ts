/** @module Where a server may listen, by flags. */

import { PosternError } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { type Binding, checkBinding } from '../../src/server/binding.ts'

const tls = { cert: 'CERT', key: 'KEY' }

describe('a server starts', () => {
  test.each<[string, Binding]>([
    ['without any flag', {}],
    ['on each name of this machine', { host: 'localhost' }],
    ['on another loopback address', { host: '127.1.2.3' }],
    ['on the loopback of IPv6', { host: '::1' }],
    ['with --dev on this machine', { dev: true }],
    ['elsewhere with TLS', { host: '0.0.0.0', tls }],
    ['elsewhere behind a proxy that speaks TLS', { host: '10.0.0.1', behindTlsProxy: true }],
    ['with a public URL', { publicUrl: 'https://postern.example.com' }],
    ['with a public URL of this machine', { publicUrl: 'http://localhost:8080' }],
    ['with origins that embed', { connectOrigins: ['https://a.example', 'http://localhost:3000'] }],
    ['with trusted proxies', { trustedProxies: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'] }],
  ])('%s', (_what, binding) => {
    expect(checkBinding(binding).host).toBe(binding.host ?? '127.0.0.1')
  })
})

describe('a server does not start', () => {
  test.each<[string, Binding, string]>([
    ['elsewhere without TLS', { host: '0.0.0.0' }, 'server_bind_unsafe'],
    ['on every address of IPv6 without TLS', { host: '::' }, 'server_bind_unsafe'],
    ['on a private address without TLS', { host: '192.168.1.2' }, 'server_bind_unsafe'],
    ['on a name, which could lead anywhere', { host: 'host.example' }, 'server_bind_unsafe'],
    ['with --dev elsewhere', { host: '0.0.0.0', dev: true }, 'server_bind_unsafe'],
    ['with --dev elsewhere, TLS or not', { host: '0.0.0.0', dev: true, tls }, 'server_bind_unsafe'],
    [
      'with --dev behind a proxy',
      { host: '10.0.0.1', dev: true, behindTlsProxy: true },
      'server_bind_unsafe',
    ],
    ['with a certificate alone', { tls: { cert: 'CERT' } }, 'server_tls_incomplete'],
    ['with a key alone', { tls: { key: 'KEY' } }, 'server_tls_incomplete'],
    [
      'with a public URL in clear',
      { publicUrl: 'http://postern.example.com' },
      'server_public_url',
    ],
    [
      'with a public URL that has a path',
      { publicUrl: 'https://a.example/b' },
      'server_public_url',
    ],
    ['with a public URL that is none', { publicUrl: 'postern' }, 'server_public_url'],
    ...[
      'http://a.example',
      'https://a.example/b',
      'https://a.example?b',
      'https://*.a.example',
      'https://user@a.example',
      'https://a.example https://b.example',
      "https://a.example'; script-src *",
      'ftp://a.example',
      'null',
      '*',
    ].map((origin): [string, Binding, string] => [
      `with ${origin} as the origin of a page`,
      { connectOrigins: [origin] },
      'server_connect_origin',
    ]),
    ['with a proxy that is no address', { trustedProxies: ['proxy'] }, 'server_trusted_proxy'],
  ])('%s', (_what, binding, code) => {
    expect(codeOf(() => checkBinding(binding))).toBe(code)
  })
})

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof PosternError ? error.code : 'other'
  }
}
