/** @module What a request says, parsed by the schemas of its route; everything that is wrong with it is told at once. */

import { showHostile } from '@postern/core'
import type { Route } from './api.ts'
import type { Incoming } from './incoming.ts'
import { type FieldProblem, ServerError } from './problem.ts'
import { findUnstorable } from './storable.ts'

/** The parts of a request, as the schemas of its route give them. */
export interface RequestParts {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** What a path and a query say, unjudged. */
export interface RawParts {
  readonly params: Readonly<Record<string, string>>
  /** Asked for where the route has a query. */
  readonly query: () => Readonly<Record<string, readonly string[]>>
}

const DEFAULT_MAX_BODY_BYTES = 1_048_576
const MAX_PROBLEMS = 100

/**
 * At once where there is no body to wait for.
 *
 * @throws {ServerError} `request_invalid` with every problem, `request_malformed`, `request_too_large`, `request_media_type`
 */
export function parseRequest(
  route: Route,
  request: Incoming,
  raw: RawParts,
): RequestParts | Promise<RequestParts> {
  if (route.body === undefined) return judgeParts(route, raw, undefined)
  // The usual request that may leave its body out does.
  if (route.bodyOptional && request.headers.get('content-length') === '0')
    return judgeParts(route, raw, {})
  return readBody(route, request).then((body) => judgeParts(route, raw, body))
}

function judgeParts(route: Route, raw: RawParts, rawBody: unknown): RequestParts {
  const problems: FieldProblem[] = []
  const params = judge('path', route.params, raw.params, problems) ?? {}
  const query = route.query ? judge('query', route.query, singleValues(raw.query()), problems) : {}
  const body = judge('body', route.body, rawBody, problems)
  if (problems.length === 0) return { params, query, body } as RequestParts
  const [first] = problems
  const message = first?.message.replace(/\.$/, '')
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : ''
  throw new ServerError(
    'request_invalid',
    `The request is refused: ${[first?.path, message].filter(Boolean).join(': ')}${more}.`,
    {
      remedy: 'Correct every member listed under problems, and send the request again.',
      details: { problems: problems.slice(0, MAX_PROBLEMS) },
    },
  )
}

type Schema = NonNullable<Route['body']>
type Issue = NonNullable<ReturnType<Schema['safeParse']>['error']>['issues'][number]

function judge(
  where: FieldProblem['in'],
  schema: Schema | undefined,
  value: unknown,
  problems: FieldProblem[],
): unknown {
  if (schema === undefined) return undefined
  problems.push(...findUnstorable(where, value))
  const { data, error } = schema.safeParse(value)
  for (const issue of error?.issues ?? []) problems.push(...fieldProblems(where, issue))
  return data
}

/** Zod says what it expected and never the value that it was given. */
function fieldProblems(where: FieldProblem['in'], issue: Issue): readonly FieldProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      in: where,
      path: pathOf([...issue.path, showHostile(key, { maxCharacters: 64 })]),
      message: 'is no member of this request',
    }))
  const { code, remedy } = issue.code === 'custom' ? (issue.params ?? {}) : {}
  return [
    {
      in: where,
      path: pathOf(issue.path),
      message: issue.message,
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof remedy === 'string' ? { remedy } : {}),
    },
  ]
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

function singleValues(query: Readonly<Record<string, readonly string[]>>): unknown {
  return Object.fromEntries(
    Object.entries(query).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  )
}

async function readBody(route: Route, request: Incoming): Promise<unknown> {
  const maxBytes = route.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  const text = await readText(request, maxBytes)
  if (text === '' && route.bodyOptional) return {}
  const type = request.headers.get('content-type') ?? 'none'
  if (!/^application\/json\s*(?:;|$)/i.test(type) || request.headers.has('content-encoding'))
    throw new ServerError('request_media_type', 'The body is not sent as application/json.', {
      remedy: 'Send JSON, with Content-Type: application/json and no Content-Encoding.',
    })
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says quotes the body.
    throw new ServerError('request_malformed', 'The body is not JSON.', {
      remedy: 'Send one JSON object.',
    })
  }
}

async function readText(request: Incoming, maxBytes: number): Promise<string> {
  const announced = request.headers.get('content-length')
  // Node reads no more than was announced.
  if (announced !== null && Number(announced) <= maxBytes) return request.text()
  if (announced !== null) throw tooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(maxBytes: number): ServerError {
  return new ServerError(
    'request_too_large',
    `The body is larger than the ${maxBytes} bytes that this route takes.`,
    { remedy: 'Send a smaller body.', details: { maxBytes } },
  )
}
