/** @module SIGINT and SIGTERM: the first ends a command in order, the second at once. */

import { readFileSync } from 'node:fs'
import { exitCodes } from './exit-codes.ts'

/** What a command can be told of while it runs. */
export interface Interruption {
  readonly signal: AbortSignal
  /** The work's outcome; an AbortError as soon as there is an interruption, whatever the work is waiting for. */
  settle<Value>(work: Promise<Value>): Promise<Value>
  stopListening(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

// Enough to print that it was interrupted; too short for a person to press the keys again.
const GRACE_MS = 200

const SOON_MS = 1_000

/** Listens for SIGINT and SIGTERM from now on. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  const stopListening = () => {
    for (const name of SIGNALS) process.removeListener(name, interrupt)
  }
  const interrupt = () => {
    // A second signal ends the process at once.
    stopListening()
    controller.abort()
    if (endingInOrder.has(signal)) return
    process.stdin.destroy()
    endAfterGrace()
  }
  for (const name of SIGNALS) process.on(name, interrupt)
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = () => endingInOrder.has(signal) || reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  return { signal, stopListening, settle: (work) => Promise.race([work, aborted]) }
}

const endingInOrder = new WeakSet<AbortSignal>()

/** From now on the first signal only aborts: the command ends by itself, within limits of its own, and with its own code. */
export function endInOrder(signal: AbortSignal): void {
  endingInOrder.add(signal)
}

/** Ends the process as failed within a second, whatever still goes on in it. */
export function endSoon(): void {
  setTimeout(() => process.exit(exitCodes.error), SOON_MS).unref()
}

/** Signals that end nothing. */
export interface HeldSignals extends Disposable {
  /** Aborts at the first of them. */
  readonly signal: AbortSignal
}

const HELD = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Keeps signals from ending the process until what it must not leave behind is cleared away: a terminal that is closed sends
 * SIGHUP twice. SIGQUIT still ends it at once.
 */
export function holdSignals(): HeldSignals {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const names = HELD.filter((name) => name !== 'SIGHUP' || !isHangupIgnored())
  for (const name of names) process.on(name, abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, abort)
    },
  }
}

const HANGUP = 1n

/** Whether the process was started to outlive its terminal, as nohup does it. Known on Linux alone. */
function isHangupIgnored(): boolean {
  try {
    const status = readFileSync('/proc/self/status', 'latin1')
    const [, ignored = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? []
    return (BigInt(`0x${ignored}`) & HANGUP) !== 0n
  } catch {
    return false
  }
}

/**
 * Ends what goes on all the same, such as the wait for somebody to write into a named pipe. By a signal, which shells
 * report as 130 too: `process.exit` would wait for exactly what is waiting.
 */
function endAfterGrace(): void {
  setTimeout(() => process.kill(process.pid, 'SIGINT'), GRACE_MS).unref()
}
