/** @module The names under which an org is reached: its own URL and that of its custom domain. */

import type { ApiRequest } from '../http/request.ts'
import type { Org } from '../state/org.ts'

/** The URL of an org's custom domain, which the same server answers for; undefined without one. */
export function customDomainUrl({ customDomain, url }: Org): string | undefined {
  if (customDomain === undefined || !URL.canParse(url)) return undefined
  const { protocol, port } = new URL(url)
  const hasPort = port === '' || customDomain.includes(':')
  return `${protocol}//${customDomain}${hasPort ? '' : `:${port}`}`
}

/** The URL that names the org to whoever sends a request: that of the custom domain, where it came that way. */
export function orgUrlFor({ org, host }: Pick<ApiRequest, 'org' | 'host'>): string {
  const custom = customDomainUrl(org)
  return custom !== undefined && new URL(custom).host === host.toLowerCase() ? custom : org.url
}
