/** @module The log: JSON lines on stderr, without secrets. */

import pino from 'pino'

/** Where things are told that happen while Postern runs. */
export type Log = pino.Logger

/** How much is told. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Opens the log. @param options.stream - where the lines go; default stderr. */
export function openLog(options: {
  readonly level: LogLevel
  readonly stream?: { write(line: string): void }
}): Log {
  const settings = { level: options.level, base: null }
  return pino(settings, options.stream ?? pino.destination({ fd: 2, sync: true }))
}
