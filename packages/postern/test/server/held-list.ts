/** @module A list whose pages the test gives, one by one, and a hand on whoever reads it. */

import { connect } from 'node:net'
import { z } from '@hono/zod-openapi'
import type { Api } from '../../src/server/api.ts'

/** What a page is: its rows, a failure, or a promise of either. The page behind the last one is the last one again. */
export type HeldPage = () => readonly string[] | Promise<readonly string[]>

/** `GET /rows`, a list of texts, with `read` on everything. */
export interface HeldList {
  readonly addRoutes: (api: Api) => void
  /** Pages that were asked for so far. */
  readonly asked: () => number
}

/** Makes the route. @param pages - the list ends behind them, unless it is `endless`. */
export function heldList(
  pages: readonly HeldPage[],
  { endless = false }: { readonly endless?: boolean } = {},
): HeldList {
  let asked = 0
  return {
    asked: () => asked,
    addRoutes: (api) =>
      api.add(
        {
          method: 'get',
          path: '/rows',
          operationId: 'listRows',
          tag: 'test',
          summary: 'Lists rows.',
          access: { verb: 'read' },
          query: z.object({
            cursor: z.coerce.number().default(0),
            limit: z.coerce.number().max(2).default(1),
          }),
          answer: z.object({
            rows: z.array(z.object({ text: z.string() })),
            next: z.number().optional(),
          }),
          list: { rows: 'rows', cursor: 'cursor', pageRows: 1_000 },
        },
        async ({ query: { cursor } }) => {
          asked += 1
          const page = pages[Math.min(cursor, pages.length - 1)]
          const rows = (await page?.()) ?? []
          const next = endless || cursor + 1 < pages.length ? cursor + 1 : undefined
          return { rows: rows.map((text) => ({ text })), next }
        },
      ),
  }
}

/** How an answer ended for somebody who reads the connection itself. */
export interface ReadConnection {
  readonly text: string
  /** `end` is a clean one; else the code of the error. */
  readonly ended: string
}

/** Sends a GET in HTTP/1.0 and reads until the connection is over. */
export async function readToEnd(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<ReadConnection> {
  const { host, hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.0\r\n${lines.join('')}\r\n`)
  let text = ''
  try {
    for await (const chunk of socket) text += chunk
    return { text, ended: 'end' }
  } catch (error) {
    return { text, ended: String((error as NodeJS.ErrnoException).code) }
  }
}
