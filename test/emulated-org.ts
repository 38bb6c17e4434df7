/** @module An emulated org with the library's view of it: real HTTP, real signatures. */

import {
  type Authorizer,
  type Credential,
  importKey,
  Org,
  type OrgSettings,
  Secret,
  type ServiceAppCredential,
} from '@postern/core'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'

/** What a client of an org has of its own. */
export type ClientOptions = Partial<OrgSettings> & {
  readonly credential?: Credential
  readonly authorizer?: Authorizer
}

/** An org that answers, and clients of it. */
export interface EmulatedOrg {
  readonly running: RunningOrg
  /** The ready service app's credential. */
  readonly credential: ServiceAppCredential
  /** A client that signs in as the ready service app. */
  readonly app: Org
  /** A client that signs in with the first Super Admin's API token. */
  readonly admin: Org
  /** One more client. */
  client(options?: ClientOptions): Org
}

/** Starts an org that ends with the test. @param client - options of both clients. */
export async function emulatedOrg(
  options: StartOptions = {},
  client: ClientOptions = {},
): Promise<EmulatedOrg> {
  const running = await startOrg(options)
  onTestFinished(running.close)
  const credential: ServiceAppCredential = {
    kind: 'service-app',
    clientId: running.app.clientId,
    key: await importKey(JSON.stringify(running.app.key)),
    scopes: [...running.app.scopes],
  }
  const apiToken: Credential = { kind: 'api-token', apiToken: new Secret(running.adminToken) }
  const open = (more: ClientOptions & { readonly credential: Credential }) =>
    new Org({ url: running.url, dev: true, ...client, ...more })
  return {
    running,
    credential,
    app: open({ credential }),
    admin: open({ credential: apiToken }),
    client: (more = {}) => open({ credential, ...more }),
  }
}
