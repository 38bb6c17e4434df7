/** @module What a handler gives back: a status and what stands in the body. */

import type { AnswerHeaders } from './okta-error.ts'
import { RawJson } from './raw-json.ts'

/** An answer before it has the headers that every answer has. */
export interface Answer {
  readonly status: number
  /** The body as a value that becomes JSON. */
  readonly json?: unknown
  /** The body as a list, the JSON of each row; wins over `json`. */
  readonly rows?: readonly string[]
  /** The body as it is sent; wins over both. Its type is JSON unless a header says otherwise. */
  readonly text?: string
  readonly headers?: AnswerHeaders
}

/** 200 with JSON. */
export function ok(json: unknown, headers?: AnswerHeaders): Answer {
  return { status: 200, json, ...(headers && { headers }) }
}

/** 204: done, nothing to say. */
export const noContent: Answer = { status: 204 }

/** The body of an answer as it is sent, before compression; empty where it has none. */
export function bodyOf({ text, rows, json }: Answer): Buffer {
  if (text !== undefined) return Buffer.from(text)
  if (rows !== undefined) return encodeList(rows)
  if (json instanceof RawJson) return Buffer.from(json.text)
  return Buffer.from(json === undefined ? '' : JSON.stringify(json))
}

let scratch = Buffer.allocUnsafeSlow(65_536)

// A page of events is too long to be one string first: joining the rows and encoding them takes as long as making them.
function encodeList(rows: readonly string[]): Buffer {
  // A UTF-16 unit takes three bytes at most.
  const most = rows.reduce((sum, row) => sum + row.length * 3 + 1, 2)
  // Buffers of that size for each answer would set off the garbage collector, which a great org pays dearly.
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(most)
  let end = scratch.write('[')
  for (const row of rows) {
    if (end > 1) end += scratch.write(',', end)
    end += scratch.write(row, end)
  }
  end += scratch.write(']', end)
  return Buffer.from(scratch.subarray(0, end))
}
