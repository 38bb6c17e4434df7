/** @module What a handler gives back: a status and what stands in the body. */

import type { AnswerHeaders } from './okta-error.ts'

/** An answer before it has the headers that every answer has. */
export interface Answer {
  readonly status: number
  /** The body as a value that becomes JSON. */
  readonly json?: unknown
  /** The body as it is sent; wins over `json`. Its type is JSON unless a header says otherwise. */
  readonly text?: string
  readonly headers?: AnswerHeaders
}

/** 200 with JSON. */
export function ok(json: unknown, headers?: AnswerHeaders): Answer {
  return { status: 200, json, ...(headers && { headers }) }
}

/** 204: done, nothing to say. */
export const noContent: Answer = { status: 204 }
