/** @module The event of a change that was made through the org's own API, or by the org itself. */

import type { Cause, EventDraft } from './event.ts'
import type { EventSource, QuickMember, Stamp } from './event-source.ts'
import { renderEvent } from './render-event.ts'

/** One event, kept as what was said when it was written. */
export class ChangeEvent implements EventSource {
  readonly #draft: EventDraft
  readonly #cause: Cause

  constructor(draft: EventDraft, cause: Cause) {
    this.#draft = draft
    this.#cause = cause
  }

  render(_index: number, stamp: Stamp): string {
    const { eventType, displayMessage, targets = [], debugData } = this.#draft
    const { actor, requestId, requestUri, ipAddress, userAgent, apiTokenId } = this.#cause
    const isRequest = requestId !== ''
    const request = { requestId, requestUri, threatSuspected: 'false', url: `${requestUri}?` }
    return renderEvent(
      {
        eventType,
        displayMessage,
        severity: this.peek(0, 'severity'),
        outcome: this.#outcome(),
        actor,
        targets,
        ipAddress: isRequest ? ipAddress : '',
        userAgent,
        debugData: { ...(isRequest ? request : {}), ...debugData },
        transaction: {
          type: isRequest ? 'WEB' : 'JOB',
          id: isRequest ? requestId : stamp.uuid.replaceAll('-', ''),
          detail: apiTokenId === undefined ? {} : { requestApiTokenId: apiTokenId },
        },
      },
      stamp,
    )
  }

  peek(_index: number, member: QuickMember): string {
    switch (member) {
      case 'eventType':
        return this.#draft.eventType
      case 'actor.id':
        return this.#cause.actor.id
      case 'outcome.result':
        return this.#outcome().result
      case 'severity':
        return this.#draft.severity ?? 'INFO'
    }
  }

  #outcome() {
    return this.#draft.outcome ?? { result: 'SUCCESS', reason: null }
  }
}
