/** @module The streams of a feed of objects, in the order in which a run reads them. */

import { hints } from './hints.ts'
import { incremental } from './incremental.ts'
import type { Stream } from './stream.ts'
import { sweep } from './sweep.ts'

/** What the log tells, what changed, and everything. */
export const objectStreams: readonly Stream[] = [hints, incremental, sweep]
