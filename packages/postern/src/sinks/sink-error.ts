/** @module Why a sink did not take a batch, or cannot be opened. */

import { PosternError } from '@postern/core'

/** What can go wrong with a sink. */
export type SinkErrorCode =
  | 'sink_not_found'
  | 'sink_exists'
  | 'sink_invalid'
  | 'sink_in_use'
  | 'sink_changed'
  | 'sink_kind_unknown'
  | 'sink_settings_invalid'
  | 'sink_client_missing'
  | 'sink_unreachable'
  | 'sink_unauthorized'
  | 'sink_rejected'
  | 'sink_rate_limited'
  | 'sink_disk_full'
  | 'sink_unwritable'
  | 'sink_damaged'

/** A sink that did not take a batch: it is written again later, and nothing is lost. Holds no record and no secret. */
export class SinkError extends PosternError<SinkErrorCode> {
  override readonly name = 'SinkError'
}
