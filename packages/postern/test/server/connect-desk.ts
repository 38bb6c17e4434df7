/** @module Connect sessions in a served app: whoever makes one, and the person who has its link. */

import { type RunningOrg, type StartOptions, startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import {
  type Answer,
  type SendOptions,
  type ServedApp,
  type ServeOptions,
  serveApp,
} from './served-app.ts'

/** An app, and an org that nobody has connected yet. */
export interface ConnectDesk {
  readonly app: ServedApp
  readonly org: RunningOrg
  /** The values that connect the ready app of the org. */
  readonly values: Readonly<Record<string, unknown>>
  /** A name that no connection has. */
  newName(): string
  /** Makes a session; its name is a new one. */
  make(more?: object): Promise<MadeSession>
  /** Makes a session and opens it. */
  person(more?: object): Promise<Person>
  /** Opens a link. */
  open(link: string): Promise<Answer>
}

/** A session that was made. */
export interface MadeSession {
  readonly id: string
  readonly name: string
  /** What stands behind the `#`. */
  readonly link: string
  readonly answer: Answer
}

/** Somebody whose link is open. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly token: string
  readonly link: string
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
  try(body: object, options?: SendOptions): Promise<Answer>
  /** The session as the page sees it. */
  session(): Promise<Answer>
}

let count = 0

/** Serves the app over a store, with an org. */
export async function openConnectDesk(
  { store, seal }: { readonly store: Store; readonly seal: Seal },
  options: {
    readonly org?: StartOptions
    readonly connectOrigins?: readonly string[]
    /** Parts that a test brings. */
    readonly services?: ServeOptions['services']
  } = {},
): Promise<ConnectDesk> {
  const { connectOrigins = [] } = options
  const app = await serveApp({ store, services: { seal, connectOrigins, ...options.services } })
  const org = await startOrg({ keyType: 'EC', users: 2, clock: app.clock, ...options.org })
  onTestFinished(org.close)
  const newName = () => `invited-${count++}`
  const make: ConnectDesk['make'] = async (more = {}) => {
    const name = newName()
    const answer = await app.send('POST', '/v1/connect-sessions', { body: { name, ...more } })
    const { id, url } = answer.json ?? {}
    const link = new URL(String(url ?? 'http://none')).hash.slice(1)
    return { name, ...more, id: String(id), link, answer }
  }
  const open = (link: string) => app.send('POST', '/v1/connect/open', { key: null, body: { link } })
  const person: ConnectDesk['person'] = async (more) => {
    const { id, name, link } = await make(more)
    const token = String((await open(link)).json?.['token'])
    const send: Person['send'] = (method, path, sent) =>
      app.send(method, path, { key: token, ...sent })
    return {
      ...{ id, name, token, link, send },
      try: (body, sent) => send('POST', '/v1/connect/try', { body, ...sent }),
      session: () => send('GET', '/v1/connect/session'),
    }
  }
  const { clientId, key, scopes } = org.app
  const values = { orgUrl: org.url, clientId, key: JSON.stringify(key), scopes: scopes.join(' ') }
  return { app, org, values, newName, make, person, open }
}
