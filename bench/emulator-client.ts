/** @module The client of bench/emulator.ts, in a process of its own: reads a URL so many times, whole, on one connection. */

import { Agent, get } from 'node:http'

/** What is to be read, and how often. */
export interface Order {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly times: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

process.on('message', (order: Order) => {
  work(order).then(
    () => process.send?.('done'),
    (error: unknown) => process.send?.(String(error)),
  )
})

async function work({ url, headers, times }: Order): Promise<void> {
  for (let turn = 0; turn < times; turn++) await readWhole(url, headers)
}

function readWhole(url: string, headers: Order['headers']): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      response.on('error', reject)
      response.on('end', () =>
        response.statusCode === 200
          ? resolve()
          : reject(new Error(`${url} answered ${response.statusCode}`)),
      )
      response.resume()
    }).on('error', reject)
  })
}
