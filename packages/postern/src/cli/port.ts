/** @module The number of a port, as it is typed. */

import { UsageError } from '../config/usage-error.ts'

/** Parses the value of `--port`. @throws {UsageError} `usage_invalid` */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError('usage_invalid', '--port is no number from 0 to 65535.', {
    remedy: 'Give --port such a number; 0 takes any free one.',
    details: { flag: '--port' },
  })
}
