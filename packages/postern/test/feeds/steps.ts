/**
 * @module The steps of a feed's run, seen from outside: each can be the last one of a process, or the one it is paused at. The
 * product knows nothing of them: they are where it touches the store, the org, a file, a database, the network.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Transport } from '@postern/core'
import pg from 'pg'
import { sinkKinds } from '../../src/sinks/registry.ts'
import type { Sink } from '../../src/sinks/sink.ts'
import type { Store } from '../../src/store/store.ts'

/** Where a run is. */
export type Step =
  /** Before a request to the org, and after its whole answer. */
  | 'before-get'
  | 'after-get'
  /** Before a transaction, at each statement in it, before its commit, after that. */
  | 'before-transaction'
  | 'in-transaction'
  | 'before-commit'
  | 'after-transaction'
  /** At each statement outside of a transaction. */
  | 'statement'
  /** Before a sink is given a batch, at each write, sync, query or request in it, and after it has the batch. */
  | 'before-sink'
  | 'mid-sink'
  | 'after-sink'

/** The steps that a process is killed at. */
export const deadlySteps: readonly Step[] = [
  'before-get',
  'after-get',
  'before-transaction',
  'in-transaction',
  'before-commit',
  'after-transaction',
  'before-sink',
  'mid-sink',
  'after-sink',
]

/** How often, more or less, a run with a page of events comes to each step. */
export const usualCounts: Readonly<Record<Step, number>> = {
  'before-get': 3,
  'after-get': 3,
  'before-transaction': 8,
  'in-transaction': 24,
  'before-commit': 8,
  'after-transaction': 8,
  statement: 8,
  'before-sink': 4,
  'mid-sink': 10,
  'after-sink': 4,
}

/** Told of each step; what it returns is waited for, and what it throws ends what is under way. */
export type OnStep = (step: Step) => void | Promise<void>

/** Whose steps they are: two runs of one process have each their own. */
const running = new AsyncLocalStorage<OnStep>()
const inSink = new AsyncLocalStorage<boolean>()

/** Runs work whose sinks tell `onStep`. */
export function withSteps<Result>(onStep: OnStep, work: () => Promise<Result>): Promise<Result> {
  return running.run(onStep, work)
}

/**
 * A view of a store that tells of its transactions, and of the statements in them. Who throws at a statement outside of one
 * lets the store be out of reach.
 */
export function steppedStore(store: Store, onStep: OnStep): Store {
  const transaction: Store['transaction'] = async (work) => {
    if (store.inTransaction) return store.transaction(work)
    await onStep('before-transaction')
    const result = await store.transaction(async () => {
      const inside = await work()
      await onStep('before-commit')
      return inside
    })
    await onStep('after-transaction')
    return result
  }
  const onStatement = (inTransaction: boolean) => {
    const told = onStep(inTransaction ? 'in-transaction' : 'statement')
    if (told instanceof Promise) told.catch(() => undefined)
  }
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'transaction') return transaction
      if (name === 'db') onStatement(target.inTransaction)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** A transport that tells of its requests. The answer is there as a whole. */
export function steppedTransport(transport: Transport, onStep: OnStep): Transport {
  return async (request) => {
    await onStep('before-get')
    const answer = await transport(request)
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.body ?? []) chunks.push(chunk)
    await onStep('after-get')
    return { ...answer, body: pieces(chunks) }
  }
}

async function* pieces(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** Lets every sink tell of its steps, whichever run opens it. Once for a process. */
export async function watchSinks(): Promise<void> {
  for (const kind of sinkKinds) {
    const { open: openKind } = kind
    Object.assign(kind, {
      open: async (context: Parameters<typeof openKind>[0]) =>
        steppedSink(await openKind.call(kind, context)),
    })
  }
  await watchFiles()
  watchDatabases()
  for (const channel of ['http.client.request.start', 'undici:request:create']) {
    diagnostics.subscribe(channel, tellOfRequest)
  }
}

function steppedSink(sink: Sink): Sink {
  const tell: OnStep = (step) => running.getStore()?.(step)
  return {
    write: async (batch, options) => {
      await tell('before-sink')
      const written = await inSink.run(true, () => sink.write(batch, options))
      await tell('after-sink')
      return written
    },
    close: () => sink.close(),
  }
}

/** How many writes to files come to their half, and find no room for the rest. */
export const fullFor = { writes: 0 }

/** Half of what is written to a file is there when the step is told of. */
async function watchFiles(): Promise<void> {
  const probe = path.join(tmpdir(), `postern-steps-${process.pid}`)
  const handle = await open(probe, 'w')
  const prototype: FileHandle = Object.getPrototypeOf(handle)
  await handle.close()
  await rm(probe)
  const { write, datasync } = prototype
  type Write = (
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ readonly bytesWritten: number }>
  // One of its overloads, and the one that is called.
  const plain = write as unknown as Write
  const halves: Write = async function (this: FileHandle, buffer, offset, length, position) {
    if (inSink.getStore() !== true || length < 2) {
      return plain.call(this, buffer, offset, length, position)
    }
    const half = Math.floor(length / 2)
    const { bytesWritten } = await plain.call(this, buffer, offset, half, position)
    await tellMidSink()
    if (fullFor.writes > 0) {
      fullFor.writes--
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    return { bytesWritten }
  }
  Object.assign(prototype, {
    write: halves,
    async datasync(this: FileHandle) {
      await tellMidSink()
      await datasync.call(this)
    },
  })
}

function watchDatabases(): void {
  const { query } = pg.Client.prototype
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...args: readonly unknown[]): unknown {
      tellAtOnce()
      return Reflect.apply(query, this, args)
    },
  })
}

async function tellMidSink(): Promise<void> {
  if (inSink.getStore() === true) await running.getStore()?.('mid-sink')
}

/** The request leaves all the same: who dies here had sent it. */
function tellOfRequest(): void {
  try {
    tellAtOnce()
  } catch {
    // The next step throws.
  }
}

/** For who cannot wait: a step that pauses has to come by another way. */
function tellAtOnce(): void {
  if (inSink.getStore() !== true) return
  const told = running.getStore()?.('mid-sink')
  // A run that is over has nothing more to say; the write fails at its next step.
  if (told instanceof Promise) told.catch(() => undefined)
}
