/** @module Why a text is no schedule. */

import { PosternError } from '@postern/core'

/** What can be wrong with a cron expression or its time zone. */
export type CronErrorCode =
  | 'cron_empty'
  | 'cron_field_count'
  | 'cron_macro_unsupported'
  | 'cron_never_fires'
  | 'cron_not_cron'
  | 'cron_range'
  | 'cron_reversed_range'
  | 'cron_seconds_unsupported'
  | 'cron_step'
  | 'cron_syntax'
  | 'timezone_unknown'

/** A schedule that cannot be kept. `details.detail`, where there is one, is the expression that may have been meant, or a range. */
export class CronError extends PosternError<CronErrorCode> {
  override readonly name = 'CronError'
}
