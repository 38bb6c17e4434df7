/** @module The way to a database, which can be cut, be silent, or be closed: what lies between a client and its server. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where a connection is cut: before a message is sent on, in the middle of it, or when its answer comes. */
export type CutPoint = 'before' | 'halfway' | 'after'

/** Which message a connection is cut at. */
export interface Cut {
  readonly at: 'commit' | 'statement'
  readonly point: CutPoint
  /** Of the transactions, only one with a statement that has this text. */
  readonly within?: string
}

/** A way to a database. */
export interface DatabaseWay {
  /** Of the database, by this way. */
  readonly url: string
  /** Cuts the next connection that sends such a message, and resolves then. */
  cutNext(cut: Cut): Promise<void>
  /** Does not cut any more where nothing was cut yet. */
  cutNothing(): void
  /** How many connections were cut by `cutNext`. */
  readonly cuts: number
  /** How many connections were not taken. */
  readonly refusals: number
  /** `silent`: nothing comes through, and nobody is told. `closed`: connections are ended, and no new one is taken. */
  be(state: 'open' | 'silent' | 'closed'): void
  close(): Promise<void>
}

/** Opens a way to the database of a URL. */
export async function openDatabaseWay(url: string): Promise<DatabaseWay> {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let state: 'open' | 'silent' | 'closed' = 'open'
  let waiting: Cut | undefined
  let told: () => void = () => undefined
  let cuts = 0
  let refusals = 0
  let held: (() => void)[] = []
  /** In silence, bytes wait in their order. */
  const whenHeard = (send: () => void): void => {
    if (state === 'silent') held.push(send)
    else send()
  }
  const server = createServer((client) => {
    if (state === 'closed') {
      refusals++
      return void client.destroy()
    }
    const upstream = connect(Number(port), hostname)
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    const cut = () => {
      cuts++
      end()
      told()
    }
    let isWithin = false
    let isCutAtAnswer = false
    client.on('data', (sent: Buffer) =>
      whenHeard(() => {
        const { within } = waiting ?? {}
        isWithin ||= within !== undefined && sent.includes(within)
        if (waiting === undefined || !isMet(waiting, sent, isWithin)) {
          return void upstream.write(sent)
        }
        const { point } = waiting
        waiting = undefined
        if (point === 'before') return cut()
        if (point === 'halfway') {
          upstream.write(sent.subarray(0, Math.ceil(sent.length / 2)), cut)
          return
        }
        isCutAtAnswer = true
        upstream.write(sent)
      }),
    )
    upstream.on('data', (answer: Buffer) =>
      whenHeard(() => {
        if (isCutAtAnswer) cut()
        else client.write(answer)
      }),
    )
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(socket)
          whenHeard(end)
        })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    cutNext: (cut) => {
      waiting = cut
      return new Promise((resolve) => {
        told = resolve
      })
    },
    cutNothing: () => {
      waiting = undefined
    },
    get cuts() {
      return cuts
    },
    get refusals() {
      return refusals
    },
    be: (next) => {
      state = next
      if (next === 'closed') for (const socket of open) socket.destroy()
      if (next === 'silent') return
      const sends = held
      held = []
      for (const send of sends) send()
    },
    close: async () => {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** Transactions are committed by Kysely, as a simple query. */
function isMet({ at, within }: Cut, sent: Buffer, isWithin: boolean): boolean {
  if (within !== undefined && !isWithin) return false
  return at === 'statement' || sent.includes('commit\0')
}
