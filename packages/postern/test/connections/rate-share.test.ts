import { setImmediate } from 'node:timers/promises'
import { Pacer, type Transport } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { openTestSeal } from '../../../../test/test-seal.ts'
import { VirtualTime } from '../../../../test/virtual-time.ts'
import type { Connections } from '../../src/connections/connections.ts'
import { RateShare } from '../../src/connections/rate-share.ts'
import { openStore } from '../../src/store/open.ts'
import type { Seal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { by, codeOf, openConnections, valuesOfApp } from './kept.ts'

const postgres = stores.filter(({ name }) => name === 'PostgreSQL')
const PATH = '/api/v1/groups'
// Half of it is one caller's, and 90 % of that are used: 27 a minute.
const ORG_LIMIT = 60

/** An object of which some members are others. */
function withOwn<Whole extends object>(whole: Whole, own: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get: (target, name) => {
      if (name in own) return Reflect.get(own, name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe.each(postgres)('processes on one $name that use a connection', ({ open }) => {
  let kept: TestStore
  let seal: Seal
  let time: VirtualTime
  let org: RunningOrg
  /** A store of its own, as another process has it. */
  let otherStore: Store
  beforeAll(async () => {
    kept = await open()
    otherStore = await openStore(kept.place)
    seal = await openTestSeal(kept.store)
    time = new VirtualTime()
    org = await startOrg({ keyType: 'EC', clock: time })
    org.limits.overrides.set(PATH, ORG_LIMIT)
    const connections = await openConnections(kept, { seal })
    await connections.connect({ name: 'acme', values: valuesOfApp(org), force: true }, by)
  })
  afterAll(async () => {
    await org.close()
    await otherStore.close()
    await kept.close()
  })

  /** What one process sent, by the minute that it was sent in. */
  interface Process {
    readonly connections: Connections
    readonly sent: { readonly atMs: number; readonly status: number }[]
  }

  const begin = async (store: Store): Promise<Process> => {
    const sent: Process['sent'] = []
    const through =
      (transport: Transport): Transport =>
      async (request) => {
        const answer = await time.delay(100, transport)(request)
        if (request.url.includes(PATH))
          sent.push({ atMs: time.monotonicMs(), status: answer.status })
        return answer
      }
    const connections = await openConnections(kept, { store, seal, clock: time, through })
    connections.follow()
    await connections.open('acme')
    return { connections, sent }
  }

  /** Asks as fast as the pacer lets it, until the signal. */
  const askOn = async ({ connections }: Process, signal: AbortSignal) => {
    const { org: client } = await connections.open('acme')
    const caller = async (): Promise<never> => {
      for (;;) await client.request({ path: PATH, priority: 'sweep', signal })
    }
    await Promise.allSettled([caller(), caller(), caller()])
  }

  /** Time passes, and every process looks at the store now and then. */
  const pass = async (seconds: number, processes: readonly Process[]) => {
    const untilMs = time.monotonicMs() + seconds * 1_000
    while (time.monotonicMs() < untilMs) {
      // Sooner than what was read is out of date: time does not stand still for a request that reads it anew.
      await time.sleep(900)
      await time.during(async () => {
        for (const { connections } of processes) await connections.look()
      })
    }
  }

  test('divide its rate limit, whenever one of them begins or ends, and see no 429', async () => {
    const stop = new AbortController()
    const one = await begin(kept.store)
    const asking = askOn(one, stop.signal)
    await pass(20, [one])
    const two = await time.during(() => begin(otherStore))
    const stopTwo = new AbortController()
    const askingToo = askOn(two, stopTwo.signal)
    await pass(220, [one, two])
    stopTwo.abort()
    await askingToo
    await time.during(() => two.connections.close())
    await pass(120, [one])
    stop.abort()
    await asking
    await one.connections.close()

    expect([...one.sent, ...two.sent].filter(({ status }) => status === 429)).toEqual([])
    const between = ({ sent }: Process, fromMs: number, toMs: number) =>
      sent.filter(({ atMs }) => atMs > fromMs && atMs <= toMs).length
    // Windows begin about every full minute, so these spans lie between them. Alone: the whole share.
    expect(between(one, 0, 30_000)).toBeGreaterThanOrEqual(25)
    // Together: half of it each, three windows long.
    for (const each of [one, two]) expect(between(each, 30_000, 210_000)).toBe(39)
    // Alone again.
    expect(between(one, 270_000, 330_000)).toBe(27)
  })

  test('of which one died have the whole share again once it gives no sign of life', async () => {
    const one = await begin(kept.store)
    const { pacer } = (await one.connections.open('acme')).org
    expect(pacer.sharers).toBe(1)
    const dead = await begin(otherStore)
    await one.connections.look()
    expect(pacer.sharers).toBe(2)
    await kept.store.db
      .updateTable('connection_use')
      .set({ seen_at: new Date(Date.now() - 16_000) })
      .execute()
    await pass(4, [one])
    expect(pacer.sharers).toBe(1)
    await dead.connections.close()
    await one.connections.close()
    expect(await kept.store.db.selectFrom('connection_use').selectAll().execute()).toEqual([])
  })

  test('of which one leaves while it gives a sign of life leave nothing of it', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const executor = otherStore.db.getExecutor()
    const executeLate = async (...query: Parameters<typeof executor.executeQuery>) => {
      await released
      return executor.executeQuery(...query)
    }
    const late = withOwn(executor, { executeQuery: executeLate as typeof executor.executeQuery })
    // Raw statements, as the sign of life is one, are all that is late.
    const store = withOwn(otherStore, { db: withOwn(otherStore.db, { getExecutor: () => late }) })
    const share = new RateShare({ store, clock: time })
    const joining = share.join('not-there', new Pacer({ clock: time }))
    const leaving = share.leave()
    await setImmediate()
    release()
    await Promise.all([joining, leaving])
    expect(await kept.store.db.selectFrom('connection_use').selectAll().execute()).toEqual([])
  })

  test('see within a second that one of them removed it, and what is under way ends', async () => {
    const one = await begin(kept.store)
    const two = await begin(otherStore)
    org.faults.on('timeout')
    const { org: client, signal } = await two.connections.open('acme')
    const underWay = codeOf(client.request({ path: '/api/v1/users/me' }))
    await one.connections.remove('acme', by)
    await two.connections.look()
    expect(signal.aborted).toBe(true)
    expect(await underWay).toBe('connection_not_found')
    org.faults.off('timeout')
    await one.connections.close()
    await two.connections.close()
  })
})

test('An embedded store has one process, and nothing is written for it', async () => {
  const [embedded] = stores.filter(({ name }) => name === 'PGlite')
  const kept = await embedded?.open()
  if (kept === undefined) throw new Error('There is no embedded store.')
  const connections = await openConnections(kept)
  connections.follow()
  await connections.look()
  expect(await kept.store.db.selectFrom('connection_use').selectAll().execute()).toEqual([])
  await connections.close()
  await kept.close()
})
