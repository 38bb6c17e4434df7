/** @module A request as its handler is given it. */

import type { Caller } from '../store/audit.ts'
import type { Call } from './api.ts'
import type { RequestCaller } from './caller.ts'
import type { Incoming } from './incoming.ts'
import type { RequestParts } from './request-parts.ts'
import type { Services } from './services.ts'

/** What a call is made of. */
export interface RouteCallContext {
  readonly services: Services
  readonly caller: RequestCaller
  readonly parts: RequestParts
  readonly request: Incoming
  readonly requestId: string
  /** Default: nobody is told. */
  readonly tell?: (event: unknown) => void
}

/**
 * One request, parsed and allowed. It is a class for its `signal` alone, which is made when somebody asks for it: an object
 * with a getter of its own has a shape of its own, and a thousand shapes a second cost more than answering does.
 */
export class RouteCall implements Call {
  readonly params: Call['params']
  readonly query: Call['query']
  readonly body: unknown
  readonly services: Services
  readonly caller: RequestCaller
  readonly by: Caller
  readonly request: Incoming
  readonly requestId: string
  readonly tell: (event: unknown) => void

  constructor({ services, caller, parts, request, requestId, tell = unheard }: RouteCallContext) {
    this.params = parts.params
    this.query = parts.query
    this.body = parts.body
    this.services = services
    this.caller = caller
    this.by = caller.by
    this.request = request
    this.requestId = requestId
    this.tell = tell
  }

  get signal(): AbortSignal {
    return this.request.signal
  }
}

function unheard(): void {
  // The caller did not ask to be told on the way.
}
