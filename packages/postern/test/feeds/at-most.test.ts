import { describe, expect, test } from 'vitest'
import { mapAtMost } from '../../src/feeds/at-most.ts'

describe('mapAtMost', () => {
  test('gives the results in the order of the items, however long each takes', async () => {
    const waiting = Promise.withResolvers<void>()
    const doubled = mapAtMost([1, 2, 3], 2, async (item) => {
      if (item === 1) await waiting.promise
      if (item === 3) waiting.resolve()
      return item * 2
    })
    expect(await doubled).toEqual([2, 4, 6])
  })

  test('begins nothing more once one has failed', async () => {
    const begun: number[] = []
    const others = Promise.withResolvers<void>()
    const mapping = mapAtMost([1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item)
      if (item === 1) throw new Error('refused')
      await others.promise
    })
    await expect(mapping).rejects.toThrow('refused')
    others.resolve()
    await new Promise(setImmediate)
    expect(begun).toEqual([1, 2])
  })
})
