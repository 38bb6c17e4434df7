/**
 * @module Shows on stderr how far long work is: a line that changes on a terminal, a line now and then elsewhere.
 *
 * Plain writes rather than the progress of @clack/prompts: that takes over standard input, and the keys with it, which a
 * key or a body may be coming from, and draws a frame around what is one line here.
 */

import { paint, setStatus, tell } from './output.ts'
import { formatProgress, type Standing } from './progress-line.ts'

const REDRAW_MS = 500
const LINE_EVERY_MS = 30_000

/**
 * Shows progress until the returned function is called.
 *
 * @param standing - asked for each time that a line is shown.
 */
export function showProgress(standing: () => Standing): () => void {
  const isLive = process.stderr.isTTY
  // Records on the same screen are progress enough, and a line between them would spoil them.
  if (isLive && process.stdout.isTTY) return () => undefined
  const show = isLive
    ? () => setStatus(paint('dim', formatProgress(standing())))
    : () => tell(formatProgress(standing()))
  const timer = setInterval(show, isLive ? REDRAW_MS : LINE_EVERY_MS)
  // The work keeps the process alive, not the telling of it.
  timer.unref()
  return () => {
    clearInterval(timer)
    setStatus(undefined)
  }
}
