/**
 * @module The server of bench/pull.ts, in a process of its own: a list of users in pages of 200 that were built once, with
 * the headers an org sends. `pull-stub.ts COUNT` sends its port to the parent.
 */

import { createServer } from 'node:http'
import { startOrg } from '@postern/emulator'

const pageSize = 200
const builtPages = 4
const count = Number(process.argv[2])

const pages: Buffer[] = []
// Some users are deprovisioned, which a list leaves out: more of them, so that each page is full.
const emulated = await startOrg({ users: (builtPages + 1) * pageSize, edition: 'unlimited' })
const headers = { authorization: `SSWS ${emulated.adminToken}` }
let next: string | undefined = `${emulated.url}/api/v1/users?limit=${pageSize}`
while (next !== undefined && pages.length < builtPages) {
  const answer: Response = await fetch(next, { headers })
  pages.push(Buffer.from(await answer.arrayBuffer()))
  next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
}
await emulated.close()

const server = createServer((request, response) => {
  const origin = `http://${request.headers.host}`
  const url = new URL(request.url ?? '/', origin)
  const start = Number(url.searchParams.get('after') ?? 0)
  const body = pages[(start / pageSize) % pages.length] ?? Buffer.alloc(0)
  const end = start + pageSize
  const link = (after: number, rel: string) =>
    `<${origin}/api/v1/users?after=${after}&limit=${pageSize}>; rel="${rel}"`
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    link: [link(start, 'self'), ...(end < count ? [link(end, 'next')] : [])],
    // A limit that nobody reaches: what is measured is the client.
    'x-rate-limit-limit': '100000000',
    'x-rate-limit-remaining': '99999999',
    'x-rate-limit-reset': String(Math.floor(Date.now() / 1_000) + 60),
    'x-okta-request-id': 'reqTEST0000000000001',
  })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address ? address.port : 0)
})
