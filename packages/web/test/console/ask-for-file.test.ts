import { describe, expect, it, onTestFinished } from 'vitest'
import { type ScriptedAnswer, startScriptedServer } from '../../../../test/scripted-server.ts'
import { Client, type RefusedError } from '../../src/client.ts'
import { askForFile } from '../../src/console/parts/ask-for-file.ts'

const headers = { 'content-disposition': 'attachment; filename="acme-events.csv"' }
const body = `uuid\r\n${'x'.repeat(100_000)}\r\n`

/** Asks a server that answers so for a file. */
async function asked(answer: ScriptedAnswer, signal?: AbortSignal) {
  const server = await startScriptedServer(() => answer)
  onTestFinished(server.close)
  const told: number[] = []
  const file = askForFile(new Client(), {
    ...{ path: `${server.orgUrl}/v1/connections/acme/events`, type: 'text/csv' },
    onBytes: (bytes) => told.push(bytes),
    ...(signal && { signal }),
  })
  return { file: await file.catch((error: RefusedError) => error), told, server }
}

describe('a file that is asked for', () => {
  it('is here with its name once it is whole, and tells how far it is', async () => {
    const { file, told, server } = await asked({ headers, body })
    if (file instanceof Error) throw file
    expect([file.name, await file.content.text()]).toEqual(['acme-events.csv', body])
    expect(told.at(-1)).toBe(body.length)
    expect(told).toEqual(told.toSorted((one, other) => one - other))
    expect(server.requests[0]?.headers.accept).toBe('text/csv')
  })

  it('is none where it breaks off', async () => {
    const { file, told } = await asked({ headers, body, cut: 'chunked' })
    expect(file).toMatchObject({
      problem: { code: 'server_unreachable', detail: 'The answer of Postern broke off.' },
    })
    expect(told).toEqual([10])
  })

  it('is none where it is refused, and the refusal says why', async () => {
    const { file } = await asked({ status: 429, body: { code: 'request_too_many', status: 429 } })
    expect(file).toMatchObject({ problem: { code: 'request_too_many', status: 429 } })
  })

  it('is given up by whoever asked', async () => {
    const gone = new AbortController()
    const running = asked({ hang: true }, gone.signal)
    gone.abort()
    expect((await running).file).toMatchObject({ name: 'AbortError' })
  })
})
