/** @module What is entered counts once somebody pauses. */

import { useEffect, useRef } from 'react'

const PAUSE_MS = 200

/** Tells what was entered last, once nothing more was for a moment. */
export function usePaused<Value>(onPause: (value: Value) => void): (value: Value) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // What another field said meanwhile is known to the latest of them alone.
  const latest = useRef(onPause)
  useEffect(() => {
    latest.current = onPause
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return (value) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => latest.current(value), PAUSE_MS)
  }
}
