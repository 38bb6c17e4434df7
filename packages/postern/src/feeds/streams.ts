/** @module The streams of every input, in the order in which a run reads them. */

import { getInput, type InputName } from '@postern/core'
import { hints } from './hints.ts'
import { incremental } from './incremental.ts'
import { logStream } from './log-stream.ts'
import type { Stream } from './stream.ts'
import { sweep } from './sweep.ts'
import { verifyStream } from './verify-stream.ts'

const ofEvents: readonly Stream[] = [logStream, verifyStream]

/** What the log tells, what changed, and everything. */
const ofObjects: readonly Stream[] = [hints, incremental, sweep]

/** The streams of an input. */
export function streamsOf(input: InputName): readonly Stream[] {
  return getInput(input).mirrored === undefined ? ofEvents : ofObjects
}
