/** @module How long the link still works, said quietly; aloud in its last two minutes. */

import { type ReactNode, useEffect, useState } from 'react'
import { texts } from '../texts.ts'

const LOOK_EVERY_MS = 1_000
const MINUTE_MS = 60_000
const SHORT_MS = 2 * MINUTE_MS

/** @param onEnd - called every second once the time is over, until this is gone. */
export function TimeLeft(of: {
  readonly msLeft: () => number
  readonly onEnd: () => void
}): ReactNode {
  const { msLeft, onEnd } = of
  const [leftMs, setLeftMs] = useState(msLeft)
  useEffect(() => {
    const looking = setInterval(() => {
      setLeftMs(msLeft())
      if (msLeft() <= 0) onEnd()
    }, LOOK_EVERY_MS)
    return () => clearInterval(looking)
  }, [msLeft, onEnd])
  const { timeLeft, timeShort } = texts.connect
  const isShort = leftMs < SHORT_MS
  return (
    <>
      {isShort || <p className="quiet">{timeLeft(Math.round(leftMs / MINUTE_MS))}</p>}
      <p className={isShort ? 'time-short' : 'gone'} role="status">
        {isShort && timeShort}
      </p>
    </>
  )
}
