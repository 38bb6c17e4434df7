import { createServer, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../../src/cli/api-client.ts'
import { exitCodeOf } from '../../src/cli/exit-code.ts'
import { sendLocally } from '../../src/http/local-client.ts'

const problem = {
  type: 'urn:postern:problem:connection_invalid',
  title: 'Connection invalid',
  status: 422,
  detail: 'The connection cannot be used as it is: Scopes.',
  code: 'connection_invalid',
  remedy: 'Correct each of the values named.',
  requestId: 'r1',
  details: { count: 1 },
  problems: [
    { field: 'Scopes', flag: '--scopes', code: 'scope_unknown', message: 'm', remedy: 'r' },
  ],
}

const answers: Readonly<Record<string, (answer: ServerResponse) => void>> = {
  '/json': (answer) => answer.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}'),
  '/nothing': (answer) => answer.writeHead(204).end(),
  '/refused': (answer) =>
    answer
      .writeHead(422, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify(problem)),
  '/page': (answer) => answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad</h1>'),
  '/half': (answer) => {
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    answer.write('{"a":')
    setImmediate(() => answer.destroy())
  },
  '/lines': (answer) => {
    answer.writeHead(200, { 'content-type': 'application/jsonl' })
    // A line comes in pieces, and two in one.
    answer.write('{"event":"on')
    setImmediate(() => answer.end('e"}\n{"event":"two"}\n{"result":3}\n'))
  },
  '/lines-refused': (answer) => answer.end(`{"event":"one"}\n${JSON.stringify({ problem })}\n`),
  '/lines-cut': (answer) => answer.end('{"event":"one"}\n'),
}

const server = createServer(({ url = '' }, answer) => answers[url]?.(answer))
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

function client(): ApiClient {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const place = { url: `http://127.0.0.1:${port}` }
  return new ApiClient({
    send: (request) => sendLocally(place, request),
    close: async () => undefined,
    signal: new AbortController().signal,
  })
}

async function collect(path: string): Promise<unknown[]> {
  const lines: unknown[] = []
  const stream = client().stream('POST', path)
  for (;;) {
    const { value, done } = await stream.next()
    lines.push(done ? { result: value } : value)
    if (done) return lines
  }
}

describe('the client of the API', () => {
  test('gives the JSON of an answer, and nothing for one without a body', async () => {
    expect(await client().call('GET', '/json')).toEqual({ a: 1 })
    expect(await client().call('DELETE', '/nothing')).toBeUndefined()
  })

  test('throws a problem with its code, sentence, remedy and every refused member', async () => {
    const error = await client()
      .call('GET', '/refused')
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'connection_invalid',
      message: problem.detail,
      remedy: problem.remedy,
      status: 422,
      details: { count: 1, problems: problem.problems },
    })
    expect(exitCodeOf(error)).toBe(2)
  })

  test('says of an answer that is no problem document that it cannot be read', async () => {
    await expect(client().call('GET', '/page')).rejects.toMatchObject({
      code: 'server_answer_unreadable',
      message: 'The server answered 502, and no problem.',
    })
  })

  test('says of an answer that was cut off that the server stopped', async () => {
    await expect(client().call('GET', '/half')).rejects.toMatchObject({ code: 'server_stopped' })
    await expect(collect('/lines-cut')).rejects.toMatchObject({ code: 'server_stopped' })
  })

  test('gives the events of a long answer as they come, then its result or its problem', async () => {
    expect(await collect('/lines')).toEqual(['one', 'two', { result: 3 }])
    await expect(collect('/lines-refused')).rejects.toMatchObject({ code: 'connection_invalid' })
    await expect(collect('/refused')).rejects.toMatchObject({ code: 'connection_invalid' })
  })
})
