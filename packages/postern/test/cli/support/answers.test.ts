import { expect, test } from 'vitest'
import { problemOf } from '../../../src/cli/support/answers.ts'

test('a server that hangs is called so, with what to do', async () => {
  const signal = AbortSignal.timeout(1)
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  expect(problemOf(signal.reason)).toEqual({
    problem: {
      code: 'server_silent',
      message: expect.stringContaining('did not answer'),
      remedy: expect.stringContaining('log'),
    },
  })
})

test('what nobody planned for has its code, where that is a word, and no message', () => {
  const code = { code: 'EACCES' }
  const error = Object.assign(new Error('hunter2'), code)
  expect(problemOf(error)).toEqual({ problem: { ...code, message: 'Error' } })
  const aborted = new DOMException('hunter2', 'AbortError')
  expect(problemOf(aborted)).toEqual({ problem: { code: 'unknown', message: 'AbortError' } })
})
