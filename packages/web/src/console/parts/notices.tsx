/** @module Says in passing that something is done, for the eyes and for screen readers alike. */

import { type ReactNode, useSyncExternalStore } from 'react'

const SHOWN_MS = 6_000

let shown: { readonly text: string; readonly id: number } | undefined
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/** Says that something is done. What is wrong is told where it was asked for, and does not go by itself. */
export function say(text: string): void {
  clearTimeout(timer)
  tell({ text, id: (shown?.id ?? 0) + 1 })
  timer = setTimeout(() => tell(undefined), SHOWN_MS)
}

/** The place where it is said. */
export function Notices(): ReactNode {
  const notice = useSyncExternalStore(subscribe, () => shown)
  return (
    <div className="notices" role="status">
      {notice !== undefined && (
        <p className="said" key={notice.id}>
          {notice.text}
        </p>
      )}
    </div>
  )
}

function tell(next: typeof shown): void {
  shown = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
