import { describe, expect, test } from 'vitest'
import { orderText, parseOrder, sortRows } from '../../src/console/parts/order.ts'

const rows = [{ name: 'b10' }, { name: 'B9' }, { name: 'a', used: 3 }, { name: 'c', used: 1 }]
const columns = [
  { key: 'name', sortBy: (row: { name: string }) => row.name },
  { key: 'used', sortBy: (row: { used?: number }) => row.used },
  { key: 'free' },
]
const names = (order: { key: string; isDescending: boolean }) =>
  sortRows<{ name: string; used?: number }>(rows, columns, order).map(({ name }) => name)

describe('the order of a list', () => {
  test('has numbers in names by their size, and what is not there at the end either way', () => {
    expect(names({ key: 'name', isDescending: false })).toEqual(['a', 'B9', 'b10', 'c'])
    expect(names({ key: 'used', isDescending: false })).toEqual(['c', 'a', 'b10', 'B9'])
    expect(names({ key: 'used', isDescending: true })).toEqual(['a', 'c', 'b10', 'B9'])
    expect(names({ key: 'free', isDescending: true })).toEqual(['b10', 'B9', 'a', 'c'])
  })

  test('stands in an address, and is read back', () => {
    const fallback = { key: 'name', isDescending: false }
    for (const order of [fallback, { key: 'used', isDescending: true }]) {
      expect(parseOrder(orderText(order), { key: 'x', isDescending: true })).toEqual(order)
    }
    expect(parseOrder(null, fallback)).toEqual(fallback)
  })
})
