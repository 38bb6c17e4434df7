/** @module `postern domains`: the custom domains that are allowed. */

import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'
import { formatFields, printData, tell } from '../output.ts'
import { formatHeading, formatRows, layOut } from '../table.ts'

/** A domain as the API gives it. */
interface Domain {
  readonly host: string
  readonly createdAt: string
  readonly connections: readonly string[]
}

/** Allows a domain. */
export async function allow(
  host: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  const domain = await api.call<Domain>('POST', '/v1/domains', { host })
  await printData(domain, {
    format: options.output,
    text: () => formatFields([['Allowed', domain.host]]),
  })
}

/** Shows every domain that is allowed. */
export async function list(options: GlobalOptions, signal: AbortSignal): Promise<void> {
  await using api = await openApi(options, signal)
  const { domains } = await api.call<{ readonly domains: readonly Domain[] }>('GET', '/v1/domains')
  await printData(domains, { format: options.output, text: () => formatDomains(domains) })
}

/** Allows a domain no longer. */
export async function remove(
  host: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  await using api = await openApi(options, signal)
  await api.call('DELETE', `/v1/domains/${encodeURIComponent(host)}`)
  tell('It is allowed no longer.')
}

function formatDomains(domains: readonly Domain[]): string {
  if (domains.length === 0) return "None: only hosts under Okta's own domains are taken for orgs."
  const rows = domains.map(({ connections, ...rest }) => ({
    ...rest,
    connections: connections.join(', '),
  }))
  const layout = layOut(rows, ['host', 'connections'])
  return `${formatHeading(layout)}\n${formatRows(rows, layout)}`
}
