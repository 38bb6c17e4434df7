/** @module Where a server may listen: on this machine; elsewhere only behind TLS. And whose pages may embed one of its own. */

import { isIP } from 'node:net'
import { PosternError } from '@postern/core'
import ipaddr from 'ipaddr.js'
import { type Network, parseNetwork } from './caller-address.ts'

/** What can be wrong with where a server is to listen. */
export type BindingErrorCode =
  | 'server_bind_unsafe'
  | 'server_tls_incomplete'
  | 'server_public_url'
  | 'server_trusted_proxy'
  | 'server_connect_origin'

/** A server that does not start, because it would listen where it must not. */
class BindingError extends PosternError<BindingErrorCode> {
  override readonly name = 'BindingError'
}

/** Where a server is to listen, and what stands before it. */
export interface Binding {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** PEM texts. */
  readonly tls?:
    | { readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined
  /** Whether a proxy in front speaks TLS for this server. */
  readonly behindTlsProxy?: boolean | undefined
  /** How others reach it, where that is not by its address. */
  readonly publicUrl?: string | undefined
  /** Proxies whose `X-Forwarded-For` is believed: addresses, or networks in CIDR notation. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined
  /** The origins of pages that may embed the Connect page and hear from it. Default: none. */
  readonly connectOrigins?: readonly string[] | undefined
  /** Whether orgs on this machine are taken. */
  readonly dev?: boolean | undefined
}

/** A binding that was judged. */
export interface CheckedBinding {
  readonly host: string
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly publicUrl: URL | undefined
  readonly trustedProxies: readonly Network[]
  /** As browsers write them. */
  readonly connectOrigins: readonly string[]
}

/** @throws {BindingError} `server_bind_unsafe`, `server_tls_incomplete`, `server_public_url`, `server_trusted_proxy`, `server_connect_origin` */
export function checkBinding(binding: Binding): CheckedBinding {
  const { host = '127.0.0.1', behindTlsProxy = false, dev = false } = binding
  const tls = checkTls(binding.tls)
  const publicUrl = checkPublicUrl(binding.publicUrl)
  const trustedProxies = (binding.trustedProxies ?? []).map(checkTrustedProxy)
  const connectOrigins = [...new Set((binding.connectOrigins ?? []).map(checkConnectOrigin))]
  const checked = { host, tls, publicUrl, trustedProxies, connectOrigins }
  if (isLoopback(host)) return checked
  if (dev)
    throw new BindingError('server_bind_unsafe', `--dev with --host ${host} would let others in.`, {
      remedy: 'Leave --host out, or --dev.',
      details: { host },
    })
  if (tls === undefined && !behindTlsProxy)
    throw new BindingError(
      'server_bind_unsafe',
      `On ${host} access keys and tokens would travel unencrypted.`,
      {
        remedy:
          'Give --tls-cert and --tls-key; or --behind-tls-proxy where a proxy in front speaks TLS; or leave --host out.',
        details: { host },
      },
    )
  return checked
}

function checkTls({ cert, key }: NonNullable<Binding['tls']> = {}): CheckedBinding['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert === undefined && key === undefined) return undefined
  const [has, lacks] = cert === undefined ? ['key', 'cert'] : ['cert', 'key']
  throw new BindingError('server_tls_incomplete', `There is --tls-${has} and no --tls-${lacks}.`, {
    remedy: `Give --tls-${lacks} too.`,
  })
}

function checkPublicUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined
  const url = parseOrigin(text)
  if (url !== undefined) return url
  throw new BindingError('server_public_url', '--public-url is no https URL of a host alone.', {
    remedy: 'Give it as others write it, without a path: https://postern.example.com.',
  })
}

/** An origin: https, or http of this machine; undefined for everything else. */
function parseOrigin(text: string): URL | undefined {
  const url = URL.parse(text)
  if (url === null || `${url.origin}/` !== url.href) return undefined
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  return isSafe ? url : undefined
}

/** A host with `*` is one to URLs, and every host of a domain to a browser. */
function checkConnectOrigin(text: string): string {
  const url = parseOrigin(text)
  if (url !== undefined && /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])$/.test(url.hostname)) return url.origin
  throw new BindingError(
    'server_connect_origin',
    '--connect-origin is no https origin of one host.',
    {
      remedy:
        'Give it as a browser shows it, without a path: https://portal.example.com; http is for this machine alone.',
    },
  )
}

function checkTrustedProxy(text: string): Network {
  const network = parseNetwork(text)
  if (network !== undefined) return network
  throw new BindingError('server_trusted_proxy', 'A trusted proxy is no address and no network.', {
    remedy: 'Name each as an address or in CIDR notation: 10.0.0.7, 10.0.0.0/8.',
  })
}

/** Whether what listens there is reached from this machine alone. A name could lead anywhere, but for this one. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) === 0 || !ipaddr.isValid(bare)) return bare.toLowerCase() === 'localhost'
  return ipaddr.process(bare).range() === 'loopback'
}
