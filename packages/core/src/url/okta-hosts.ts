/** @module The hosts that Okta owns: the domains orgs live under, and the names there that are no org. */

/**
 * The domains an org's one label stands before, without a leading dot.
 *
 * @see Okta, "Find your Okta domain" - production, preview and EMEA
 * @see okta/okta-sdk-python, `okta/config/config_validator.py` - government, DoD and their test domains
 */
const oktaDomains: readonly string[] = [
  'okta.com',
  'oktapreview.com',
  'okta-emea.com',
  'okta-gov.com',
  'okta.mil',
  'okta-miltest.com',
  'trex-govcloud.com',
]

/** What Okta's domains are called, whatever they end in: `okta`, `oktapreview`. */
export const oktaNames: ReadonlySet<string> = new Set(
  oktaDomains.map((domain) => domain.split('.')[0] ?? ''),
)

/** Labels before an Okta domain that are Okta's own sites. */
export const oktaSites: ReadonlySet<string> = new Set([
  'admin',
  'blog',
  'devforum',
  'developer',
  'developers',
  'feedback',
  'help',
  'investor',
  'login',
  'oinmanager',
  'sec',
  'signin',
  'status',
  'support',
  'training',
  'trust',
  'www',
])

/** Domains of Auth0: Okta's product for customer identity, with another API and other credentials. */
const auth0Domains: readonly string[] = ['auth0.com', 'auth0app.com', 'auth0c.com']

/** What documentation writes where a reader's own host belongs, in lower case and without punctuation. */
const placeholderLabels: ReadonlySet<string> = new Set([
  'yourokta',
  'youroktadomain',
  'youroktaorg',
  'youroktaorgurl',
  'youroktainstance',
  'youroktasubdomain',
  'youroktatenant',
  'youroktaurl',
  'yourcompany',
  'yourcompanyname',
  'yourdomain',
  'yourinstance',
  'yourorg',
  'yourorganization',
  'yourorgname',
  'yourorgurl',
  'yoursubdomain',
  'yourtenant',
  'oktadomain',
  'oktaorgurl',
  'orgurl',
  'subdomain',
  'null',
  'undefined',
])

/** The Okta domain that a host is, or is under; undefined for any other host. */
export function oktaDomainOf(host: string): string | undefined {
  return oktaDomains.find((domain) => host === domain || host.endsWith(`.${domain}`))
}

/** Whether a host is Auth0's or a tenant there. */
export function isAuth0Host(host: string): boolean {
  return auth0Domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}

/** Whether a label is what documentation writes in place of a reader's own: `your-org`, `dev-xxxxxx`. */
export function isPlaceholderLabel(label: string): boolean {
  const word = label.toLowerCase().replace(/[^a-z0-9]/g, '')
  return (
    placeholderLabels.has(word.replace(/admin$/, '')) ||
    /^(?:dev|trial|integrator)x{4,}$/.test(word)
  )
}
