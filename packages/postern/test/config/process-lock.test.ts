/** @module A lock is held by one process at a time, and outlives none. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { TestClock } from '../../../../test/test-clock.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { identifyProcess, type ProcessIdentity } from '../../src/config/process-identity.ts'
import { takeLock } from '../../src/config/process-lock.ts'

const CONTENDERS = 6
const ROUNDS = 4

const folder = mkdtempSync(join(tmpdir(), 'postern-lock-'))
let locks = 0
const newPath = () => join(folder, `lock-${++locks}`)

afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.useRealTimers())

describe('a lock', () => {
  test('is taken by one of six processes that come at once after its owner was killed, in every round', async () => {
    const path = newPath()
    let contenders = await Promise.all(Array.from({ length: CONTENDERS }, () => contend(path)))
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const answers = await Promise.all(contenders.map(({ tryToTake }) => tryToTake()))
        const winners = contenders.filter((_, index) => answers[index] === 'taken')
        expect(winners, answers.join(' ')).toHaveLength(1)
        const [winner] = winners
        const others = answers.filter((answer) => answer !== 'taken')
        expect(new Set(others)).toEqual(new Set([String(winner?.child.pid)]))
        await winner?.kill()
        contenders = [...contenders.filter((one) => one !== winner), await contend(path)]
      }
    } finally {
      await Promise.all(contenders.map(({ kill }) => kill()))
    }
    expect(filesOf(path)).toEqual([path])
  })

  test('is taken once by twenty who look at the same moment, in every round', async () => {
    for (let round = 0; round < 10; round++) {
      const path = newPath()
      await lockAs(path, { start: '1' })
      const attempts = await Promise.all(
        Array.from({ length: 20 }, () => takeLock(path, { onLost: fail })),
      )
      const taken = attempts.flatMap((attempt) => ('lock' in attempt ? [attempt.lock] : []))
      expect(taken).toHaveLength(1)
      await taken[0]?.release()
      expect(filesOf(path)).toEqual([])
    }
  })

  test('is refused to its own process a second time, and free when it is released', async () => {
    const path = newPath()
    const first = await takeLock(path, { onLost: fail })
    if (!('lock' in first)) throw new Error('It was free.')
    const second = await takeLock(path, { onLost: fail, clock: new TestClock() })
    expect(second).toMatchObject({ owner: { pid: process.pid } })
    await first.lock.release()
    expect(filesOf(path)).toEqual([])
  })

  test('of a process whose number has another process by now is free', async () => {
    const path = newPath()
    await lockAs(path, { start: '1' })
    await takeAndRelease(path)
  })

  test('of another container is free after 15 seconds without a sign of life, and not before', async () => {
    const path = newPath()
    await lockAs(path, { namespace: 'pid:[1]', pid: 2 })
    const clock = new TestClock()
    await takeAndRelease(path, clock)
    expect(clock.waits.reduce((sum, wait) => sum + wait, 0)).toBe(15_000)
  })

  test.each([
    ['another container', { namespace: 'pid:[1]' }],
    ['another machine', { boot: 'another', machine: 'another', host: 'elsewhere' }],
    ['a system that tells nothing', { boot: undefined, namespace: undefined, host: 'elsewhere' }],
  ])('of %s is refused as soon as a sign of life is seen', async (_where, other) => {
    const path = newPath()
    await lockAs(path, { ...other, pid: 4_711 })
    const clock = new BeatingClock(path)
    expect(await takeLock(path, { onLost: fail, clock })).toMatchObject({ owner: { pid: 4_711 } })
    expect(clock.waits).toHaveLength(1)
  })

  test('of a process that died while it succeeded a dead one is free, and nothing of either stays', async () => {
    const path = newPath()
    const dead = await lockAs(path, { start: '1' })
    await lockAs(`${path}.claim.${dead.nonce}`, { start: '2' })
    await takeAndRelease(path)
    expect(filesOf(path)).toEqual([])
  })

  test('gives a sign of life every five seconds, and says when it was taken by another process', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const path = newPath()
    const onLost = vi.fn()
    const attempt = await takeLock(path, { onLost })
    utimesSync(path, 0, 0)
    vi.advanceTimersByTime(5_000)
    await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(0))
    expect(onLost).not.toHaveBeenCalled()
    await lockAs(path, { pid: 4_711 })
    vi.advanceTimersByTime(5_000)
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce())
    if ('lock' in attempt) await attempt.lock.release()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 4_711 })
  })
})

/** A clock during whose waits the owner of a lock gives signs of life. */
class BeatingClock extends TestClock {
  readonly #path: string

  constructor(path: string) {
    super()
    this.#path = path
  }

  override async sleep(waitMs: number): Promise<void> {
    await super.sleep(waitMs)
    utimesSync(this.#path, this.now(), this.now())
  }
}

async function takeAndRelease(path: string, clock = new TestClock()): Promise<void> {
  const attempt = await takeLock(path, { onLost: fail, clock })
  if (!('lock' in attempt)) throw new Error(`${attempt.owner.pid} has it.`)
  await attempt.lock.release()
}

/** Writes the lock of another process, which is this one but for what is said. */
async function lockAs(path: string, other: Partial<ProcessIdentity>): Promise<ProcessIdentity> {
  const identity = { ...(await identifyProcess()), ...other }
  writeFileSync(path, JSON.stringify(identity))
  return identity
}

function filesOf(path: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => file === path || file.startsWith(`${path}.`))
}

function fail(): never {
  throw new Error('The lock was lost.')
}

interface Contender {
  readonly child: ChildProcess
  readonly tryToTake: () => Promise<string>
  readonly kill: () => Promise<void>
}

/** A process of its own that is ready to take the lock. */
async function contend(path: string): Promise<Contender> {
  const child = spawn(process.execPath, [...startOf('config/lock-contender'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const nextLine = async () => String((await once(child.stdout, 'data'))[0]).trim()
  await nextLine()
  return {
    child,
    tryToTake: () => {
      child.stdin.write('\n')
      return nextLine()
    },
    kill: async () => {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
  }
}
