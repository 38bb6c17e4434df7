import { expect, test } from 'vitest'
import { filterInTurns } from '../../src/feeds/in-turns.ts'

test('many are judged in their order, and the event loop turns after each hundred', async () => {
  const numbers = Array.from({ length: 1_000 }, (_, index) => index)
  let turns = 0
  let isOver = false
  const turn = () => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const even = await filterInTurns(numbers, (number) => number % 2 === 0)
  isOver = true
  expect(even).toEqual(numbers.filter((number) => number % 2 === 0))
  expect(turns).toBeGreaterThanOrEqual(9)
  expect(await filterInTurns([], () => true)).toEqual([])
})
