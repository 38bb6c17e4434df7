/** @module What runs in the worker: the tests of an area, called for one mutant after the other. */

import crypto from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, utimesSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import fc from 'fast-check'
import {
  describe,
  inject,
  type RunnerTestCase,
  type RunnerTestSuite,
  TestRunner,
  test,
  vi,
} from 'vitest'
import type { PlayLine, PlayTask } from './task.ts'

/** Which tests come through which mutants. */
type Coverage = Readonly<
  Record<string, { readonly ms: number; readonly hits: Readonly<Record<string, number>> }>
>

declare module 'vitest' {
  interface ProvidedContext {
    readonly task: PlayTask
  }
}

interface State {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number
  hitLimit?: number
  mutantCoverage?: {
    static: Record<string, number>
    perTest: Record<string, Record<string, number>>
  }
}

interface Loaded {
  readonly tests: readonly RunnerTestCase[]
}

// A mutant may make a loop endless: it is come through a hundred times as often as without it, and given up.
const HITS_FACTOR = 100
const FEW_HITS = 10_000
const HANGS_AFTER_MS = 30_000
// The quickest tests are asked first; where they have used up this much processor time, no further ones.
const MOST_MS = 30_000

// Tests with generated inputs play as many as they get to, and the same ones each time.
const GENERATED_MS = 500
fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: GENERATED_MS })

// Tests make keys when they are loaded, which takes long, and any will do: the same ones each time.
const madeKeys = new Map<string, unknown>()
const keysOfLoad = new Map<string, number>()
const makeKeys = crypto.generateKeyPairSync as (...options: readonly unknown[]) => unknown
Object.assign(crypto, {
  generateKeyPairSync: (...options: readonly unknown[]) => {
    const kind = JSON.stringify(options)
    const number = keysOfLoad.get(kind) ?? 0
    keysOfLoad.set(kind, number + 1)
    const keys = madeKeys.get(`${kind} ${number}`) ?? makeKeys(...options)
    madeKeys.set(`${kind} ${number}`, keys)
    return keys
  },
})
syncBuiltinESMExports()

const { tests: files, mutants, once, fileOf, log, coverage: coverageFile } = inject('task')
// What the changed code and this file share.
const shared = globalThis as { __stryker__?: State }
shared.__stryker__ ??= {}
const state = shared.__stryker__

/** What was loaded with a mutant turned on; undefined where that failed. */
const anew = new Map<string, Loaded | undefined>()

describe('mutants', async () => {
  const base = await load()
  const atLoading: Readonly<Record<string, number>> = { ...state.mutantCoverage?.static }
  const kept = existsSync(coverageFile)
    ? (JSON.parse(readFileSync(coverageFile, 'utf8')) as Coverage)
    : undefined
  const hit = new Set(Object.values(kept ?? {}).flatMap(({ hits }) => Object.keys(hits)))
  for (const id of mutants) {
    if (!once.includes(id) && (hit.has(id) || atLoading[id] === undefined)) continue
    tell({ id, status: 'begun' })
    begin(id, atLoading[id])
    vi.resetModules()
    anew.set(id, await load().catch(() => undefined))
    state.activeMutant = undefined
  }

  test('are played', { timeout: 3_600_000 }, async () => {
    const coverage = kept ?? (await cover(base))
    for (const id of mutants) {
      tell({ id, status: 'begun' })
      if (!anew.has(id))
        tell({ id, ...(await play(id, base, namesThrough(id, coverage), coverage)) })
      else {
        const loaded = anew.get(id)
        if (loaded === undefined) tell({ id, status: 'killed', by: 'loading' })
        else tell({ id, ...(await play(id, loaded, namesBy(fileOf[id], coverage), coverage)) })
      }
    }
  })
})

type Named = readonly [name: string, test: Coverage[string]]

/** The tests that come through a mutant. */
function namesThrough(id: string, coverage: Coverage): readonly string[] {
  return inTime(Object.entries(coverage).filter(([, { hits }]) => hits[id] !== undefined))
}

/** All tests, at first those that come through a file: what is computed once is read by whoever does. */
function namesBy(file: string | undefined, coverage: Coverage): readonly string[] {
  const isThrough = ([, { hits }]: Named) => Object.keys(hits).some((id) => fileOf[id] === file)
  const { through = [], past = [] } = Object.groupBy(Object.entries(coverage), (one) =>
    isThrough(one) ? 'through' : 'past',
  )
  return [...inTime(through), ...inTime(past)]
}

/** The quickest first, as many as there is time for. */
function inTime(tests: readonly Named[]): readonly string[] {
  let sum = 0
  return tests
    .toSorted(([, one], [, other]) => one.ms - other.ms)
    .filter(([, { ms }], index) => {
      sum += ms
      return index === 0 || sum <= MOST_MS
    })
    .map(([name]) => name)
}

/** Plays one mutant. */
async function play(
  id: string,
  loaded: Loaded,
  names: readonly string[],
  coverage: Coverage,
): Promise<Omit<PlayLine, 'id'>> {
  if (names.length === 0) return { status: 'uncovered' }
  let isReached = false
  const byName = new Map(loaded.tests.map((one) => [nameOf(one), one]))
  for (const name of names) {
    const one = byName.get(name)
    if (one === undefined) return { status: 'killed', by: `${name} is gone` }
    begin(id, coverage[name]?.hits[id])
    const failure = await call(one)
    state.activeMutant = undefined
    isReached ||= (state.hitCount ?? 0) > 0
    if (failure === undefined) continue
    const isEndless = failure === 'hangs' || (state.hitCount ?? 0) > (state.hitLimit ?? 0)
    return { status: isEndless ? 'timeout' : 'killed', by: name }
  }
  return { status: isReached || anew.has(id) ? 'survived' : 'unreached' }
}

/** Turns a mutant on. @param hits - how often it is come through without it */
function begin(id: string, hits = 0): void {
  state.hitCount = 0
  state.hitLimit = hits * HITS_FACTOR + FEW_HITS
  state.activeMutant = id
}

/** Calls each test once, without a mutant. */
async function cover(base: Loaded): Promise<Coverage> {
  const tests: Record<string, { ms: number; hits: Record<string, number> }> = {}
  for (const one of base.tests) {
    const name = nameOf(one)
    state.currentTestId = name
    const begin = process.cpuUsage()
    const failure = await call(one)
    const { user, system } = process.cpuUsage(begin)
    const ms = (user + system) / 1_000
    state.currentTestId = undefined
    if (failure === undefined) tests[name] = { ms, hits: state.mutantCoverage?.perTest[name] ?? {} }
    else process.stderr.write(`Fails without a mutant: ${name}: ${failure}\n`)
  }
  appendFileSync(coverageFile, JSON.stringify(tests))
  return tests
}

/** Loads the tests, and what they import, and takes them away from Vitest, which would call each once. */
async function load(): Promise<Loaded> {
  sayAlive()
  keysOfLoad.clear()
  const collector = TestRunner.getCurrentSuite()
  const { beforeAll } = TestRunner.getSuiteHooks(collector.suite as RunnerTestSuite)
  for (const file of files) await import(/* @vite-ignore */ file)
  const tasks = []
  for (const one of collector.tasks.splice(0)) {
    tasks.push(one.type === 'collector' ? await one.collect(collector.file) : one)
  }
  for (const hook of beforeAll.splice(0)) await (hook as () => unknown)()
  return { tests: await testsOf(tasks) }
}

async function testsOf(tasks: readonly unknown[]): Promise<RunnerTestCase[]> {
  const found: RunnerTestCase[] = []
  for (const task of tasks as readonly (RunnerTestCase | RunnerTestSuite)[]) {
    if (task.type === 'test') {
      if (task.mode === 'run') found.push(task)
      continue
    }
    for (const hook of TestRunner.getSuiteHooks(task).beforeAll) await (hook as () => unknown)()
    found.push(...(await testsOf(task.tasks)))
  }
  return found
}

/** What a test fails with; `hangs` where it does not end. */
async function call(one: RunnerTestCase): Promise<unknown> {
  sayAlive()
  let timer: NodeJS.Timeout | undefined
  const hangs = new Promise((resolve) => {
    timer = setTimeout(resolve, HANGS_AFTER_MS, 'hangs')
  })
  try {
    const ended = Promise.resolve(TestRunner.getTestFn(one)()).then(
      () => undefined,
      (error: unknown) => error ?? 'fails',
    )
    return await Promise.race([ended, hangs])
  } catch (error) {
    return error ?? 'fails'
  } finally {
    clearTimeout(timer)
    for (const task of [one, TestRunner.getCurrentTest()]) {
      const { onFinished = [] } = (task ?? {}) as {
        readonly onFinished?: ((context: unknown) => unknown)[]
      }
      for (const finish of onFinished.splice(0).toReversed()) {
        await Promise.resolve(finish(task?.context)).catch(() => undefined)
      }
    }
  }
}

/** Whoever watches the log sees that it goes on. */
function sayAlive(): void {
  utimesSync(log, new Date(), new Date())
}

function nameOf(one: RunnerTestCase): string {
  return one.fullTestName
}

function tell(line: PlayLine): void {
  appendFileSync(log, `${JSON.stringify(line)}\n`)
}
