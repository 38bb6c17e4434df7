/** @module Since when somebody has been there. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { keepPresent, readPresentSince } from '../../src/store/presence.ts'
import { endLeases } from '../feeds/scene.ts'

const begin = new Date('2026-11-30T12:00:00.000Z')
const later = (minutes: number) => new Date(begin.getTime() + minutes * 60_000)

describe.each(stores)('presence on $name', ({ open }) => {
  let opened: TestStore
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const keep = (name: string, now: Date) => keepPresent(opened.store, { name, seconds: 60 }, now)
  const since = (name: string) => readPresentSince(opened.store, name)

  test('began with the first sign of life, as long as there are more', async () => {
    expect(await since('busy')).toBeUndefined()
    await keep('busy', begin)
    await keep('busy', later(1))
    expect(await since('busy')).toEqual(begin)
  })

  test('begins anew where nobody was there', async () => {
    await keep('back', begin)
    await endLeases(opened.store)
    expect(await since('back')).toBeUndefined()
    await keep('back', later(10))
    expect(await since('back')).toEqual(later(10))
  })

  test('has begun by now also where the clock was set back to before its beginning', async () => {
    await keep('early', later(60))
    await keep('early', begin)
    await keep('early', later(1))
    expect(await since('early')).toEqual(begin)
  })
})
