/**
 * @module Many orgs in a process of its own, for bench/fleet.ts: one server behind a port for each org, over TLS, with what
 * an org answers to the feeds of bench/fleet-rows.ts, after an org's delay. Each time that a log is asked, it has new events;
 * each time that changes of users are, one user has changed. Gives its ports to the parent.
 */

import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { createServer as createListener } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { fillHistory, startOrg } from '@postern/emulator'

/** What the stub is started with, as JSON. */
export interface FleetStubOptions {
  readonly orgs: number
  readonly certFile: string
  readonly keyFile: string
}

const DELAY_MS = 300
const EVENTS_AT_ONCE = 5
// Below those that systems give to clients.
const FIRST_PORT = 10_000
const LAST_PORT = 32_767
const HOUR_SECONDS = 3_600
// What the first token of an org holds at least.
const SHORTEST_SECONDS = 600
const SCOPES = 'okta.apps.read okta.groups.read okta.logs.read okta.users.read'

const options: FleetStubOptions = JSON.parse(process.argv[2] ?? '')

const hourMs = HOUR_SECONDS * 1_000
const emulated = await startOrg({ users: 20, groups: 5, apps: 5, edition: 'unlimited' })
const nowMs = Date.now()
fillHistory(emulated.org, { count: EVENTS_AT_ONCE, fromMs: nowMs - hourMs, toMs: nowMs })
const [users, groups, apps, events] = await Promise.all([
  readList('/api/v1/users?limit=200'),
  readList('/api/v1/groups?limit=200'),
  readList('/api/v1/apps?limit=200'),
  readList(
    `/api/v1/logs?limit=${EVENTS_AT_ONCE}&since=${new Date(nowMs - 2 * hourMs).toISOString()}`,
  ),
])
await emulated.close()
const lists: Readonly<Record<string, readonly unknown[]>> = {
  '/api/v1/users': users,
  '/api/v1/groups': groups,
  '/api/v1/apps': apps,
}
const eventsText = JSON.stringify(events)
const userText = JSON.stringify(users.slice(0, 1))
/** The ports of the orgs that have had a token. */
const known = new Set<number>()
let given = 0

async function readList(path: string): Promise<readonly unknown[]> {
  const headers = { authorization: `SSWS ${emulated.adminToken}` }
  return JSON.parse(await (await fetch(`${emulated.url}${path}`, { headers })).text())
}

/** A new token. The first ones of the orgs end one after the other, as those of a server that has run for long. */
function tokenOf(port: number): string {
  const isFirst = !known.has(port)
  known.add(port)
  const spanSeconds = HOUR_SECONDS - SHORTEST_SECONDS
  const part = ((port - FIRST_PORT) % options.orgs) / options.orgs
  return JSON.stringify({
    token_type: 'Bearer',
    expires_in: isFirst ? Math.floor(SHORTEST_SECONDS + part * spanSeconds) : HOUR_SECONDS,
    access_token: `TEST.ACCESS.TOKEN-${++given}`,
    scope: SCOPES,
  })
}

/** The body of an answer, and where its list goes on. */
function answerTo(url: URL, port: number): { readonly body: string; readonly next?: string } {
  const { pathname, searchParams } = url
  if (pathname === '/oauth2/v1/token') return { body: tokenOf(port) }
  if (pathname === '/api/v1/logs') {
    // The log that tells of changes is asked with a filter: there are none that the changes of users do not show.
    if (searchParams.has('filter')) return { body: '[]', next: `${pathname}${url.search}` }
    const first = Number(searchParams.get('after') ?? 0)
    const name = (index: number) => `"uuid":"${(first + index).toString(16).padStart(8, '0')}`
    let index = 0
    const body = eventsText.replace(/"uuid":"[^-"]{8}/g, () => name(index++))
    return { body, next: `${pathname}?limit=1000&after=${first + index}` }
  }
  const isOfChanges = searchParams.get('search')?.includes('lastUpdated gt') === true
  if (!isOfChanges) return { body: JSON.stringify(lists[pathname] ?? []) }
  if (pathname !== '/api/v1/users') return { body: '[]' }
  const now = new Date().toISOString()
  return { body: userText.replace(/"lastUpdated":"[^"]*"/, `"lastUpdated":"${now}"`) }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume()
  await setTimeout(DELAY_MS)
  const origin = `https://${request.headers.host}`
  const { body, next } = answerTo(new URL(request.url ?? '', origin), request.socket.localPort ?? 0)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(next === undefined ? {} : { link: `<${origin}${next}>; rel="next"` }),
    'x-rate-limit-limit': '600',
    'x-rate-limit-remaining': '599',
    'x-rate-limit-reset': String(Math.floor(Date.now() / 1_000) + 60),
    'x-okta-request-id': 'reqTEST0000000000001',
  })
  response.end(body)
}

const server = createServer(
  { cert: readFileSync(options.certFile), key: readFileSync(options.keyFile) },
  (request, response) => void answer(request, response),
)

/** Listens on a port; false where somebody else does. */
function listen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    createListener((socket) => server.emit('connection', socket))
      .once('error', () => resolve(false))
      .listen(port, () => resolve(true))
  })
}

const ports: number[] = []
for (let port = FIRST_PORT; ports.length < options.orgs && port <= LAST_PORT; port++) {
  if (await listen(port)) ports.push(port)
}
// Whoever started this one has ended.
process.on('disconnect', () => process.exit())
process.send?.(ports)
