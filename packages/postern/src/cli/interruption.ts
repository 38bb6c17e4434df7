/** @module SIGINT and SIGTERM: the first ends a command in order, the second at once. */

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

/**
 * Ends what goes on all the same, such as the wait for somebody to write into a named pipe. By a signal, which shells
 * report as 130 too: `process.exit` would wait for exactly what is waiting.
 */
function endAfterGrace(): void {
  setTimeout(() => process.kill(process.pid, 'SIGINT'), GRACE_MS).unref()
}
