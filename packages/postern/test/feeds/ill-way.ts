/** @module A way to a server that can be ill: it is down, resets, hangs, cuts, trickles and refuses, as servers and networks do. */

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of connections instead of being carried. */
export const wayIllnesses = [
  /** Nobody listens. */
  'down',
  /** They are reset at once. */
  'reset',
  /** They are taken, and nothing is ever said on them. */
  'hang',
  /** They are cut within what is sent. */
  'cut-request',
  /** They are cut within the answer: what was sent is with the server. */
  'cut-answer',
  /** The server has what was sent, and its answer does not come. */
  'silent',
  /** The answer comes a few bytes at a time. */
  'trickle',
  /** Whatever was sent is answered with a status of HTTP, and the server sees nothing of it. */
  'status',
] as const

/** How a way is ill. */
export interface WayAilment {
  readonly kind: (typeof wayIllnesses)[number]
  /** How many connections suffer from it. */
  readonly connections: number
  /** Where they are cut. */
  readonly bytes: number
  readonly status: number
}

// Below what systems give to connections that go out, so that a port that is let go of for a while is not taken.
const PORTS = { from: 20_000, to: 32_000 } as const
const TRICKLE = { bytes: 40, everyMs: 2 } as const

/** A way to a server on this machine. */
export class IllWay {
  readonly #to: { readonly host: string; readonly port: number }
  readonly #waiting: WayAilment[] = []
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#to = to
  }

  /** Opens a way to where a URL leads. */
  static async open(url: string): Promise<IllWay> {
    const { hostname: host, port } = new URL(url)
    const way = new IllWay({ host, port: Number(port) })
    await way.#listen()
    return way
  }

  /** A URL of the server, over this way. */
  through(url: string, host = '127.0.0.1'): string {
    const over = new URL(url)
    over.host = `${host}:${this.#port}`
    return over.href
  }

  /** Makes it ill for the connections that come next, behind those that suffer already. */
  async ail(ailment: WayAilment): Promise<void> {
    if (ailment.kind === 'down') await this.#stop()
    else for (let left = ailment.connections; left > 0; left--) this.#waiting.push(ailment)
  }

  /** Makes it well. */
  async heal(): Promise<void> {
    this.#waiting.length = 0
    this.#cutAll()
    if (this.#server === undefined) await this.#listen()
  }

  async close(): Promise<void> {
    await this.#stop()
  }

  async #listen(): Promise<void> {
    for (;;) {
      const server = createServer((client) => this.#take(client))
      const port = this.#port === 0 ? randomInt(PORTS.from, PORTS.to) : this.#port
      server.listen(port, '127.0.0.1')
      try {
        await once(server, 'listening')
        this.#server = server
        this.#port = port
        return
      } catch (error) {
        if (this.#port !== 0) throw error
      }
    }
  }

  async #stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    server.close()
    this.#cutAll()
    await once(server, 'close')
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #take(client: Socket): void {
    this.#keep(client)
    const ailment = this.#waiting.shift()
    switch (ailment?.kind) {
      case 'reset':
        return void client.resetAndDestroy()
      case 'hang':
        return void client.resume()
      case 'status':
        return void answerWith(client, ailment.status)
      default:
        this.#carry(client, ailment)
    }
  }

  #carry(client: Socket, ailment: WayAilment | undefined): void {
    const upstream = connect(this.#to)
    this.#keep(upstream)
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
    const cut = () => {
      upstream.destroy()
      client.destroy()
    }
    client.on('data', sender(upstream, ailment?.kind === 'cut-request' ? ailment : undefined, cut))
    if (ailment?.kind === 'silent') return void upstream.resume()
    if (ailment?.kind === 'trickle') return void trickle(upstream, client)
    upstream.on('data', sender(client, ailment?.kind === 'cut-answer' ? ailment : undefined, cut))
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

/** Passes bytes on; up to a number of them where it cuts. */
function sender(
  to: Socket,
  ailment: WayAilment | undefined,
  cut: () => void,
): (sent: Buffer) => void {
  let left = ailment?.bytes ?? Number.POSITIVE_INFINITY
  return (sent) => {
    const passed = sent.subarray(0, Math.min(left, sent.length))
    left -= passed.length
    if (left > 0) return void to.write(passed)
    // What was written before leaves first.
    to.write(passed, cut)
  }
}

function trickle(from: Socket, to: Socket): void {
  let waiting = Buffer.alloc(0)
  const timer = setInterval(() => {
    if (waiting.length > 0) to.write(waiting.subarray(0, TRICKLE.bytes))
    waiting = waiting.subarray(TRICKLE.bytes)
  }, TRICKLE.everyMs)
  from.on('data', (sent: Buffer) => {
    waiting = Buffer.concat([waiting, sent])
  })
  to.once('close', () => clearInterval(timer))
}

/** Answers a request once it is there as a whole. */
function answerWith(client: Socket, status: number): void {
  let sent = Buffer.alloc(0)
  client.on('data', (more: Buffer) => {
    sent = Buffer.concat([sent, more])
    const end = sent.indexOf('\r\n\r\n')
    const [, length = '0'] = /content-length: (\d+)/i.exec(sent.subarray(0, end).toString()) ?? []
    if (end < 0 || sent.length < end + 4 + Number(length)) return
    client.end(`HTTP/1.1 ${status} Ill\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
  })
}
