/** @module An org's URL: from what a person types or copies to one canonical origin. */

import type { Warning } from '../error.ts'
import { type OrgUrlWarningCode, orgUrlError, orgUrlWarning } from './org-error.ts'
import { judgeHost } from './org-host.ts'
import { namesSeveralOrgs } from './several.ts'
import { splitUrl } from './split.ts'

declare const orgUrlBrand: unique symbol

/** The canonical origin of an org: `https://acme.okta.com`, without a slash at its end. Made by {@link parseOrgUrl} alone. */
export type OrgUrl = string & { readonly [orgUrlBrand]: true }

/** Options of {@link parseOrgUrl}. */
export interface ParseOrgUrlOptions {
  /** Hosts that the operator allowed as custom domains, for example `login.acme.com`. */
  readonly customDomains?: readonly string[]
  /** Allows a loopback org, also over http: the emulator. */
  readonly dev?: boolean
}

/** An accepted org URL, with what was changed in the text. */
export interface ParsedOrgUrl {
  readonly org: OrgUrl
  readonly warnings: readonly Warning<OrgUrlWarningCode>[]
}

const MAX_CHARACTERS = 2_048
const CUSTOM_AUTHORIZATION_SERVER = /^\/oauth2\/(?!v1(?:[/?#]|$)|\.)[^/?#]/i

/**
 * Reads an org URL as people have it at hand: the subdomain alone, a host, the Admin Console's address, an issuer.
 *
 * The host decides: one label before an Okta domain, a custom domain the operator allowed, or with `dev` this machine.
 *
 * @throws {OrgUrlError} with an `org_url_*` code; neither message nor details repeat user information.
 * @see Okta, "Find your Okta domain"
 *
 * @example
 * parseOrgUrl('https://acme-admin.okta.com/admin/dashboard').org // 'https://acme.okta.com'
 */
export function parseOrgUrl(text: string, options: ParseOrgUrlOptions = {}): ParsedOrgUrl {
  if (!/\S/.test(text)) throw orgUrlError('org_url_empty', 'There is no text.')
  if (text.length > MAX_CHARACTERS) {
    throw orgUrlError('org_url_malformed', `The text has ${text.length} characters.`, {
      details: { maxCharacters: MAX_CHARACTERS },
    })
  }
  const trimmed = text.trim()
  const customDomains = new Set(options.customDomains?.map(normalHost))
  if (namesSeveralOrgs(trimmed, customDomains)) {
    throw orgUrlError('org_url_multiple', 'The text names more than one org.')
  }
  const parts = splitUrl(trimmed)
  const { origin, warnings } = judgeHost(parts, {
    customDomains,
    dev: options.dev === true,
    // S13: a text that is nothing but the host is not said back.
    mayName: normalHost(trimmed) !== parts.host,
  })
  return {
    org: origin as OrgUrl,
    warnings: [...warnings, ...restWarnings(parts.rest)].map(orgUrlWarning),
  }
}

/**
 * Refuses an origin that {@link parseOrgUrl} cannot have made: a type that was asserted, or plain JavaScript.
 *
 * @throws {OrgUrlError} `org_url_malformed`
 */
export function requireOrgUrl(org: OrgUrl): void {
  const url = URL.canParse(org) ? new URL(org) : undefined
  const isSafe = /^(?:https:|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|$))/.test(org)
  if (url?.origin === org && isSafe) return
  throw orgUrlError('org_url_malformed', 'The org is not an origin that parseOrgUrl gave.')
}

function restWarnings(rest: string): OrgUrlWarningCode[] {
  if (/^\/*$/.test(rest)) return []
  return CUSTOM_AUTHORIZATION_SERVER.test(rest)
    ? ['org_url_path_removed', 'org_url_custom_as']
    : ['org_url_path_removed']
}

function normalHost(text: string): string {
  return text.trim().toLowerCase().replace(/\.$/, '')
}
