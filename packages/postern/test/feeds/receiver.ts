/** @module A webhook receiver that verifies every signature with the public library and keeps what it was sent. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { readRecords } from '@postern/core'
import { Webhook } from 'standardwebhooks'
import { type HeldRecord, heldEvent } from './checker.ts'

/** What a receiver does with a request: keeps it and says so, keeps it and says nothing, refuses it or who sends it, is busy. */
export type Reaction = 'keep' | 'keep-and-cut' | 'cut' | 'refuse' | 'forbid' | 'busy' | 'html'

/** The signing secret of every webhook here. TEST KEY. */
export const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** A running receiver. */
export interface WebhookReceiver {
  readonly url: string
  /** Decides what becomes of the next request. */
  react: (number: number) => Reaction
  /** Whether it answers what comes under an id that it has as if it had kept it, and keeps nothing of it. Default: no. */
  dropsKnown: boolean
  /** Told of each request that is kept, before it is answered. */
  onKept: () => void
  /** What was kept of the feed of a name, in the order of its arrival. */
  held(feed: string): readonly HeldRecord[]
  /** Forgets every second of them. */
  lose(feed: string): void
  /** Requests whose id came with other bytes than the time before; empty unless something is wrong. */
  readonly unlike: readonly string[]
  close(): Promise<void>
}

/** Starts a receiver on loopback. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const webhook = new Webhook(signingSecret)
  const byFeed = new Map<string, HeldRecord[]>()
  const bodies = new Map<string, string>()
  const unlike: string[] = []
  let requests = 0
  const keep = (id: string, body: string): void => {
    const before = bodies.get(id)
    if (before !== undefined && before !== body) unlike.push(id)
    if (before !== undefined && receiver.dropsKnown) return
    bodies.set(id, body)
    const { feed }: { readonly feed: string } = JSON.parse(body)
    const held = byFeed.get(feed) ?? []
    byFeed.set(feed, held)
    held.push(...recordsOf(body))
  }
  const receiver: WebhookReceiver & { react: (number: number) => Reaction; onKept: () => void } = {
    url: '',
    react: () => 'keep',
    dropsKnown: false,
    onKept: () => undefined,
    held: (feed) => byFeed.get(feed) ?? [],
    lose: (feed) => {
      byFeed.set(feed, everySecond(byFeed.get(feed) ?? []))
    },
    unlike,
    close: async () => undefined,
  }
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined)
    // Who sent it has gone.
    if (body === undefined) return
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    const reaction = receiver.react(++requests)
    if (reaction === 'cut') return void request.socket.destroy()
    if (reaction === 'refuse') return void response.writeHead(500).end('{}')
    if (reaction === 'forbid') return void response.writeHead(401).end()
    if (reaction === 'busy') return void response.writeHead(429, { 'retry-after': '7' }).end()
    if (reaction === 'html') {
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html></html>')
    }
    if (!isSigned(webhook, headers, body)) return void response.writeHead(401).end()
    keep(headers['idempotency-key'] ?? '', body)
    receiver.onKept()
    if (reaction === 'keep-and-cut') return void request.socket.destroy()
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}/in`,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  })
}

/** What is left of a list that lost every second of its items. */
export function everySecond<Item>(items: readonly Item[]): Item[] {
  return items.filter((_, index) => index % 2 === 1)
}

/** By the library's own signature: a test may move the clock further than a signature may be old. */
function isSigned(
  webhook: Webhook,
  headers: Readonly<Record<string, string>>,
  body: string,
): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': seconds } = headers
  const wanted = webhook.sign(id, new Date(Number(seconds) * 1_000), body)
  return headers['webhook-signature'] === wanted
}

/** The records of a document, each with the bytes that it came with. */
function recordsOf(body: string): readonly HeldRecord[] {
  const member = '"records":'
  const list = body.slice(body.indexOf(member) + member.length, -1)
  return readRecords(Buffer.from(list)).map((bytes) => heldEvent(Buffer.from(bytes).toString()))
}
