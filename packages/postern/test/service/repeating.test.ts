import { systemClock } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { openLog } from '../../src/log.ts'
import { Repeating } from '../../src/service/repeating.ts'

/** A repeating whose log lines are at hand. */
function create() {
  const logged: Record<string, unknown>[] = []
  const stream = { write: (line: string) => void logged.push(JSON.parse(line)) }
  const log = openLog({ level: 'trace', stream })
  return { logged, repeating: new Repeating({ clock: systemClock, log }) }
}

describe('what is done again and again', () => {
  test('goes on after a failure, which is logged by its name', async () => {
    const { logged, repeating } = create()
    let times = 0
    const third = new Promise<void>((resolve) => {
      repeating.begin({
        name: 'upkeep',
        everyMs: 1,
        work: async () => {
          times++
          if (times === 3) resolve()
          throw new Error('not yet')
        },
      })
    })
    await third
    await repeating.stop()
    expect(logged[0]).toMatchObject({ name: 'upkeep', msg: 'failed, and is tried again' })
  })

  test('is never done twice at a time, and is told to end when everything stops', async () => {
    const { repeating } = create()
    let underWay = 0
    let most = 0
    const begun = new Promise<void>((resolve) => {
      repeating.begin({
        name: 'slow',
        everyMs: 1,
        work: async (signal) => {
          most = Math.max(most, ++underWay)
          resolve()
          await new Promise((ended) => signal.addEventListener('abort', ended, { once: true }))
          underWay--
        },
      })
    })
    await begun
    await repeating.stop()
    expect([most, underWay]).toEqual([1, 0])
  })
})
