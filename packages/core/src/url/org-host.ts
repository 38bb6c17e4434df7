/** @module Decides whether a host is an org's, and which origin it stands for. */

import { showHostile } from '../hostile.ts'
import { isAuth0Host, isPlaceholderLabel, oktaDomainOf, oktaSites } from './okta-hosts.ts'
import { type OrgUrlWarningCode, orgUrlError } from './org-error.ts'
import type { UrlParts } from './split.ts'

/** The origin a host stands for, with what was changed. */
export interface JudgedHost {
  readonly origin: string
  readonly warnings: readonly OrgUrlWarningCode[]
}

/** What {@link judgeHost} needs beside the URL. */
export interface HostContext {
  readonly customDomains: ReadonlySet<string>
  readonly dev: boolean
  /** Whether an error may name the host. */
  readonly mayName: boolean
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
// What is left when a URL is typed and not finished.
const NO_LABELS: ReadonlySet<string> = new Set(['http', 'https', 'okta', 'com', 'www'])
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Judges the host of an org URL: one label before an Okta domain, an allowed custom domain, or in dev mode this machine.
 *
 * @throws {OrgUrlError} for every other host, and for a scheme or port that an org does not have.
 */
export function judgeHost(parts: UrlParts, context: HostContext): JudgedHost {
  const { host, scheme, port } = parts
  const { customDomains, dev } = context
  const shown = context.mayName ? shownHost(host) : 'The host'
  if (dev && LOOPBACK_HOSTS.has(host)) return loopbackOrg(parts)
  if (isIpLiteral(host)) {
    throw orgUrlError('org_url_ip_literal', 'The host is an IP address or ends in a number.')
  }
  const isOwned = oktaDomainOf(host) !== undefined || isAuth0Host(host)
  const isCustom = customDomains.has(host) && host.includes('.') && !isOwned
  if (!isCustom && isPlaceholderLabel(host.split('.')[0] ?? '')) {
    throw orgUrlError(
      'org_url_placeholder',
      'The host still has a placeholder of a document in it.',
    )
  }
  if (scheme === 'http') throw orgUrlError('org_url_scheme', 'The text begins with http:.')
  if (port !== undefined && port !== 443) {
    throw orgUrlError('org_url_port', `The URL names port ${port}.`, { details: { port } })
  }
  const completed: OrgUrlWarningCode[] = scheme === undefined ? ['org_url_completed'] : []
  if (isCustom) {
    return { origin: `https://${host}`, warnings: [...completed, 'org_url_custom_domain'] }
  }
  const isLabelAlone = !host.includes('.') && host !== 'localhost'
  if (isLabelAlone && NO_LABELS.has(host)) {
    throw orgUrlError('org_url_malformed', 'The text is a part of a URL, not the name of an org.')
  }
  const judged = judgeOktaHost(isLabelAlone ? `${host}.okta.com` : host, shown)
  const added = isLabelAlone ? (['org_url_completed'] as const) : completed
  return { origin: judged.origin, warnings: [...added, ...judged.warnings] }
}

/** A host with at least two labels, or `localhost`, that must be one label before an Okta domain. */
function judgeOktaHost(host: string, shown: string): JudgedHost {
  const labels = host.split('.')
  if (isAuth0Host(host)) {
    throw orgUrlError('org_url_not_okta_domain', `${shown} is an Auth0 tenant, not an Okta org.`, {
      remedy:
        'Enter the URL of an Okta org: Auth0 is another product with its own API, and Postern does not connect to it.',
      details: { product: 'Auth0' },
    })
  }
  const domain = oktaDomainOf(host)
  if (domain === undefined) {
    if (isDoubledEnding(host)) throw orgUrlError('org_url_typo', `${shown} ends in .com twice.`)
    throw orgUrlError('org_url_not_okta_domain', `${shown} is not under an Okta domain.`)
  }
  if (labels.some((label) => label.startsWith('xn--'))) {
    throw orgUrlError(
      'org_url_non_ascii',
      `${shown} is punycode for characters that are not ASCII.`,
    )
  }
  if (host === domain) {
    throw orgUrlError('org_url_not_org', `${shown} is an Okta domain without an org's label.`)
  }
  const prefix = host.slice(0, -domain.length - 1)
  if (oktaDomainOf(prefix) !== undefined) {
    throw orgUrlError('org_url_typo', `${shown} has an Okta domain twice.`)
  }
  if (prefix.includes('.')) {
    throw orgUrlError(
      'org_url_bad_subdomain',
      `${shown} has ${labels.length - domain.split('.').length} labels before ${domain}.`,
    )
  }
  return judgeLabel(prefix, domain, shown)
}

function judgeLabel(prefix: string, domain: string, shown: string): JudgedHost {
  const label = prefix.replace(/-admin$/, '')
  if (oktaSites.has(label)) {
    throw orgUrlError('org_url_not_org', `${shown} is a site of Okta itself.`)
  }
  if (!LABEL.test(label) || label.endsWith('-admin')) {
    throw orgUrlError('org_url_bad_subdomain', `${shown} has no usable label before ${domain}.`)
  }
  // All are well-formed labels, so a value in the wrong field would become a host and go out in a DNS query.
  if (/^00[a-z0-9_-]{40}$/.test(label) || /^0oa[a-z0-9]{17}$/.test(label) || isRandom(label)) {
    throw orgUrlError('org_url_malformed', 'This looks like a token, a secret or a client ID.')
  }
  return {
    origin: `https://${label}.${domain}`,
    warnings: label === prefix ? [] : ['org_url_admin_removed'],
  }
}

/** Whether a label is one long word of letters and digits, as secrets are and names of orgs are not. */
function isRandom(label: string): boolean {
  return /^(?=.*[a-z])(?=.*[0-9])[a-z0-9]{32,}$/.test(label)
}

function loopbackOrg(parts: UrlParts): JudgedHost {
  const { scheme = 'http', host, port } = parts
  const isDefaultPort = port === undefined || port === (scheme === 'https' ? 443 : 80)
  return {
    origin: `${scheme}://${host}${isDefaultPort ? '' : `:${port}`}`,
    warnings: [
      ...(parts.scheme === undefined ? (['org_url_completed'] as const) : []),
      'org_url_dev_mode',
    ],
  }
}

/** WHATWG URL, "ends in a number": a host whose last label is a number is an IPv4 address to a resolver. */
function isIpLiteral(host: string): boolean {
  return host.startsWith('[') || /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(host)
}

function isDoubledEnding(host: string): boolean {
  const once = host.replace(/(?:\.?com){2,}$/, '.com').replace(/(?:\.?mil){2,}$/, '.mil')
  return once !== host && oktaDomainOf(once) !== undefined
}

/** A host as an error may name it. What is no host name may be anything that was pasted, and is not shown. */
function shownHost(host: string): string {
  const labels = host.split('.')
  const isName =
    host.length <= 100 && labels.every((label) => LABEL.test(label) && !isRandom(label))
  return isName ? `The host ${showHostile(host)}` : 'The host'
}
