/** @module How long there is until an instant, second by second. */

import { type ReactNode, useEffect, useState } from 'react'
import { approvalTexts as texts } from '../../texts/console/approvals.ts'
import { client } from '../server.ts'

const STEP_MS = 1_000

/** The time that is left. It is not read out each second. */
export function TimeLeft({ until }: { readonly until: string }): ReactNode {
  const [now, setNow] = useState(() => client.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(client.now()), STEP_MS)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.ceil((Date.parse(until) - now) / 1_000)
  if (seconds <= 0) return texts.over
  const minutes = Math.floor(seconds / 60)
  const rest = String(seconds % 60).padStart(2, '0')
  return (
    <time className="time-left" dateTime={until}>
      {texts.left(`${minutes}:${rest}`)}
    </time>
  )
}
