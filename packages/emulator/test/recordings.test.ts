/** @module Every recorded exchange with a real org is asked again of the emulator, and the answers are compared. */

import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startOrg } from '../src/index.ts'
import { isJsonObject, type JsonObject } from '../src/json.ts'
import { compare, type Received, type Recording, recordings } from './recording.ts'
import { reviewed } from './recordings/reviewed.ts'
import { addAdmin, scenarios } from './recordings/scenarios.ts'

const exchanges = recordings.filter(({ response }) => response.status !== null)

describe('a recorded exchange', () => {
  test.each(exchanges)('$name: the emulator answers as the org did', async (recording) => {
    const reasons = reviewed.filter((known) => known.recording.test(recording.name))
    const known = reasons.map(({ difference }) => difference)
    const found = await replay(recording)
    expect(found.filter((difference) => !known.includes(difference))).toEqual([])
  })

  test('has its scenario', () => {
    expect(Object.keys(scenarios).toSorted()).toEqual(exchanges.map(({ name }) => name))
  })

  test('names the public repository and file it comes from', () => {
    expect(recordings.filter(({ source }) => !source.repo || !source.file)).toEqual([])
  })
})

test('a reviewed difference that has gone leaves the list', async () => {
  const found = await Promise.all(
    exchanges.map(async (recording) => ({ name: recording.name, seen: await replay(recording) })),
  )
  const gone = reviewed.filter(
    ({ recording, difference }) =>
      !found.some(({ name, seen }) => recording.test(name) && seen.includes(difference)),
  )
  expect(gone).toEqual([])
})

async function replay(recording: Recording): Promise<readonly string[]> {
  const running = await startOrg({ edition: 'integrator', ...quietOrg })
  try {
    const { org, limits, url } = running
    const token = org.addApiToken(addAdmin(org).id, 'recording').value
    const send = (method: string, path: string, body: unknown) => {
      const text = body == null ? undefined : JSON.stringify(body).replaceAll('"{org}"', `"${url}"`)
      return receive(method, `${url}${path}`, token, text)
    }
    const call = async (method: string, path: string, body?: unknown): Promise<JsonObject> => {
      const { body: given } = await send(method, path, body)
      return isJsonObject(given) ? given : {}
    }
    const { method, path, query, body } = recording.request
    const prepare = scenarios[recording.name]
    const prepared = (await prepare?.({ org, limits, recording, call })) ?? {}
    const search = prepared.query ?? query
    const target = `${prepared.path ?? path}${search ? `?${search}` : ''}`
    return compare(recording, await send(method, target, prepared.body ?? body), url)
  } finally {
    await running.close()
  }
}

const quietOrg = { users: 0 } as const

function receive(
  method: string,
  url: string,
  token: string,
  body: string | undefined,
): Promise<Received> {
  const headers = {
    ...{ Accept: 'application/json', 'Accept-Encoding': 'gzip', Authorization: `SSWS ${token}` },
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const packed = answer.headers['content-encoding'] === 'gzip'
      const text = (packed ? gunzipSync(bytes) : bytes).toString('utf8')
      resolve({
        status: answer.statusCode ?? 0,
        headers: linesByName(answer.rawHeaders),
        body: text === '' ? null : JSON.parse(text),
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function linesByName(raw: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>()
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    lines.set(name, [...(lines.get(name) ?? []), raw[index + 1] ?? ''])
  }
  return lines
}
