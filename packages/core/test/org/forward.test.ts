/** @module Requests that are passed on: the same decisions as for those that are whole in memory, and bodies that are not read. */

import type { OpenAnswer, Org } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { orgScenario } from '../../../../test/scripted-org.ts'

interface Opened extends OpenAnswer {
  readonly text: string
  isDropped: boolean
}

/** Sends over `fetch`, and notes which answers were let go. */
function sender(body?: string) {
  const opened: Opened[] = []
  const send: Parameters<Org['forward']>[1] = async ({ url, method, headers }) => {
    const answer = await fetch(url, {
      ...{ method, headers, redirect: 'manual' },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    const open: Opened = {
      status: answer.status,
      headers: answer.headers,
      text,
      isDropped: false,
      peek: async (maxBytes) => new TextEncoder().encode(text).subarray(0, maxBytes),
      drop: () => {
        open.isDropped = true
      },
    }
    opened.push(open)
    return open
  }
  return { send, opened }
}

const groups = { path: '/api/v1/groups', isRepeatable: () => true }

describe('Org.forward', () => {
  test('gives whatever is answered, its body untouched', async () => {
    const { org } = await orgScenario(() => ({ status: 404, body: { errorCode: 'E0000007' } }))
    const { send, opened } = sender()
    const { answer, ...rest } = await org.forward(groups, send)
    expect(rest).toMatchObject({ status: 404, attempts: 1 })
    expect(answer).toBe(opened[0])
    expect(opened[0]?.isDropped).toBe(false)
  })

  test.each([
    ['GET', 503, 2],
    ['GET', 500, 2],
    ['PUT', 500, 1],
    ['POST', 503, 1],
    ['POST', 429, 2],
  ])('sends a %s after a %i again as often as a request does', async (method, status, attempts) => {
    const script = (_request: unknown, number: number) => ({ status: number === 0 ? status : 200 })
    const forwarding = await orgScenario(script)
    const { send, opened } = sender()
    expect(await forwarding.org.forward({ ...groups, method }, send)).toMatchObject({ attempts })
    expect(opened.map(({ isDropped }) => isDropped)).toEqual(
      attempts === 2 ? [true, false] : [false],
    )
    const requesting = await orgScenario(script)
    await requesting.org.request({ ...groups, method }).catch(() => undefined)
    expect(requesting.server.requests.length).toBe(attempts)
    expect(forwarding.clock.waits).toEqual(requesting.clock.waits)
  })

  test('sends nothing again whose body is gone, and gives the refusal', async () => {
    const { org, server } = await orgScenario(() => ({ status: 503 }))
    const { send, opened } = sender('once')
    const gone = { ...groups, method: 'PUT', isRepeatable: () => false }
    expect(await org.forward(gone, send)).toMatchObject({ status: 503, attempts: 1 })
    expect(server.requests).toHaveLength(1)
    expect(opened[0]?.isDropped).toBe(false)
  })

  test.each([
    [true, [[200, 2]]],
    // What is refused cannot be sent again, and the next one passes.
    [
      false,
      [
        [401, 1],
        [200, 1],
      ],
    ],
  ] as const)('authorises anew after a 401 (repeatable: %s)', async (isRepeatable, expected) => {
    const { app, running } = await emulatedOrg({ keyType: 'EC', faults: ['dpop-required'] })
    const users = { path: '/api/v1/users', isRepeatable: () => isRepeatable }
    const { send } = sender()
    expect(await app.forward(users, send)).toMatchObject({ status: 200, attempts: 1 })
    running.faults.on('tokens-revoked')
    for (const [status, attempts] of expected)
      expect(await app.forward(users, send)).toMatchObject({ status, attempts })
    expect(running.unexpected).toEqual([])
  })

  test('ends its turn with the head of the answer, so that a slow reader keeps nobody waiting', async () => {
    const { org } = await orgScenario(() => ({ body: [] }))
    const { send, opened } = sender()
    // More than may be under way at the same time.
    for (let number = 0; number < 30; number++) await org.forward(groups, send)
    expect(opened).toHaveLength(30)
    expect(opened.some(({ isDropped }) => isDropped)).toBe(false)
  })

  test('throws where no answer came', async () => {
    const { org } = await orgScenario(() => ({ cut: 'before' }))
    const { send } = sender()
    const asked = org.forward({ ...groups, method: 'POST' }, send)
    await expect(asked).rejects.toMatchObject({ code: 'upstream_connection_lost' })
  })
})
