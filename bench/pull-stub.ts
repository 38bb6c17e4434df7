/**
 * @module The server of bench/pull.ts and bench/sync.ts, in a process of its own: a list of users in pages of 200 that were
 * built once, with the headers an org sends; only the ids differ from page to page. It refuses to search, and whatever else
 * it is asked for. `pull-stub.ts COUNT` sends its port to the parent.
 */

import { createServer } from 'node:http'
import { startOrg } from '@postern/emulator'

const pageSize = 200
const builtPages = 4
const count = Number(process.argv[2])
const idMember = Buffer.from('"id":"00u')

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

/** Where the ids of each built page stand, behind what all ids of users begin with. */
const places = pages.map((page) => {
  const found: number[] = []
  for (let at = page.indexOf(idMember); at >= 0; at = page.indexOf(idMember, at + 1)) {
    found.push(at + idMember.length)
  }
  if (found.length !== pageSize) throw new Error(`A page has ${found.length} ids.`)
  return found
})

/** A page that no other one is like. */
function pageOf(number: number): Buffer {
  const built = number % pages.length
  const body = Buffer.from(pages[built] ?? '')
  const name = number.toString(36).padStart(6, '0')
  for (const place of places[built] ?? []) body.write(name, place, 'latin1')
  return body
}

const refusal = JSON.stringify({
  errorCode: 'E0000031',
  errorSummary: 'Invalid search criteria.',
  errorLink: 'E0000031',
  errorId: 'oaeTEST0000000000001',
  errorCauses: [],
})

const server = createServer((request, response) => {
  const origin = `http://${request.headers.host}`
  const url = new URL(request.url ?? '/', origin)
  if (url.pathname !== '/api/v1/users' || url.searchParams.has('search')) {
    const status = url.pathname === '/api/v1/users' ? 400 : 403
    response.writeHead(status, { 'content-type': 'application/json' }).end(refusal)
    return
  }
  const start = Number(url.searchParams.get('after') ?? 0)
  const body = pageOf(start / pageSize)
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
