/** @module What the log tells: one JSON object a line, and nothing secret by name or by shape. */

import { generateKey, PosternError, Secret } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { openLog } from '../src/log.ts'

const CANARY = 'canary-7f3a9c51d2e84b60'

function openLines() {
  const lines: string[] = []
  const log = openLog({ level: 'trace', stream: { write: (line) => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

describe('a line', () => {
  test('is one JSON object with a time and a level by name', () => {
    const { log, lines, last } = openLines()
    log.info({ route: 'listConnections' }, 'request')
    expect(lines[0]).toMatch(/\n$/)
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      route: 'listConnections',
      msg: 'request',
    })
  })

  test('has no secret by name, however deep and however it is written', () => {
    const { log, lines } = openLines()
    const names = ['authorization', 'Authorization', 'DPoP', 'client_assertion', 'clientAssertion']
    names.push(
      'private_key',
      'd',
      'p',
      'q',
      'dp',
      'dq',
      'qi',
      'k',
      'token',
      'access_token',
      'cookie',
    )
    names.push('Set-Cookie', 'X-Api-Key', 'passphrase')
    for (const name of names) log.info({ request: { headers: [{ [name]: CANARY }] } })
    expect(lines.join('')).not.toContain(CANARY)
    expect(lines).toHaveLength(names.length)
  })

  test.each([
    ['a PEM', `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`],
    ['a JWT', `eyJhbGciOiJSUzI1NiJ9.${CANARY}.${CANARY}`],
    ['an SSWS header', `SSWS 00${CANARY}abcdefghijklmnop`],
    ['a Bearer header', `Bearer ${CANARY}`],
    ['a private JWK', `{"kty":"RSA","d":"${CANARY}"}`],
    ['an access key', `postern_0123456789abcdef_${CANARY}abcdefghijklmnopqrst`],
  ])('has no secret by shape: %s', (_what, text) => {
    const { log, lines } = openLines()
    log.info({ text, deep: [{ text }], [text]: 1 }, text)
    log.error(new Error(text, { cause: new Error(text) }))
    log.info('with %s', text)
    expect(lines.join('')).not.toContain(CANARY)
    expect(lines).toHaveLength(3)
  })

  test('has nothing of what rides on an error but its name, code, text and stack', () => {
    const { log, last } = openLines()
    const error = Object.assign(new Error('lost'), {
      code: 'ECONNRESET',
      request: { body: CANARY },
    })
    log.error({ err: error }, 'failed')
    const { err } = last()
    expect(Object.keys(err)).toEqual(['name', 'message', 'code', 'stack'])
    expect(err.stack.length).toBeGreaterThan(0)
  })

  test('has the details of an error of ours, and its cause', () => {
    const { log, last } = openLines()
    const cause = new Error('the cause')
    const error = new PosternError('x_failed', 'It failed.', {
      remedy: 'Stop.',
      details: { at: 3 },
      cause,
    })
    log.error({ err: error })
    expect(last().err).toMatchObject({
      code: 'x_failed',
      details: { at: 3 },
      cause: { message: 'the cause' },
    })
  })

  test('never shows a Secret, a key or bytes', async () => {
    const { log, lines } = openLines()
    const key = await generateKey({ alg: 'ES256' })
    log.info({ text: new Secret(CANARY), key, bytes: Buffer.from(CANARY) })
    expect(lines.join('')).not.toContain(CANARY)
    expect(lines.join('')).not.toContain(Buffer.from(CANARY).toString('hex'))
    const { d } = JSON.parse(key.privateJwk.reveal())
    expect(lines.join('')).not.toContain(d)
  })

  test('has an end, whatever is told', () => {
    const { log, lines } = openLines()
    const endless: Record<string, unknown> = { text: 'x '.repeat(1_000_000) }
    endless['self'] = endless
    log.info({ endless, many: Array(100_000).fill('x') }, 'y '.repeat(1_000_000))
    expect(lines[0]?.length).toBeLessThan(20_000)
  })

  test('has no line break inside, and no control characters', () => {
    const { log, lines } = openLines()
    log.info({ text: 'a\nb\u001b[31mc' }, 'a\r\nb')
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/\\n|\\r|\\u001b/)
  })
})
