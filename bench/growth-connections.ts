/**
 * @module A server on PostgreSQL with so many connections: what it takes to start, what each kind of request takes of the
 * processor while all of the connections are in use, and what they hold of memory.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Secret } from '@postern/core'
import { openService } from '../packages/postern/src/service.ts'
import { startPostgres, urlOf } from '../test/postgres.ts'
import { insertFleet } from './fleet-rows.ts'
import type { GrowthCaseOptions, Taken } from './growth-case.ts'

/** Milliseconds of processor time of the server, but for memory. */
export interface ConnectionFigures {
  /** From nothing to ready, with Node. */
  readonly startMs: number
  readonly startMegabytes: number
  /** A token of a connection that nobody had used. */
  readonly firstTokenMs: number
  readonly tokenMs: number
  readonly proxiedMs: number
  readonly listMs: number
  /** In a second in which nothing is asked for. */
  readonly idleMs: number
  readonly megabytes: number
}

const AT_ONCE = 16
const WARM_UP = 1_000
const REQUESTS = 3_000
const LISTS = 200
const IDLE_SECONDS = 5

/** Measures a server. @param folder - for its data; somebody removes it. */
export async function measureConnections(
  folder: string,
  connections: number,
): Promise<ConnectionFigures> {
  const [postgres, org] = await Promise.all([startPostgres(), serveOrg()])
  try {
    const { server } = postgres
    const database = urlOf(server, server.superuser, 'postgres')
    const dataDir = join(folder, `data-${connections}`)
    mkdirSync(dataDir, { mode: 0o700 })
    const options: GrowthCaseOptions = { dataDir, database }
    const service = await openService({
      ...{ dataDir, database: new Secret(database), env: {}, dev: true },
    })
    const urls = Array.from({ length: connections }, () => org.url)
    await insertFleet(service, { urls, kept: connections, inputs: [], linesFolder: folder })
    await service.close()
    const program = fileURLToPath(new URL('growth-case.ts', import.meta.url))
    const args = ['--conditions=source', '--expose-gc', program, JSON.stringify(options)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    try {
      return await measureServer(child, connections)
    } finally {
      child.kill()
    }
  } finally {
    org.close()
    await postgres.stop()
  }
}

async function measureServer(child: ChildProcess, connections: number): Promise<ConnectionFigures> {
  const started = await nextTaken(child)
  const taken = () => {
    child.send('tell')
    return nextTaken(child)
  }
  const { url, authorization } = started
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const ask = async (method: string, path: string) => {
    const sent = request(`${url}/v1/connections${path}`, {
      ...{ method, agent, headers: { authorization } },
    }).end()
    const [answer] = await once(sent, 'response')
    const body = await text(answer)
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${body}`)
  }
  const nameOf = (index: number) => `org-${index % connections}`
  const askToken = (index: number) => ask('POST', `/${nameOf(index)}/token`)
  const askProxied = (index: number) => ask('GET', `/${nameOf(index)}/proxy/api/v1/users/me`)
  const askList = () => ask('GET', '?limit=50')
  /** Processor time of one, some of them under way at a time. */
  const measure = async (count: number, one: (index: number) => Promise<void>) => {
    const before = await taken()
    let next = 0
    const several = Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await one(next++)
    })
    await Promise.all(several)
    return ((await taken()).processorMs - before.processorMs) / count
  }
  const firstTokenMs = await measure(connections, askToken)
  for (const warmUp of [askToken, askProxied]) await measure(WARM_UP, warmUp)
  await measure(LISTS, askList)
  const tokenMs = await measure(REQUESTS, askToken)
  const proxiedMs = await measure(REQUESTS, askProxied)
  const listMs = await measure(LISTS, askList)
  const before = await taken()
  await setTimeout(IDLE_SECONDS * 1_000)
  const after = await taken()
  agent.destroy()
  return {
    ...{ startMs: started.processorMs, startMegabytes: started.megabytes },
    ...{ firstTokenMs, tokenMs, proxiedMs, listMs, megabytes: after.megabytes },
    idleMs: (after.processorMs - before.processorMs) / IDLE_SECONDS,
  }
}

/** What a server tells next. @throws where it has ended. */
async function nextTaken(child: ChildProcess): Promise<Taken> {
  const told = new AbortController()
  const { signal } = told
  try {
    const ended = once(child, 'close', { signal }).then(([code]) => {
      throw new Error(`The server ended with ${code}.`)
    })
    const [taken] = await Promise.race([once(child, 'message', { signal }), ended])
    return taken
  } finally {
    told.abort()
  }
}

/** An org that gives tokens and one user, to whomever asks. */
async function serveOrg(): Promise<{ readonly url: string; close(): void }> {
  const token = JSON.stringify({
    ...{ token_type: 'Bearer', expires_in: 3_600, access_token: 'TEST.ACCESS.TOKEN' },
    scope: 'okta.apps.read okta.groups.read okta.logs.read okta.users.read',
  })
  const user = JSON.stringify({ id: '00uTEST0000000000Tst', status: 'ACTIVE' })
  const server = createServer((asked, response) => {
    asked.resume()
    const body = asked.url?.startsWith('/oauth2/') ? token : user
    response.writeHead(200, {
      ...{ 'content-type': 'application/json', 'content-length': body.length },
      ...{ 'x-rate-limit-limit': '100000000', 'x-rate-limit-remaining': '99999999' },
      'x-rate-limit-reset': String(Math.floor(Date.now() / 1_000) + 60),
    })
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}
