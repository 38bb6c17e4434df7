import { expect, test } from 'vitest'
import { abortable } from '../src/transport.ts'

test('work that is aborted before it is waited for leaves no rejection unhandled', async () => {
  const work = Promise.reject(new Error('too late'))
  await expect(abortable(work, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  // An unhandled rejection is told after the microtasks, and fails the run.
  await new Promise(setImmediate)
})
