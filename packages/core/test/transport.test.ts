import { expect, test } from 'vitest'
import { abortable, readBody } from '../src/transport.ts'

test('work that is aborted before it is waited for leaves no rejection unhandled', async () => {
  const work = Promise.reject(new Error('too late'))
  await expect(abortable(work, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  // An unhandled rejection is told after the microtasks, and fails the run.
  await new Promise(setImmediate)
})

test('a body that is not read to its end is told to return, whatever stopped the reading', async () => {
  const host = 'acme.okta.com'
  const read = async (maxBytes: number, signal: AbortSignal) => {
    let returned = 0
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: new Uint8Array(4) }),
        return: async () => {
          returned++
          return { done: true as const, value: undefined }
        },
      }),
    }
    const failure = await readBody(
      { status: 200, headers: new Headers(), body },
      { maxBytes, host, signal },
    ).catch((error: unknown) => error)
    return { returned, failure }
  }
  expect(await read(10, new AbortController().signal)).toMatchObject({
    returned: 1,
    failure: { code: 'upstream_response_too_large' },
  })
  expect(await read(10, AbortSignal.abort())).toMatchObject({
    returned: 1,
    failure: { name: 'AbortError' },
  })
})
