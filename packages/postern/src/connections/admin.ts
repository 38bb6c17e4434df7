/** @module Who changes an app in its org: an API token that is given for one request, or a stored connection. */

import { checkApiToken, Org, type OrgUrl, PosternError } from '@postern/core'
import type { AdminChoice } from './admin-choice.ts'
import type { ConnectionsContext } from './context.ts'
import type { OpenConnection } from './opened-connection.ts'

/** What can be wrong with an administrator's credential. */
export type AdminErrorCode = 'admin_missing' | 'admin_two_credentials' | 'admin_other_org'

/** An administrator's credential that cannot be used. */
class AdminError extends PosternError<AdminErrorCode> {
  override readonly name = 'AdminError'
}

/** The connections among which an administrator may be. */
interface StoredConnections {
  open(name: string): Promise<OpenConnection>
}

/** Opens the administrator's client; undefined where none is named. @throws {AdminError | CredentialError} */
export async function openAdmin(
  { connections, ...context }: ConnectionsContext & { readonly connections: StoredConnections },
  url: OrgUrl,
  { admin, adminToken }: AdminChoice,
): Promise<Org | undefined> {
  if (admin !== undefined && adminToken !== undefined) {
    throw new AdminError(
      'admin_two_credentials',
      'An admin connection and an API token are given.',
      {
        remedy: 'Give one of them.',
      },
    )
  }
  if (admin !== undefined) return openConnected(connections, url, admin)
  if (adminToken === undefined) return undefined
  const credential = { kind: 'api-token', apiToken: adminToken } as const
  checkApiToken(credential)
  const { openTransport, clock, dev, customDomains } = context
  return new Org({
    url,
    credential,
    transport: openTransport(url),
    clock,
    dev,
    customDomains: await customDomains(),
  })
}

async function openConnected(
  connections: StoredConnections,
  url: OrgUrl,
  name: string,
): Promise<Org> {
  const { org } = await connections.open(name)
  if (org.url === url) return org
  throw new AdminError(
    'admin_other_org',
    `The connection ${name} is to ${org.url}, not to ${url}.`,
    {
      remedy: `Name a connection to ${url} as the administrator.`,
      details: { admin: name },
    },
  )
}

/** The client of an administrator where one is needed. @throws {AdminError} `admin_missing` */
export async function requireAdmin(...args: Parameters<typeof openAdmin>): Promise<Org> {
  const admin = await openAdmin(...args)
  if (admin !== undefined) return admin
  throw new AdminError('admin_missing', 'There is nobody to change the org as.', {
    remedy:
      'Give an API token of a Super Admin, which is used once and not kept (--admin-token env:NAME), or name a connection that may (--admin NAME).',
  })
}
