/**
 * @module Cached tokens over HTTP (figure P6), beside a bare `node:http` server that gives the same answer: each server in a
 * process of its own, 32 callers with an open connection each. `npm run token-server -w bench [-- --write]`.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Case, measure } from './measure.ts'
import { report } from './report.ts'
import type { ServedCase, ServerKind } from './token-server-case.ts'

const rounds = 7
const roundMs = 1_500
// Until what is compiled while it runs is compiled: on a busy machine that takes ten seconds, in a server that runs for days.
const warmUps = 8
const callers = 32

const bare = await serve('bare')
const postern = await serve('postern')
for (let at = 0; at < warmUps; at++) {
  await load(bare)
  await load(postern)
}
const rates = await measure([rateOf('node:http', bare), rateOf('postern', postern)], rounds)
const times = await measure([timeOf('node:http', bare), timeOf('postern', postern)], rounds)
report('token-server', 'npm run token-server -w bench -- --write', [
  { title: '32 callers', unit: 'answers/s', digits: 0, figures: rates },
  { title: 'processor time of the server', unit: 'µs an answer', digits: 1, figures: times },
])
bare.process.kill()
postern.process.kill()

interface Served extends ServedCase {
  readonly process: ChildProcess
}

async function serve(kind: ServerKind): Promise<Served> {
  const file = fileURLToPath(new URL('token-server-case.ts', import.meta.url))
  const server = fork(file, [kind], { execArgv: ['--conditions=source'] })
  const [served] = await once(server, 'message')
  return { ...served, process: server }
}

function rateOf(name: string, served: Served): Case {
  return { name, run: async () => (await load(served)).perSecond }
}

/** What it costs, whatever else the machine does meanwhile. */
function timeOf(name: string, served: Served): Case {
  return {
    name,
    run: async () => {
      const before = await cpuMicroseconds(served)
      const { answers } = await load(served)
      return ((await cpuMicroseconds(served)) - before) / answers
    },
  }
}

async function cpuMicroseconds({ process }: Served): Promise<number> {
  process.send('cpu')
  const [microseconds] = await once(process, 'message')
  return microseconds
}

async function load({
  port,
  authorization,
}: ServedCase): Promise<{ readonly answers: number; readonly perSecond: number }> {
  const request = Buffer.from(
    [
      'POST /v1/connections/acme/token HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Authorization: ${authorization}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  )
  const beganMs = performance.now()
  const counts = await Promise.all(
    Array.from({ length: callers }, () =>
      callUntil(connect(port, '127.0.0.1'), request, beganMs + roundMs),
    ),
  )
  const seconds = (performance.now() - beganMs) / 1_000
  const answers = counts.reduce((sum, count) => sum + count, 0)
  return { answers, perSecond: answers / seconds }
}

/** Sends the request again as soon as its answer is there. @returns how many answers came. */
async function callUntil(socket: Socket, request: Buffer, endMs: number): Promise<number> {
  let answers = 0
  let seen = ''
  socket.write(request)
  for await (const chunk of socket) {
    seen += chunk.toString('latin1')
    if (!isWhole(seen)) continue
    if (!seen.startsWith('HTTP/1.1 200 ')) throw new Error(seen.slice(0, 400))
    seen = ''
    answers += 1
    if (performance.now() >= endMs) break
    socket.write(request)
  }
  socket.destroy()
  return answers
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end === -1) return false
  const [, length] = /content-length: (\d+)/i.exec(answer.slice(0, end)) ?? []
  if (length === undefined) throw new Error(answer)
  return answer.length >= end + 4 + Number(length)
}
