/** @module Kills processes that run feeds, one after the other, at every step, and then asks the sinks what they hold. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { addEvents, type RunningOrg } from '@postern/emulator'
import { randomOf } from '../../../../test/random.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { judge, type Verdict } from './checker.ts'
import type { FeedTask, FeedTaskResult } from './feed-process.ts'
import type { ProvenSink } from './held.ts'
import { eventsOf, type SceneFeed } from './scene.ts'
import { deadlySteps, type Step } from './steps.ts'

/** Processes that are started ahead, so that nobody waits for one. */
export class FeedProcesses {
  readonly #ahead: number
  readonly #waiting: FeedProcess[] = []

  constructor({ ahead }: { readonly ahead: number }) {
    this.#ahead = ahead
    this.#fill()
  }

  /** Gives a task to the next process. */
  begin(task: FeedTask): FeedProcess {
    const next = this.take()
    next.begin(task)
    return next
  }

  /** The next process, for tasks one after the other. Who takes it ends it. */
  take(): FeedProcess {
    const next = this.#waiting.shift() ?? this.#start()
    this.#fill()
    return next
  }

  close(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.kill()
  }

  #fill(): void {
    while (this.#waiting.length < this.#ahead) this.#waiting.push(this.#start())
  }

  #start(): FeedProcess {
    const child = spawn(process.execPath, startOf('feeds/feed-process'), {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    return new FeedProcess(child)
  }
}

/** What became of a process. */
export interface EndedProcess {
  readonly signal: NodeJS.Signals | null
  /** Absent where it was killed. */
  readonly result?: FeedTaskResult
  readonly stderr: string
}

/** A task that was given to a process. */
export interface GivenTask {
  /** Resolves when the process stopped itself. */
  readonly paused: Promise<void>
  /** Rejects where the process ends first. */
  readonly done: Promise<FeedTaskResult>
}

/** A process that runs feeds. */
export class FeedProcess {
  readonly #child: ChildProcess
  readonly #lines: Interface
  #said: string[] = []
  #stderr = ''
  #onPaused: () => void = () => undefined
  #onDone: (result: FeedTaskResult) => void = () => undefined
  readonly ended: Promise<EndedProcess>

  constructor(child: ChildProcess) {
    this.#child = child
    const { stdout, stderr, stdin } = child
    if (stdout === null || stderr === null || stdin === null) throw new Error('There are no pipes.')
    // A process that was killed does not read any more.
    stdin.on('error', () => undefined)
    stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk
    })
    this.#lines = createInterface({ input: stdout })
    this.#lines.on('line', (line) => {
      if (line === 'ready') return
      if (line === 'paused') return this.#onPaused()
      this.#said.push(line)
      this.#onDone(JSON.parse(line))
    })
    this.ended = new Promise((resolve) => {
      child.once('close', (_code, signal) => {
        const said = this.#said.at(-1)
        const result: FeedTaskResult | undefined = said === undefined ? undefined : JSON.parse(said)
        resolve({ signal, stderr: this.#stderr, ...(result && { result }) })
      })
    })
  }

  /** Gives it its last task. */
  begin(task: FeedTask): void {
    this.#child.stdin?.end(`${JSON.stringify(task)}\n`)
  }

  /** Gives it a task; another one may follow when it is done. */
  give(task: FeedTask): GivenTask {
    const paused = new Promise<void>((resolve) => {
      this.#onPaused = resolve
    })
    const done = new Promise<FeedTaskResult>((resolve, reject) => {
      this.#onDone = resolve
      void this.ended.then(({ stderr }) => reject(new Error(`It ended by itself: ${stderr}`)))
    })
    this.#child.stdin?.write(`${JSON.stringify(task)}\n`)
    return { paused, done }
  }

  kill(signal: 'SIGKILL' | 'SIGCONT' = 'SIGKILL'): void {
    this.#child.kill(signal)
  }
}

/** A feed with one sink, whose processes are killed. */
export interface Victim {
  readonly feed: SceneFeed
  readonly sink: ProvenSink
}

/** What the kills are made of. */
export interface KillPlan {
  readonly running: RunningOrg
  readonly processes: FeedProcesses
  readonly task: Omit<FeedTask, 'feedId' | 'dieAt' | 'pauseAt'>
  readonly victims: readonly Victim[]
  readonly runs: number
  readonly seed: number
  readonly onRun?: (run: KilledRun) => void
}

/** One process that was to be killed. */
export interface KilledRun {
  readonly number: number
  readonly sink: string
  readonly step: Step
  readonly nth: number
  /** Whether it came to that step. */
  readonly killed: boolean
}

/** What the kills came to. */
export interface KillResult {
  readonly runs: readonly KilledRun[]
  readonly verdicts: Readonly<Record<string, Verdict>>
  readonly events: number
}

const MAX_FINISHES = 20

/**
 * Kills, and lets a last process finish for each feed.
 *
 * @throws where a process fails by itself.
 */
export async function killFeeds(plan: KillPlan): Promise<KillResult> {
  const { running, processes, task, victims, runs: count, seed, onRun } = plan
  const random = randomOf(seed)
  const runs: KilledRun[] = []
  const seen = new Map<string, Partial<Record<Step, number>>>()
  for (let number = 0; number < count; number++) {
    const victim = victims[number % victims.length]
    const step =
      deadlySteps[
        Math.floor(number / victims.length + random(deadlySteps.length)) % deadlySteps.length
      ]
    if (victim === undefined || step === undefined) throw new Error('There is nothing to kill.')
    const { feed, sink } = victim
    // Now and then more than a page, so that there is a second one.
    addEvents(running.org, { count: random(8) === 0 ? 1_001 + random(500) : random(60) })
    const most = seen.get(sink.name)?.[step] ?? 3
    const nth = 1 + random(Math.max(1, Math.min(most, 12)))
    const { result, signal, stderr } = await processes.begin({
      ...task,
      feedId: feed.id,
      dieAt: { step, nth },
    }).ended
    if (result === undefined && signal !== 'SIGKILL')
      throw new Error(`It ended by itself: ${stderr}`)
    if (result?.error !== undefined) throw new Error(`${sink.name}: ${result.error}`)
    if (result !== undefined) seen.set(sink.name, result.steps)
    const run: KilledRun = { number, sink: sink.name, step, nth, killed: result === undefined }
    runs.push(run)
    onRun?.(run)
  }
  const verdicts: Record<string, Verdict> = {}
  for (const { feed, sink } of victims) {
    // What happens while it finishes, such as the token of the next feed, may come later.
    const due = new Set(eventsOf(running).map(({ uuid }) => uuid))
    await finish(plan, feed)
    const verdict = judge(eventsOf(running), await sink.read(feed.name))
    verdicts[sink.name] = { ...verdict, lost: verdict.lost.filter((uuid) => due.has(uuid)) }
  }
  return { runs, verdicts, events: running.org.log.size }
}

async function finish({ processes, task }: KillPlan, feed: SceneFeed): Promise<void> {
  for (let attempt = 0; attempt < MAX_FINISHES; attempt++) {
    const { result, stderr } = await processes.begin({ ...task, feedId: feed.id }).ended
    if (result === undefined) throw new Error(`It did not finish: ${stderr}`)
    if (result.outcome === 'ok' && !result.more) return
  }
  throw new Error(`The feed ${feed.name} does not come to its end.`)
}
