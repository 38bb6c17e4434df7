/** @module Answers of routes that take long: one JSON line for each thing on the way, and the result or the problem last. */

import type { Incoming } from './incoming.ts'

const MEDIA_TYPE = 'application/jsonl'

/** Whether the caller wants to be told on the way. */
export function acceptsJsonLines(request: Incoming): boolean {
  return request.headers.get('accept')?.includes(MEDIA_TYPE) ?? false
}

/**
 * Runs `work` and answers in lines: `{ event }` for each thing it tells, then `{ result }` or `{ problem }`.
 *
 * The answer begins with the first line. Work that fails before it told anything rejects, and can still be answered with the
 * status of its problem.
 */
export function answerInLines(
  work: (tell: (event: unknown) => void) => Promise<unknown>,
  options: {
    readonly headers: Readonly<Record<string, string>>
    /** What a failure is told as, once lines were sent. */
    readonly problemOf: (thrown: unknown) => Promise<object>
  },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let lines: ReadableStreamDefaultController<Uint8Array> | undefined
    let open = true
    const begin = () => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          lines = controller
        },
        // The caller is gone. The work ends by its signal, or finishes what must not stay half done.
        cancel: () => {
          open = false
        },
      })
      resolve(new Response(body, { headers: { 'content-type': MEDIA_TYPE, ...options.headers } }))
    }
    const send = (line: object) => {
      if (lines === undefined) begin()
      if (open) lines?.enqueue(Buffer.from(`${JSON.stringify(line)}\n`))
    }
    const end = (line: object) => {
      send(line)
      if (open) lines?.close()
    }
    work((event) => send({ event })).then(
      (result) => end({ result }),
      async (thrown) => {
        if (lines === undefined) reject(thrown)
        else end({ problem: await options.problemOf(thrown) })
      },
    )
  })
}
