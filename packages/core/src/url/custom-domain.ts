/** @module A custom domain of an org, as its operator allows it: one exact host. */

import { PosternError } from '../error.ts'
import { oktaDomainOf, oktaNames } from './okta-hosts.ts'
import { parseOrgUrl } from './org.ts'
import { splitUrl } from './split.ts'

/** What can be wrong with a custom domain, beside what can be wrong with any org URL. */
export type CustomDomainErrorCode = 'domain_malformed' | 'domain_of_okta' | 'domain_look_alike'

/** The text is not a host that can be allowed as a custom domain. */
export class CustomDomainError extends PosternError<CustomDomainErrorCode> {
  override readonly name = 'CustomDomainError'
}

const MAX_CHARACTERS = 253
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
// Below these, names are given out as they are below com: okta.co.uk is nobody's subdomain.
const SHARED_SECOND_LEVELS: ReadonlySet<string> = new Set(
  'ac co com edu gov mil net ne or org'.split(' '),
)

/**
 * Reads a custom domain: a host, or a URL of it. It is judged as the host of an org URL, as if it were allowed.
 *
 * @returns the host, in lower case and without a dot at its end.
 * @throws {OrgUrlError} for what is no https URL of a host: an IP address, characters that are not ASCII, a port.
 * @throws {CustomDomainError} `domain_of_okta` for what needs no permission; `domain_look_alike` for a host that a reader
 * takes for one of Okta's; `domain_malformed`.
 * @see Okta, "Customize domain and email address"
 */
export function parseCustomDomain(text: string): string {
  const trimmed = text.trim()
  // An empty text, too much of it, or several hosts are judged as they are in an org URL.
  if (trimmed === '' || trimmed.length > MAX_CHARACTERS * 2) parseOrgUrl(text)
  const { host } = splitUrl(trimmed)
  const { warnings } = parseOrgUrl(trimmed, { customDomains: [host] })
  if (!warnings.some(({ code }) => code === 'org_url_custom_domain')) {
    // S13: whatever was put in the place of a host is not said back.
    throw new CustomDomainError('domain_of_okta', "The host is under one of Okta's own domains.", {
      remedy: 'Use it as it is: only custom domains need to be allowed.',
    })
  }
  const labels = host.split('.')
  if (host.length > MAX_CHARACTERS || !labels.every((label) => LABEL.test(label))) {
    throw new CustomDomainError('domain_malformed', 'The text is not the name of a host.', {
      remedy: 'Give the host alone, as the browser shows it at sign-in, such as login.acme.com.',
    })
  }
  if (looksLikeOkta(labels)) {
    throw new CustomDomainError(
      'domain_look_alike',
      'The host looks like one of Okta, and is not.',
      {
        remedy: 'Check for a slip: a custom domain is under a domain of your own company.',
      },
    )
  }
  return host
}

/** `acme.okta.com.example.net`, `acme.okta.co`, `acme.okta.com.au` and names in other scripts that are written like it. */
function looksLikeOkta(labels: readonly string[]): boolean {
  if (labels.some((label) => label.startsWith('xn--'))) return true
  const holdsOktaDomain = labels.some(
    (_label, end) => oktaDomainOf(labels.slice(0, end + 1).join('.')) !== undefined,
  )
  const [second = '', third = ''] = [labels.at(-2), labels.at(-3)]
  const registered = SHARED_SECOND_LEVELS.has(second) ? third : second
  return holdsOktaDomain || oktaNames.has(registered)
}
