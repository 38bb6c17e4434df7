/** @module Recognises a text that names several orgs where one is wanted. */

import { oktaDomainOf } from './okta-hosts.ts'

/**
 * Whether a text lists two orgs or more: URLs or hosts between spaces, line breaks, commas, semicolons or bars.
 *
 * A URL broken by a space or a line break is not a list: only one piece of it, or none, names an org.
 */
export function namesSeveralOrgs(text: string, customDomains: ReadonlySet<string>): boolean {
  const pieces = text.split(/[\s,;|]+/).filter((piece) => piece !== '')
  if (pieces.length < 2) return false
  if (pieces.filter((piece) => namesAnOrg(piece, customDomains)).length > 1) return true
  // `acme, beta`: labels alone, and nothing that could be the path of one URL.
  const hosts = pieces.map((piece) => piece.replace(/^https?:\/\//i, '').replace(/\/+$/, ''))
  return /[,;|]/.test(text) && hosts.every((host) => /^[a-z0-9][a-z0-9.-]*$/i.test(host))
}

function namesAnOrg(piece: string, customDomains: ReadonlySet<string>): boolean {
  const [, scheme, authority = ''] = /^(https?:\/\/)?([^/?#:]*)/i.exec(piece) ?? []
  const host = authority.toLowerCase().replace(/\.$/, '')
  if (!/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(host)) return false
  const domain = oktaDomainOf(host)
  if (domain !== undefined) return host !== domain
  return customDomains.has(host) || (scheme !== undefined && /\.[a-z]{2,}$/.test(host))
}
