import { describe, expect, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'

describe.each(stores)('a long run of queries on $name', ({ open }) => {
  test('leaves the event loop its turns', async () => {
    const kept = await open()
    onTestFinished(() => kept.close())
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    onTestFinished(() => clearInterval(timer))
    for (let query = 0; query < 10_000 && turns < 3; query++) {
      await kept.store.db.selectFrom('secret').selectAll().execute()
    }
    expect(turns).toBeGreaterThanOrEqual(3)
  })
})
