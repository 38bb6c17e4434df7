/** @module What the System Log says of a rate limit that was reached: once for each window, not once for each refusal. */

import { causeOf } from '../authorization/cause.ts'
import { type EventDraft, systemCause } from '../system-log/event.ts'
import { type EventType, eventMessages } from '../system-log/event-messages.ts'
import type { Bucket } from './buckets.ts'
import type { RateState } from './rate-limit.ts'
import type { ApiRequest } from './request.ts'

/**
 * Writes the event: of the org where all callers together used a bucket up, of the operation where one used up its share.
 *
 * @see Okta, "Rate limit System Log events" - the event types, and that each is fired once a period
 */
export function logRateViolation(
  request: Omit<ApiRequest, 'params'>,
  bucket: Bucket,
  { limit, exceeded, firstRefusal, ofOrg }: RateState,
): void {
  if (!exceeded || !firstRefusal) return
  const eventType: EventType = ofOrg
    ? 'system.org.rate_limit.violation'
    : 'system.operation.rate_limit.violation'
  const draft: EventDraft = {
    eventType,
    displayMessage: eventMessages[eventType],
    severity: 'WARN',
    outcome: { result: 'DENY', reason: null },
    targets: [{ id: bucket, type: 'URL Pattern', alternateId: bucket, displayName: bucket }],
    debugData: { threshold: String(limit), timeSpan: '1', timeUnit: 'MINUTES' },
  }
  request.org.log.write(draft, causeOf(request, systemCause.actor))
}
