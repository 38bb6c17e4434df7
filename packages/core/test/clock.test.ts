import { OrgClock, systemClock } from '@postern/core'
import { describe, expect, test } from 'vitest'
import { TestClock } from '../../../test/test-clock.ts'

describe('OrgClock', () => {
  const now = new Date('2026-01-15T12:00:00.400Z')

  test.each<[string, string | undefined, number]>([
    ['no header', undefined, 0],
    ['an unreadable one', 'yesterday', 0],
    ['a number', '1', 0],
    ['a date in another form', '2026-01-15T12:10:00Z', 0],
    ['the end of time', 'Fri, 31 Dec 9999 23:59:59 GMT', 0],
    ['the beginning of time', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['the same second', 'Thu, 15 Jan 2026 12:00:00 GMT', 0],
    ['one second ahead, within what Date and travel hide', 'Thu, 15 Jan 2026 12:00:02 GMT', 0],
    ['ten minutes ahead', 'Thu, 15 Jan 2026 12:10:00 GMT', 599_600],
    ['ten minutes behind', 'Thu, 15 Jan 2026 11:50:00 GMT', -600_400],
    ['a day behind, and what whole seconds hide', 'Wed, 14 Jan 2026 12:00:00 GMT', -86_400_400],
    ['more than a day', 'Sat, 17 Jan 2026 12:00:00 GMT', 0],
  ])('%s', (_what, date, offsetMs) => {
    const clock = new OrgClock(new TestClock(now))
    expect(clock.observe(new Headers(date === undefined ? {} : { date }))).toBe(offsetMs)
    expect(clock.offsetMs).toBe(offsetMs)
    expect(clock.now().getTime()).toBe(now.getTime() + offsetMs)
  })

  test.each([
    ['0', 599_600],
    ['1', 0],
    ['600', 0],
    ['0, 600', 0],
    ['0.5', 0],
    ['a while', 0],
  ])('an answer whose Age is %j', (age, offsetMs) => {
    const clock = new OrgClock(new TestClock(now))
    const date = 'Thu, 15 Jan 2026 12:10:00 GMT'
    expect(clock.observe(new Headers({ date, age }))).toBe(offsetMs)
    expect(clock.measuredMs).toBe(offsetMs === 0 ? undefined : offsetMs)
  })

  test('a machine whose clock was set right unlearns the offset', () => {
    const machine = new TestClock(now)
    const clock = new OrgClock(machine)
    clock.observe(new Headers({ date: 'Thu, 15 Jan 2026 12:10:00 GMT' }))
    machine.set(new Date('2026-01-15T12:10:01Z'))
    expect(clock.observe(new Headers({ date: 'Thu, 15 Jan 2026 12:10:01 GMT' }))).toBe(-599_600)
    expect(clock.offsetMs).toBe(0)
  })

  test('what is too far to be used was measured all the same', () => {
    const clock = new OrgClock(new TestClock(now))
    expect(clock.measuredMs).toBeUndefined()
    clock.observe(new Headers({ date: 'Sat, 17 Jan 2026 12:00:00 GMT' }))
    expect(clock.measuredMs).toBe(172_799_600)
  })

  test('what was signed for a wrong time is known, also where the machine was set right meanwhile', () => {
    const machine = new TestClock(now)
    const clock = new OrgClock(machine)
    const reading = clock.read()
    machine.advance(5_000)
    expect(clock.isCorrectedSince(reading)).toBe(false)
    machine.set(new Date('2026-01-15T12:10:00Z'))
    clock.observe(new Headers({ date: 'Thu, 15 Jan 2026 12:10:00 GMT' }))
    expect([clock.offsetMs, clock.isCorrectedSince(reading)]).toEqual([0, true])
  })

  test('the jitter of whole seconds does not move a known offset', () => {
    const machine = new TestClock(now)
    const clock = new OrgClock(machine)
    clock.observe(new Headers({ date: 'Thu, 15 Jan 2026 12:10:00 GMT' }))
    machine.advance(900)
    expect(clock.observe(new Headers({ date: 'Thu, 15 Jan 2026 12:10:00 GMT' }))).toBe(0)
  })
})

describe('systemClock', () => {
  test('sleeps until it is woken by an abort, with the reason given', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(60_000, { signal: controller.signal })
    controller.abort(new Error('woken'))
    await expect(sleeping).rejects.toThrow('woken')
    await expect(systemClock.sleep(1, { signal: controller.signal })).rejects.toThrow('woken')
    await expect(systemClock.sleep(1)).resolves.toBeUndefined()
  })
})
