import { expect, test } from 'vitest'
import { formatCountOf } from '../../src/cli/count.ts'

test.each([
  [0, '0 events'],
  [1, '1 event'],
  [2, '2 events'],
  [12_400, '12,400 events'],
])('a count of %i is shown with its noun as %s', (count, shown) => {
  expect(formatCountOf(count, 'events')).toBe(shown)
})

test('one of what has an es in the plural has none', () => {
  expect(formatCountOf(1, 'batches')).toBe('1 batch')
  expect(formatCountOf(2, 'batches')).toBe('2 batches')
})
