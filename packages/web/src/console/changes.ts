/** @module Follows what changes at the server, and asks again for what is shown of it. */

import { useEffect, useState } from 'react'
import { askAgain } from './server.ts'
import { SESSION } from './session.ts'

/** What is asked again, by what the server says has changed. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  audit: ['/v1/audit'],
  connections: ['/v1/connections'],
  feeds: ['/v1/feeds'],
  runs: ['/v1/feeds'],
  plans: ['/v1/actions', '/v1/plans'],
}

// Of a feed that runs, a change comes with each page; nobody reads faster than this.
const PAUSE_MS = 1_000
const REFUSED_PAUSE_MS = 10_000

/** Whether changes are followed: `live`, or `off` while the server tells none. */
export type Following = 'live' | 'off'

/** Follows changes as long as what uses it is shown. */
export function useChanges(): Following {
  const [following, setFollowing] = useState<Following>('off')
  useEffect(() => {
    const waiting = new Set<string>()
    let source: EventSource
    let timer: ReturnType<typeof setTimeout> | undefined
    let opening: ReturnType<typeof setTimeout> | undefined
    let wasCutOff = false
    const tell = (paths: readonly string[]) => {
      for (const path of paths) waiting.add(path)
      timer ??= setTimeout(() => {
        timer = undefined
        void askAgain([...waiting])
        waiting.clear()
      }, PAUSE_MS)
    }
    const open = () => {
      source = new EventSource('/v1/changes')
      source.onopen = () => {
        setFollowing('live')
        // Nobody tells what changed in between.
        if (wasCutOff) void askAgain(Object.values(SHOWN).flat())
      }
      source.onerror = () => {
        wasCutOff = true
        setFollowing('off')
        // A browser that was refused does not try again; where the session is over, that is why.
        if (source.readyState !== EventSource.CLOSED) return
        void askAgain([SESSION])
        opening = setTimeout(open, REFUSED_PAUSE_MS)
      }
      for (const [kind, paths] of Object.entries(SHOWN)) {
        source.addEventListener(kind, () => tell(paths))
      }
    }
    open()
    return () => {
      source.close()
      clearTimeout(timer)
      clearTimeout(opening)
    }
  }, [])
  return following
}
