/** @module Cuts a pasted URL into scheme, host, port and rest, and refuses what is no single URL. */

import { orgUrlError } from './org-error.ts'

/** A pasted URL in parts. Every part is ASCII. */
export interface UrlParts {
  readonly scheme: 'https' | 'http' | undefined
  /** Lower case, without the trailing dot of a full name; an IPv6 address keeps its brackets. */
  readonly host: string
  readonly port: number | undefined
  /** Everything after the authority, beginning with its `/`, `?` or `#`. */
  readonly rest: string
}

// WHATWG's parser is not used on purpose: it drops tabs and newlines, decodes %, reads 0x7f.1 as an address and mends
// missing slashes, so what a person sees would not be what is judged.
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):([\s\S]*)$/
const BARE_IPV6 = /^[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*$/i
const BRACKETED_IPV6 = /^(\[[0-9a-f:.]*(?:%[^\]]*)?\])(?::([0-9]*))?$/i
const UNFILLED =
  /\$\{?[A-Za-z_]|\{\{?\s*[A-Za-z_][\w .-]*\}|<[A-Za-z][\w -]*>|\[[A-Za-z][\w -]*\](?!\()|%[A-Za-z_]{4,}%|%7b/i
const SHOWN_SCHEMES: ReadonlySet<string> = new Set(
  'http ftp ftps sftp ssh ws wss ldap ldaps file javascript data mailto tel blob about'.split(' '),
)
const OPAQUE_SCHEMES: ReadonlySet<string> = new Set(
  'javascript data mailto tel blob about'.split(' '),
)

/**
 * Cuts a trimmed text that is not empty.
 *
 * @throws {OrgUrlError} where the text is no URL, names several, or has user information.
 */
export function splitUrl(text: string): UrlParts {
  if (BARE_IPV6.test(text))
    return { scheme: undefined, host: `[${text}]`, port: undefined, rest: '' }
  const { scheme, remainder } = splitScheme(text)
  const end = remainder.search(/[/?#\\]/)
  const authority = end === -1 ? remainder : remainder.slice(0, end)
  const rest = end === -1 ? '' : remainder.slice(end)
  if (UNFILLED.test(authority)) {
    throw orgUrlError(
      'org_url_placeholder',
      'The host still has a placeholder of a document in it.',
    )
  }
  if (/[\s\p{Cc}]/u.test(text)) {
    throw orgUrlError(
      'org_url_malformed',
      'The text has a space, a line break or a control character inside.',
    )
  }
  if (isDoubled(authority, rest)) {
    throw orgUrlError('org_url_typo', 'The scheme appears twice.')
  }
  if (authority.includes('@')) throw userInformation()
  if (rest.includes('\\')) {
    throw orgUrlError('org_url_malformed', 'The text has a backslash, which no URL has.')
  }
  return { scheme, ...splitAuthority(authority), rest }
}

/** The scheme, if there is one, and what follows `//`. A host with a port (`acme.okta.com:443`) has no scheme. */
function splitScheme(text: string): { scheme: UrlParts['scheme']; remainder: string } {
  const [, name, tail] = SCHEME.exec(text) ?? []
  if (name === undefined || tail === undefined) {
    return { scheme: undefined, remainder: text.startsWith('//') ? text.slice(2) : text }
  }
  const scheme = name.toLowerCase()
  if (scheme === 'https' || scheme === 'http') {
    if (/^(?:\/\/)?https?(?::|\/\/)/i.test(tail)) {
      throw orgUrlError('org_url_typo', 'The scheme appears twice.')
    }
    if (tail.startsWith('//')) return { scheme, remainder: tail.slice(2) }
    throw orgUrlError('org_url_malformed', `${scheme}: is not followed by two slashes.`)
  }
  if (/^(?:https?)+$/.test(scheme)) throw orgUrlError('org_url_typo', 'The scheme appears twice.')
  const isHostAndPort = /^[0-9]*(?:[/?#\\]|$)/.test(tail) && !tail.startsWith('//')
  if (isHostAndPort) return { scheme: undefined, remainder: text }
  if (!OPAQUE_SCHEMES.has(scheme) && !tail.startsWith('//') && /^[^/?#\\]*@/.test(tail)) {
    throw userInformation()
  }
  if (scheme.includes('.')) {
    throw orgUrlError('org_url_malformed', 'The colon is followed by something that is no port.')
  }
  const shown = SHOWN_SCHEMES.has(scheme) ? `${scheme}:` : 'another scheme than https:'
  throw orgUrlError('org_url_scheme', `The text begins with ${shown}.`)
}

function isDoubled(authority: string, rest: string): boolean {
  if (/^\/+https?:/i.test(rest)) return true
  return rest.startsWith('//') && /^[a-z0-9._-]*https?:?$/i.test(authority)
}

function splitAuthority(authority: string): { host: string; port: number | undefined } {
  const [, address, addressPort] = BRACKETED_IPV6.exec(authority) ?? []
  if (address !== undefined) return { host: address.toLowerCase(), port: parsePort(addressPort) }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the end of ASCII is meant.
  if (/[^\x00-\x7f]/.test(authority)) {
    throw orgUrlError('org_url_non_ascii', 'The host has a character that is not ASCII.')
  }
  if (BARE_IPV6.test(authority)) return { host: `[${authority}]`, port: undefined }
  const [, name, port] = /^([A-Za-z0-9._*-]+)(?::([0-9]*))?$/.exec(authority) ?? []
  if (name === undefined) {
    throw orgUrlError(
      'org_url_malformed',
      authority === '' ? 'There is no host.' : 'The host has a character that no host name has.',
    )
  }
  const host = name.toLowerCase().replace(/\.$/, '')
  if (host.split('.').includes('')) {
    throw orgUrlError('org_url_malformed', 'The host has a dot with nothing before or after it.')
  }
  return { host, port: parsePort(port) }
}

function parsePort(digits: string | undefined): number | undefined {
  if (digits === undefined || digits === '') return undefined
  const port = Number(digits)
  if (port >= 1 && port <= 65_535) return port
  throw orgUrlError('org_url_port', 'The port is not between 1 and 65535.')
}

function userInformation(): Error {
  return orgUrlError('org_url_userinfo', 'There is something before an @ in front of the host.')
}
