import { describe, expect, test } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { OrgTime } from '../../src/clock.ts'
import { IndexedTable } from '../../src/state/indexed-table.ts'

interface Named {
  readonly id: string
  readonly name: string
}

function makeTable() {
  const clock = new TestClock(new Date('2026-01-01T00:00:00.000Z'))
  const table = new IndexedTable<Named>(new OrgTime(clock), () => 1_000)
  const names = () => [...table.indexed()].map(({ name }) => name)
  return { clock, table, names, put: (name: string) => table.put({ id: 'a', name }) }
}

describe('an index', () => {
  test('shows each change when its time has come', () => {
    const { clock, names, put } = makeTable()
    put('one')
    expect(names()).toEqual([])
    clock.advance(600)
    put('two')
    clock.advance(400)
    expect(names()).toEqual(['one'])
    clock.advance(600)
    expect(names()).toEqual(['two'])
  })

  test('never shows what was changed again in the same moment', () => {
    const { clock, names, put } = makeTable()
    put('one')
    put('two')
    clock.advance(999)
    expect(names()).toEqual([])
    clock.advance(1)
    expect(names()).toEqual(['two'])
  })

  test('is not behind any longer when the clock was set back', () => {
    const { clock, names, put } = makeTable()
    put('one')
    clock.advance(-86_400_000)
    expect(names()).toEqual(['one'])
    put('two')
    expect(names()).toEqual(['one'])
    clock.advance(1_000)
    expect(names()).toEqual(['two'])
  })

  test('takes as many changes of one row as a group with many members has', () => {
    const { clock, names, put } = makeTable()
    const before = performance.now()
    for (let change = 0; change < 200_000; change++) {
      if (change % 2 === 0) clock.advance(1)
      put(String(change))
    }
    clock.advance(1_000)
    expect(names()).toEqual(['199999'])
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})
