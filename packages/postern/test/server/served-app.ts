/** @module The app, served on a free port of loopback over a store, with access keys of known rules. */

import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { testKeySource } from '../../../../test/test-seal.ts'
import type { AccessRule } from '../../src/config/access-rules.ts'
import { openLog } from '../../src/log.ts'
import { type App, type AppEnv, type AppOptions, createApp } from '../../src/server/app.ts'
import { type ListenOptions, listen } from '../../src/server/listen.ts'
import type { Services } from '../../src/server/services.ts'
import { openServices as openAllServices } from '../../src/service.ts'
import { MasterKeys } from '../../src/store/master-keys.ts'
import { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'

/** Options of {@link serveApp}. */
export interface ServeOptions<Name extends string = string> {
  readonly store: Store
  /** The rules of an access key for each name; none: one key with everything but `approve`. */
  readonly keys?: Readonly<Record<Name, readonly AccessRule[]>>
  /** Parts of the services that a test brings. */
  readonly services?: Partial<Services>
  readonly app?: AppOptions
  readonly listen?: ListenOptions
}

/** A running app. */
export interface ServedApp<Name extends string = string> {
  readonly url: string
  readonly clock: TestClock
  readonly services: Services
  /** The lines of the log, parsed. */
  readonly logged: readonly Record<string, unknown>[]
  /** The text of an access key, by name. */
  readonly keys: Readonly<Record<Name, string>>
  /** Stops listening, as a server that is stopped does. */
  close(withinMs?: number): Promise<void>
  /** Sends a request as the holder of a key (default: the local one), or of none. A body that is no text is sent as JSON. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
}

/** What else is sent. */
export interface SendOptions {
  /** The text of an access key; null: none. */
  readonly key?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer with its body read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: Record<string, unknown> | undefined
  /** The lines of the body as JSON. */
  readonly lines: readonly Record<string, unknown>[]
}

/** An embedded store, for what has nothing to do with the database. */
export async function openEmbedded(): Promise<TestStore> {
  const embedded = stores.find(({ name }) => name === 'PGlite')
  if (embedded === undefined) throw new Error('there is no embedded store')
  return embedded.open()
}

/** All services over a store, with a master key made for it; a test brings what it does not want made here. */
export function openServices({
  publicUrl,
  connectOrigins,
  ...parts
}: Partial<Services> & Pick<Services, 'store' | 'clock'>): Services {
  const { store, clock } = parts
  const { seal = new Seal(new MasterKeys({ store, source: testKeySource(), clock })) } = parts
  const { log = openLog({ level: 'silent' }) } = parts
  return {
    ...openAllServices({ store, clock, seal, log, env: {}, dev: true, publicUrl, connectOrigins }),
    ...parts,
  }
}

/** Serves the app until the test ends. */
export async function serveApp<Name extends string = string>(
  options: ServeOptions<Name>,
): Promise<ServedApp<Name>> {
  const clock = new TestClock()
  const logged: Record<string, unknown>[] = []
  const log = openLog({
    level: 'trace',
    stream: { write: (line) => void logged.push(JSON.parse(line)) },
  })
  // Where the server is reached is known before the parts are made that publish key sets there.
  let served: App | undefined
  const listened: App = Object.assign(new Hono<AppEnv>(), {
    findDirect: (method: string, path: string) => served?.findDirect(method, path),
  })
  const listening = await listen(listened, options.listen)
  const { url: publicUrl } = listening
  const common = { store: options.store, clock, log, publicUrl }
  const services = openServices({ ...common, ...options.services })
  const { accessKeys } = services
  const app = createApp(services, options.app)
  served = app
  listened.all('*', ({ req, env }) => app.fetch(req.raw, env))
  onTestFinished(async () => {
    await listening.close()
    await services.auditBatch.close()
  })
  const local = accessKeys.addLocal().reveal()
  const keys: Partial<Record<Name, string>> = {}
  for (const name in options.keys) {
    const rules = options.keys[name]
    const { text } = await accessKeys.add({ name, rules }, { actor: 'local' })
    keys[name] = text.reveal()
  }
  return {
    url: listening.url,
    clock,
    services,
    logged,
    keys: keys as Record<Name, string>,
    close: (withinMs) => listening.close(withinMs),
    send: (method, path, more = {}) =>
      send(`${listening.url}${path}`, method, { key: local, ...more }),
  }
}

async function send(url: string, method: string, options: SendOptions): Promise<Answer> {
  const { key, body, headers } = options
  const response = await fetch(url, {
    method,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isLines = response.headers.get('content-type')?.includes('jsonl')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isLines ? undefined : parse(text),
    lines: isLines
      ? text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : [],
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
