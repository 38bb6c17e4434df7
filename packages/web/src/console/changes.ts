/** @module Follows what changes at the server, and asks again for what is shown of it. */

import { useEffect, useState } from 'react'
import { askAgain } from './server.ts'

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

/** Whether changes are followed: `live`, or `off` while the server tells none. */
export type Following = 'live' | 'off'

/** Follows changes as long as what uses it is shown. */
export function useChanges(): Following {
  const [following, setFollowing] = useState<Following>('off')
  useEffect(() => {
    const source = new EventSource('/v1/changes')
    const waiting = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let wasCutOff = false
    source.onopen = () => {
      setFollowing('live')
      // Nobody tells what changed in between.
      if (wasCutOff) void askAgain(Object.values(SHOWN).flat())
    }
    source.onerror = () => {
      wasCutOff = true
      setFollowing('off')
    }
    for (const [kind, paths] of Object.entries(SHOWN)) {
      source.addEventListener(kind, () => {
        for (const path of paths) waiting.add(path)
        timer ??= setTimeout(() => {
          timer = undefined
          void askAgain([...waiting])
          waiting.clear()
        }, PAUSE_MS)
      })
    }
    return () => {
      source.close()
      clearTimeout(timer)
    }
  }, [])
  return following
}
