/** @module An org with a connection that is kept, and the app over it, for tests of the tools. */

import { type OrgStartOptions, type RunningOrg, startOrg } from '@postern/emulator'
import type { TestStore } from '../../../../../test/stores.ts'
import { openTestSeal } from '../../../../../test/test-seal.ts'
import type { AccessRule } from '../../../src/config/access-rules.ts'
import type { Seal } from '../../../src/store/seal.ts'
import { openEmbedded, type ServedApp, serveApp } from '../served-app.ts'

/** What stays for all tests of a file. */
export interface Desk {
  readonly kept: TestStore
  readonly seal: Seal
  readonly org: RunningOrg
  close(): Promise<void>
}

/** The rule of an agent that reads. */
export const reading: AccessRule = { connections: ['acme'], verbs: ['read', 'act', 'proxy'] }

/** Starts an org and a store. */
export async function openDesk(options: OrgStartOptions = {}): Promise<Desk> {
  const kept = await openEmbedded()
  const seal = await openTestSeal(kept.store)
  const org = await startOrg({ keyType: 'EC', users: 30, edition: 'unlimited', ...options })
  return {
    kept,
    seal,
    org,
    close: async () => {
      await org.close()
      await kept.close()
    },
  }
}

/** Serves the app until the test ends, with connections of these names to the org. */
export async function serveDesk<Name extends string>(
  { kept, seal, org }: Desk,
  keys: Readonly<Record<Name, readonly AccessRule[]>>,
  connections: Readonly<Record<string, readonly string[]>> = { acme: org.app.scopes },
): Promise<ServedApp<Name>> {
  const app = await serveApp({ store: kept.store, services: { seal }, keys })
  const known = (await app.services.connections.list()).map(({ name }) => name)
  for (const [name, scopes] of Object.entries(connections)) {
    if (known.includes(name)) continue
    const key = JSON.stringify(org.app.key)
    const body = { name, orgUrl: org.url, clientId: org.app.clientId, key, scopes, force: true }
    const { status, text } = await app.send('POST', '/v1/connections', { body })
    if (status !== 201) throw new Error(text)
  }
  return app
}

/** Sends a request to an org as its Super Admin. */
export async function asAdmin<Answer = Record<string, unknown>>(
  { org }: Desk,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const answer = await fetch(org.url + path, {
    method,
    headers: { authorization: `SSWS ${org.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status} ${text}`)
  return text === '' ? (undefined as Answer) : JSON.parse(text)
}
