/** @module What time it is, a few times a minute, for everything that says how long ago something was. */

import { useSyncExternalStore } from 'react'
import { client } from '../server.ts'

const STEP_MS = 10_000

let now = client.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** The time in milliseconds, as the server has it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(step, STEP_MS)
  // What is shown for the first time is of now.
  if (client.now() - now > STEP_MS) queueMicrotask(step)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function step(): void {
  now = client.now()
  for (const listener of listeners) listener()
}
