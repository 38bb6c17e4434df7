/** @module A service app whose machine's clock is wrong, and an org that tells the time or does not. */

import {
  type Clock,
  fetchTransport,
  importKey,
  Org,
  PosternError,
  type Transport,
} from '@postern/core'
import { startOrg } from '@postern/emulator'
import { TestClock } from '../../../../test/test-clock.ts'

const DAY_MS = 86_400_000
const REQUESTS = 12
// `Date` has whole seconds, and what is below two of them counts as none.
const MEASURED_WITHIN_SECONDS = 3

type Random = (below: number) => number

/** Sends requests of one app, setting its machine's clock between them. */
export async function playSignIns(random: Random) {
  const truth = new TestClock(new Date('2026-10-24T20:00:00.500Z'))
  const machine = new WrongClock(truth)
  const dpopRequired = random(2) === 0
  const tellsTime = random(3) > 0
  const running = await startOrg({ keyType: 'EC', clock: truth, dpopRequired })
  const wrongs: string[] = []
  const seen = { requests: 0, jumps: 0, 'signed past': 0, named: 0 }
  try {
    const { url, app } = running
    const org = new Org({
      url,
      dev: true,
      clock: machine,
      transport: tellsTime ? fetchTransport : withoutDate(fetchTransport),
      credential: {
        kind: 'service-app',
        clientId: app.clientId,
        key: await importKey(JSON.stringify(app.key)),
        scopes: [...app.scopes],
        assertion: { lifetimeSeconds: [240, 240, 60, 3_600][random(4)] },
      },
    })
    for (let number = 0; number < REQUESTS; number++) {
      if (random(4) > 0) {
        machine.aheadMs = jump(random)
        seen.jumps++
      }
      // A refusal is remembered for half a minute.
      truth.advance(31_000 + (random(3) === 0 ? random(4 * 3_600_000) : 0))
      seen.requests++
      const failure = await org.request({ path: '/api/v1/users' }).then(
        () => undefined,
        (error: unknown) => error,
      )
      const { aheadMs } = machine
      if (failure === undefined) {
        if (Math.abs(aheadMs) >= 30_000) seen['signed past']++
      } else if (tellsTime && Math.abs(aheadMs) <= DAY_MS) {
        wrongs.push(`refused although it could know: ${aheadMs} ms ahead, ${String(failure)}`)
      } else {
        const problem = judgeFailure(failure, tellsTime ? aheadMs : undefined)
        if (problem === undefined) seen.named++
        else wrongs.push(problem)
      }
    }
    if (running.unexpected.length > 0) wrongs.push('The emulator failed.')
  } finally {
    await running.close()
  }
  return { seen, wrongs, wrong: { 'refused or not named': wrongs.length } }
}

/** Milliseconds ahead: a little, ten minutes, hours, a day, or more than a certificate would stand. */
function jump(random: Random): number {
  const sign = random(2) === 0 ? 1 : -1
  switch (random(6)) {
    case 0:
      return sign * random(30_000)
    case 1:
      return sign * 600_000
    case 2:
      return sign * random(600_000)
    case 3:
      return sign * random(DAY_MS)
    case 4:
      return sign * DAY_MS
    default:
      return random(3) === 0 ? sign * (2 * DAY_MS + random(DAY_MS)) : 0
  }
}

/** Undefined where a failure is named as one of the clock, with the difference where that can be measured. */
function judgeFailure(failure: unknown, aheadMs: number | undefined): string | undefined {
  if (!(failure instanceof PosternError)) return `no error of Postern: ${String(failure)}`
  const { code, message, details } = failure
  if (code !== 'clock_skew') return `named ${code}: ${message}`
  const offset = details['offsetSeconds']
  if (aheadMs === undefined)
    return offset === undefined ? undefined : `measured without a time: ${String(offset)} s`
  const isRight =
    typeof offset === 'number' && Math.abs(offset + aheadMs / 1_000) <= MEASURED_WITHIN_SECONDS
  const isShown = message.includes(`${Math.abs(Number(offset))} s`)
  return isRight && isShown ? undefined : `${aheadMs} ms ahead is said to be ${message}`
}

/** A machine's clock: as fast as the right one, and wrong. */
class WrongClock implements Clock {
  aheadMs = 0
  readonly #truth: TestClock

  constructor(truth: TestClock) {
    this.#truth = truth
  }

  now(): Date {
    return new Date(this.#truth.now().getTime() + this.aheadMs)
  }

  monotonicMs(): number {
    return this.#truth.monotonicMs()
  }

  sleep(waitMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void> {
    return this.#truth.sleep(waitMs, options)
  }
}

/** What stands in between takes the time out of every answer. */
function withoutDate(transport: Transport): Transport {
  return async (request) => {
    const answer = await transport(request)
    const headers = new Headers([...answer.headers].filter(([name]) => name !== 'date'))
    return { ...answer, headers }
  }
}
