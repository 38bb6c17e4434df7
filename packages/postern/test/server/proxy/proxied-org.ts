/** @module An emulated org, or a scripted one, behind the proxy of a served app. */

import { connect, type Socket } from 'node:net'
import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import {
  type Script,
  type ScriptedRequest,
  startScriptedServer,
} from '../../../../../test/scripted-server.ts'
import { openTestSeal } from '../../../../../test/test-seal.ts'
import { type AccessRule, callMethods } from '../../../src/config/access-rules.ts'
import type { Seal } from '../../../src/store/seal.ts'
import type { Store } from '../../../src/store/store.ts'
import { type ServedApp, type ServeOptions, serveApp } from '../served-app.ts'

/** Every call of every path. */
export const anyCall: AccessRule = {
  connections: ['*'],
  verbs: ['proxy'],
  methods: [...callMethods],
  paths: ['/'],
}

/** A served app with a connection `acme`. */
export interface ProxiedOrg<Name extends string> extends ServedApp<Name> {
  /** Where the org's root is, through the proxy. */
  readonly proxy: string
}

/** A scripted server behind the proxy. */
export interface ScriptedOrg {
  readonly orgUrl: string
  /** What it was asked since it was connected. */
  readonly requests: readonly ScriptedRequest[]
}

/** What signs in to a scripted server. TEST TOKEN. */
export const scriptedApiToken = `00${'TestToken0'.repeat(4)}`

type Options<Name extends string> = Omit<ServeOptions<Name>, 'store'>

/** Serves the app over a store, with an emulated org connected as `acme`. */
export async function proxiedOrg<Name extends string>(
  store: Store,
  { org: startOptions, ...options }: Options<Name> & { readonly org?: StartOptions } = {},
): Promise<ProxiedOrg<Name> & { readonly running: RunningOrg }> {
  const running = await startOrg({ keyType: 'EC', ...startOptions })
  onTestFinished(running.close)
  const app = await serve(store, options)
  const { clientId, key, scopes } = running.app
  await connectAs(app, { orgUrl: running.url, clientId, key: JSON.stringify(key), scopes })
  return { ...app, proxy: `${app.url}/v1/connections/acme/proxy`, running }
}

/**
 * Serves the app over a store, with a scripted server connected as `acme` by an API token. The script is asked, and requests
 * are counted, from then on.
 */
export async function proxiedScript<Name extends string>(
  store: Store,
  script: Script,
  { onRequest, ...options }: Options<Name> & { readonly onRequest?: () => Promise<void> } = {},
): Promise<ProxiedOrg<Name> & ScriptedOrg> {
  let before: number | undefined
  const server = await startScriptedServer(
    (request, number) => (before === undefined ? { body: [] } : script(request, number - before)),
    { onRequest: async () => (before === undefined ? undefined : onRequest?.()) },
  )
  onTestFinished(server.close)
  const proxied = await proxiedServer(store, server.orgUrl, options)
  const connected = server.requests.length
  before = connected
  return {
    ...proxied,
    orgUrl: server.orgUrl,
    get requests() {
      return server.requests.slice(connected)
    },
  }
}

/** Serves the app over a store, with any server connected as `acme` by an API token. */
export async function proxiedServer<Name extends string>(
  store: Store,
  orgUrl: string,
  options: Options<Name> = {},
): Promise<ProxiedOrg<Name>> {
  const app = await serve(store, options)
  await connectAs(app, { orgUrl, apiToken: scriptedApiToken })
  return { ...app, proxy: `${app.url}/v1/connections/acme/proxy` }
}

async function serve<Name extends string>(
  store: Store,
  { services, ...options }: Options<Name>,
): Promise<ServedApp<Name>> {
  const seal = await sealOf(store)
  return serveApp({ store, ...options, services: { ...services, seal } })
}

const seals = new WeakMap<Store, Promise<Seal>>()

/** One for each store: what sealed it opens it. */
function sealOf(store: Store): Promise<Seal> {
  const seal = seals.get(store) ?? openTestSeal(store)
  seals.set(store, seal)
  return seal
}

async function connectAs({ send, services }: ServedApp, body: object): Promise<void> {
  onTestFinished(async () => {
    await services.connections.remove('acme', { actor: 'local' }).catch(() => undefined)
  })
  const { status, text } = await send('POST', '/v1/connections', {
    body: { name: 'acme', force: true, ...body },
  })
  if (status !== 201) throw new Error(`the org was not connected: ${text}`)
}

/** A bare connection to a server. */
export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  return socket
}
