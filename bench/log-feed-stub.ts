/**
 * @module The server of bench/log-feed.ts and bench/proxy-beside-log.ts, in a process of its own: a System Log in pages of
 * 1,000 events that were built once; only their uuids differ from page to page. `log-feed-stub.ts COUNT [DELAY-MS]` sends its
 * port to the parent; it answers after the delay.
 */

import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { fillHistory, startOrg } from '@postern/emulator'

const pageSize = 1_000
const [count = 0, delayMs = 0] = process.argv.slice(2).map(Number)
const hourMs = 3_600_000
const uuidMember = Buffer.from('"uuid":"')

const emulated = await startOrg({ users: 100, edition: 'unlimited' })
const toMs = Date.now() - hourMs
fillHistory(emulated.org, { count: pageSize, fromMs: toMs - hourMs, toMs })
const since = new Date(toMs - 2 * hourMs).toISOString()
const answer = await fetch(
  `${emulated.url}/api/v1/logs?since=${since}&limit=${pageSize}&sortOrder=ASCENDING`,
  { headers: { authorization: `SSWS ${emulated.adminToken}` } },
)
const page = Buffer.from(await answer.arrayBuffer())
await emulated.close()

/** Where the uuids stand. */
const places: number[] = []
for (let at = page.indexOf(uuidMember); at >= 0; at = page.indexOf(uuidMember, at + 1)) {
  places.push(at + uuidMember.length)
}
if (places.length !== pageSize) throw new Error(`The page has ${places.length} uuids.`)

/** A page that no other one is like. */
function pageOf(number: number): Buffer {
  const body = Buffer.from(page)
  const name = number.toString(16).padStart(8, '0')
  for (const place of places) body.write(name, place, 'latin1')
  return body
}

const server = createServer(async (request, response) => {
  if (delayMs > 0) await setTimeout(delayMs)
  const origin = `http://${request.headers.host}`
  const url = new URL(request.url ?? '/', origin)
  const start = Number(url.searchParams.get('after') ?? 0)
  const body = start < count ? pageOf(start / pageSize) : Buffer.from('[]')
  const link = (after: number, rel: string) =>
    `<${origin}/api/v1/logs?after=${after}&limit=${pageSize}>; rel="${rel}"`
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    link: [link(start, 'self'), link(Math.min(count, start + pageSize), 'next')],
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
