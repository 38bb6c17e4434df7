/** @module The URL of a receiver outside, as a person types it: judged before anything is sent there (S24). */

import { AddressGuard, type AddressGuardOptions, isLoopbackHost } from './address-guard.ts'
import { OutboundError, type OutboundErrorCode, schemeRefused } from './outbound-error.ts'

/** Options of {@link parseOutboundUrl}. */
export interface ParseOutboundUrlOptions {
  /** Allows a receiver on this machine, also over http. */
  readonly dev?: boolean | undefined
}

const MAX_CHARACTERS = 2_048
// Below it are services that are no web servers, and some of them understand more than they should.
const FIRST_FREE_PORT = 1_024

const remedies = {
  outbound_url_malformed: 'Enter a whole URL, for example https://hooks.acme.example/in.',
  outbound_url_userinfo: 'Take the credentials out of the URL and use the secret fields.',
  outbound_url_port: 'Use port 443, or a port from 1024 up.',
} as const satisfies Partial<Record<OutboundErrorCode, string>>

/**
 * Reads the URL of a receiver and gives it in its normal form, without a fragment.
 *
 * @throws {OutboundError} `outbound_url_malformed`, `outbound_url_scheme`, `outbound_url_userinfo`, `outbound_url_port`
 */
export function parseOutboundUrl(text: string, options: ParseOutboundUrlOptions = {}): string {
  const trimmed = text.trim()
  // The parser would take tabs and line breaks out and turn backslashes round, and read another URL than a person does.
  const isReadable = trimmed.length <= MAX_CHARACTERS && !/[\s\p{Cc}\\]/u.test(trimmed)
  if (!isReadable || !URL.canParse(trimmed)) {
    throw refused('outbound_url_malformed', 'The text is not a URL.')
  }
  const url = new URL(trimmed)
  const isLocal = options.dev === true && isLoopbackHost(url.hostname)
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) throw schemeRefused(url)
  if (url.username !== '' || url.password !== '') {
    throw refused('outbound_url_userinfo', 'The URL holds a user name or a password.')
  }
  if (url.port !== '' && Number(url.port) < FIRST_FREE_PORT && !isLocal) {
    throw refused('outbound_url_port', `The URL names port ${url.port}.`)
  }
  url.hash = ''
  return url.href
}

/**
 * Reads the URL of a receiver and asks where it leads, for a form that should refuse before anything is stored. The answer
 * holds for now: each connection asks again.
 *
 * @throws {OutboundError} as {@link parseOutboundUrl}, and `outbound_url_private`; a name that does not resolve rejects as
 * the resolver does.
 */
export async function checkOutboundUrl(
  text: string,
  options: ParseOutboundUrlOptions & Omit<AddressGuardOptions, 'mayBeLoopback'> = {},
): Promise<string> {
  const url = parseOutboundUrl(text, options)
  const guard = new AddressGuard({ ...options, mayBeLoopback: () => options.dev === true })
  await guard.addressesOf(new URL(url))
  return url
}

function refused(code: keyof typeof remedies, observed: string): OutboundError {
  return new OutboundError(code, observed, { remedy: remedies[code] })
}
