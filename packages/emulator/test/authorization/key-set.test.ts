import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addServiceApp, testKey } from '../service-app.ts'
import { startScenario, tokenForm } from './scenario.ts'

/** A service app whose keys are behind a URL of this machine, and how often they were asked for. */
async function start(listener: RequestListener) {
  const scenario = await startScenario()
  let asked = 0
  const server = createServer((request, answer) => {
    asked++
    listener(request, answer)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const jwksUri = `http://127.0.0.1:${port}/keys`
  const service = addServiceApp(scenario.org, { client: { keys: [], jwksUri } })
  const second = testKey('second')
  const other = addServiceApp(scenario.org, { key: second, client: { keys: [], jwksUri } })
  return { ...scenario, service, other, jwksUri, asked: () => asked }
}

/** A good key set of so many bytes. */
function keySetOf(bytes: number): string {
  return JSON.stringify({ keys: [testKey().publicJwk] }).padEnd(bytes, ' ')
}

const refusal = 'Error retrieving the client JWKSet from jwks_uri.'

describe('a jwks_uri', () => {
  test('is asked once for as long as its keys are kept', async () => {
    const { post, service, clock, asked } = await start((_request, answer) => {
      answer.end(JSON.stringify({ keys: [testKey().publicJwk] }))
    })
    for (let number = 0; number < 3; number++) {
      expect((await post(tokenForm(service.sign()))).status).toBe(200)
    }
    expect(asked()).toBe(1)
    clock.advance(300_000)
    expect((await post(tokenForm(service.sign()))).status).toBe(200)
    expect(asked()).toBe(2)
  })

  test('is asked once more when a kid is not among what is kept', async () => {
    const keys = [testKey().publicJwk]
    const { post, service, other, asked } = await start((_request, answer) => {
      answer.end(JSON.stringify({ keys }))
    })
    await post(tokenForm(service.sign()))
    keys.push(testKey('second').publicJwk)
    expect((await post(tokenForm(other.sign()))).status).toBe(200)
    expect(asked()).toBe(2)
    const reply = await post(tokenForm(service.sign({}, { kid: 'third' })))
    expect(reply.json['error_description']).toBe('The client_assertion JWT kid is invalid.')
    expect(asked()).toBe(3)
  })

  test('may be named in jku, and nothing else may', async () => {
    const { post, service, jwksUri } = await start((_request, answer) => {
      answer.end(JSON.stringify({ keys: [testKey().publicJwk] }))
    })
    expect((await post(tokenForm(service.sign({}, { jku: jwksUri })))).status).toBe(200)
  })

  const answers: readonly (readonly [string, RequestListener])[] = [
    ['no JSON', (_request, answer) => void answer.end('<html>')],
    ['no key set', (_request, answer) => void answer.end('{"keys":"none"}')],
    ['a redirect', (_request, answer) => void answer.writeHead(302, { location: '/k' }).end()],
    ['64 KiB and a byte', (_request, answer) => void answer.end(keySetOf(65_537))],
    ['nothing', (request) => void request.socket.destroy()],
  ]

  test.each(answers)('that answers with %s cannot be retrieved', async (_what, listener) => {
    const { post, service, unexpected } = await start(listener)
    const reply = await post(tokenForm(service.sign()))
    expect(reply).toMatchObject({ status: 401, json: { error_description: refusal } })
    expect(unexpected).toEqual([])
  })

  test.each(['file:///keys.json', 'no URL', 'https://localhost.acme.test/keys'])(
    '%s is not asked',
    async (jwksUri) => {
      const { post, service } = await start(() => undefined)
      service.change({ jwksUri })
      const reply = await post(tokenForm(service.sign()))
      expect(reply.json['error_description']).toBe(refusal)
    },
  )

  test('may be 64 KiB long', async () => {
    const { post, service } = await start((_request, answer) => void answer.end(keySetOf(65_536)))
    expect((await post(tokenForm(service.sign()))).status).toBe(200)
  })

  test('that names no loopback host is not asked, even where it leads to this machine', async () => {
    const { post, service, jwksUri, asked } = await start((_request, answer) => {
      answer.end(keySetOf(0))
    })
    service.change({ jwksUri: jwksUri.replace('127.0.0.1', '0.0.0.0') })
    const reply = await post(tokenForm(service.sign()))
    expect(reply.json['error_description']).toBe(refusal)
    expect(asked()).toBe(0)
  })

  test('with a key that is no object is no key set', async () => {
    const { post, service } = await start((_request, answer) => void answer.end('{"keys":[7]}'))
    const reply = await post(tokenForm(service.sign()))
    expect(reply.json['error_description']).toBe('The client JWKSet is invalid.')
  })
})
