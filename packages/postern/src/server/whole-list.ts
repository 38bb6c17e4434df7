/** @module A list given whole, as CSV or JSON lines: read a page at a time, each when there is room for it. */

import { parseAccept } from 'hono/utils/accept'
import { formatCsv } from '../csv.ts'
import type { Route } from './api.ts'
import type { Incoming } from './incoming.ts'
import { columnsOf, rowSchemaOf } from './list-columns.ts'
import { type FieldProblem, ServerError } from './problem.ts'
import type { RawParts } from './request-parts.ts'

/** What a list can be given as. */
export type ListFormat = 'csv' | 'jsonl'

/** A member of a query, by name. */
export type Paging = Readonly<Record<string, unknown>>

/** Where the pages of a list come from, and who is told how it ends. */
export interface ListSource {
  /** Answers as the route does, to the query with these members in it. */
  readonly readPage: (paging: Paging) => Promise<Readonly<Record<string, unknown>>>
  readonly headers: Readonly<Record<string, string>>
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal
  /** Told that a page could not be read. @returns whether the caller saw the connection break; else the stream breaks. */
  readonly onBreak: (thrown: unknown) => Promise<boolean>
  /** Told once, however it ends. */
  readonly onEnd: () => void
}

const FORMATS: ReadonlyMap<string, ListFormat> = new Map([
  ['text/csv', 'csv'],
  ['application/jsonl', 'jsonl'],
])
const TYPES: Readonly<Record<ListFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl',
}
const PAGES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*'])
const CRLF = '\r\n'

/** What a caller wants a list as; undefined where it wants pages of JSON, or where the route is no list. */
export function listFormatOf(route: Route, request: Incoming): ListFormat | undefined {
  if (route.list === undefined) return undefined
  const accepted = parseAccept(request.headers.get('accept')?.toLowerCase() ?? '')
  const wanted = accepted.find(({ type, q }) => q > 0 && (FORMATS.has(type) || PAGES.has(type)))
  return FORMATS.get(wanted?.type ?? '')
}

/** Whoever asks for a part is not given the whole. @throws {ServerError} `request_invalid` */
export function requireWhole({ list }: Route, raw: RawParts): void {
  const paging = [list?.pageRows && 'limit', list?.cursor].filter(
    (name) => typeof name === 'string',
  )
  // A route without a query has none to look into.
  const given = paging.length === 0 ? {} : raw.query()
  const problems = paging
    .filter((name) => given[name] !== undefined)
    .map((path): FieldProblem => ({ in: 'query', path, message: 'is for pages, not for all rows' }))
  if (problems.length === 0) return
  throw new ServerError('request_invalid', 'The request asks for one page of a whole list.', {
    remedy: `Leave out ${paging.join(' and ')}, or send Accept: application/json.`,
    details: { problems },
  })
}

/**
 * Answers with every row. What keeps the first page from being read rejects, and is told as any other refusal; later the answer
 * ends without its end. There is no largest list: a page at a time is in memory, and nothing is read before the caller took
 * what is there.
 */
export async function giveWholeList(
  { route, params, format }: WholeList,
  { readPage, headers, signal, onBreak, onEnd }: ListSource,
): Promise<Response> {
  const { list } = route
  if (list === undefined) throw new TypeError(`${route.operationId} is no list.`)
  const write = writerOf(route, format)
  const limit = list.pageRows === undefined ? {} : { limit: list.pageRows }
  const read = async (next?: unknown) => {
    signal.throwIfAborted()
    const after = list.cursor === undefined || next === undefined ? {} : { [list.cursor]: next }
    const page = await readPage({ ...limit, ...after })
    return { rows: page[list.rows] as readonly unknown[], next: page['next'] }
  }
  let page = await read()
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(write.heading + write.rows(page.rows))
    while (list?.cursor !== undefined && page.next !== undefined) {
      page = await read(page.next)
      // A page may be empty, and not the last one.
      if (page.rows.length > 0) yield Buffer.from(write.rows(page.rows))
    }
  }
  return new Response(streamOf(pieces(), { onBreak, onEnd }), {
    headers: {
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename="${fileName(route.path, params)}.${format}"`,
      ...headers,
    },
  })
}

/** Which list, and as what. */
export interface WholeList {
  readonly route: Route
  /** Of its path. */
  readonly params: Readonly<Record<string, unknown>>
  readonly format: ListFormat
}

function writerOf(route: Route, format: ListFormat) {
  if (format === 'jsonl' || route.list === undefined)
    return {
      heading: '',
      rows: (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    }
  const columns = columnsOf(rowSchemaOf(route, route.list))
  return {
    heading: formatCsv([columns.map(({ name }) => name)], CRLF),
    rows: (rows: readonly unknown[]) =>
      formatCsv(
        rows.map((row) => columns.map(({ cellOf }) => cellOf(row))),
        CRLF,
      ),
  }
}

function streamOf(
  pieces: AsyncGenerator<Uint8Array>,
  { onBreak, onEnd }: Pick<ListSource, 'onBreak' | 'onEnd'>,
): ReadableStream<Uint8Array> {
  let isOpen = true
  const end = () => {
    isOpen = false
    onEnd()
  }
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await pieces.next()
        // The caller went away while the page was read.
        if (!isOpen) return
        if (!done) return controller.enqueue(value)
        end()
        controller.close()
      } catch (thrown) {
        if (!isOpen) return
        end()
        // Whatever writes the stream to a connection would end it well, with the error as its last line.
        if (!(await onBreak(thrown))) controller.error(thrown)
      }
    },
    cancel: end,
  })
}

/** `/v1/feeds/{feed}/runs` is `NAME-runs`. */
function fileName(path: string, params: Readonly<Record<string, unknown>>): string {
  const words = [...Object.values(params), path.split('/').at(-1)]
  return words.map((word) => String(word).replaceAll(/[^\w.-]/g, '_')).join('-')
}
