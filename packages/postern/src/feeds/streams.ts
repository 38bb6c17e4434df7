/** @module The streams of every input, in the order in which a run reads them. */

import type { InputName } from '@postern/core'
import { logStream } from './log-stream.ts'
import type { Stream } from './stream.ts'

const streams: Readonly<Partial<Record<InputName, readonly Stream[]>>> = {
  'system-log': [logStream],
}

/** The streams of an input. */
export function streamsOf(input: InputName): readonly Stream[] {
  return streams[input] ?? []
}
