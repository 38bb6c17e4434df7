/** @module `postern request`: one call of the management API, or all pages of a list. */

import {
  asLostChange,
  InputError,
  isRead,
  type Org,
  type OrgAnswer,
  PosternError,
  requireReadable,
} from '@postern/core'
import { requireOneFromStdin } from '../../config/secret-reference.ts'
import { UsageError } from '../../config/usage-error.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { formatCountOf } from '../count.ts'
import type { GlobalOptions } from '../global-options.ts'
import { useOrg } from '../open-connection.ts'
import { showPlain, tell } from '../output.ts'
import { openRecordOutput } from '../record-output.ts'
import { writeForeign } from '../write-out.ts'
import { readBody } from './request-body.ts'

/** The arguments and flags of `request`, as they were typed. */
export interface RequestFlags extends ConnectionFlags {
  readonly method: string
  readonly path: string
  readonly query?: readonly string[]
  readonly body?: string
  readonly requestHeader?: readonly string[]
  readonly paginate?: true
  readonly verbose?: true
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Sends a request and prints the answer's JSON as it came; or follows a list to its end.
 *
 * @throws {UpstreamError} `upstream_bad_response` for a page of somebody else, once that is printed.
 */
export async function request(
  flags: RequestFlags,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const method = parseMethod(flags)
  requireOneFromStdin({
    '--key': flags.key,
    '--passphrase': flags.passphrase,
    '--api-token': flags.apiToken,
    '--body': flags.body,
  })
  const headers = Object.fromEntries(pairs('--header', flags.requestHeader))
  const query = pairs('--query', flags.query)
  const body = await readBody(flags.body)
  await useOrg(flags, { ...options, signal }, async ({ org }) => {
    const path = withQuery(pathOf(org, flags.path), query)
    if (flags.paginate) return printList(org, path, { ...options, signal })
    try {
      const answer = await org.request({ method, path, body, headers, signal })
      if (flags.verbose) tellAnswer(answer)
      await printAnswer(answer, options)
      // Whoever answered instead of Okta may say in its page why, so that is printed all the same.
      if (answer.requestId === undefined)
        requireReadable(answer, `${method} ${path.split('?', 1)[0]}`)
    } catch (error) {
      throw isRead(method) ? error : asLostChange(error)
    }
  })
}

function parseMethod({ method: text, paginate }: RequestFlags): string {
  const method = text.toUpperCase()
  if (!METHODS.includes(method)) {
    throw new UsageError('usage_invalid', 'That is no method of HTTP.', {
      remedy: `Write postern request [NAME] METHOD PATH; METHOD is one of ${METHODS.join(', ')}.`,
    })
  }
  if (!paginate || method === 'GET') return method
  throw new UsageError('usage_invalid', `--paginate follows a list, and ${method} gives none.`, {
    remedy: 'Use GET, or leave --paginate out.',
  })
}

/** `name=value` each. */
function pairs(flag: string, texts: readonly string[] = []): readonly [string, string][] {
  return texts.map((text) => {
    const mark = text.indexOf('=')
    if (mark > 0) return [text.slice(0, mark).trim(), text.slice(mark + 1)]
    throw new UsageError('usage_invalid', `A value of ${flag} is not written as name=value.`, {
      remedy: `Write ${flag} name=value.`,
      details: { flag },
    })
  })
}

/** The path on the org: what follows the org's own URL where a whole URL was given. */
function pathOf({ url }: Org, text: string): string {
  return text.startsWith(`${url}/`) ? text.slice(url.length) : text
}

function withQuery(path: string, query: readonly [string, string][]): string {
  if (query.length === 0) return path
  // A parameter may be given more than once.
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams([...query])}`
}

async function printAnswer({ body }: OrgAnswer, { output }: GlobalOptions): Promise<void> {
  if (body.length === 0) return
  const records = output === 'json' ? undefined : parse(body)
  if (records === undefined) {
    await writeForeign(Buffer.concat([body, Buffer.from(body.at(-1) === LINE_FEED ? '' : '\n')]))
    return
  }
  const lines = openRecordOutput({ format: output })
  if (await lines.write(records.map((record) => Buffer.from(record)))) await lines.end()
}

const LINE_FEED = 0x0a

/** Each thing that the answer lists; undefined where it is no JSON, as a SAML certificate is not, or too deep to print anew. */
function parse(body: Uint8Array): readonly string[] | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return (Array.isArray(data) ? data : [data]).map((record) => JSON.stringify(record))
  } catch {
    return undefined
  }
}

async function printList(
  org: Org,
  path: string,
  { output, signal }: GlobalOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const lines = openRecordOutput({ format: output })
  let records = 0
  let cursor: string | undefined
  try {
    for await (const page of org.pages(path, { signal })) {
      if (!(await lines.write(page.records))) return
      records += page.records.length
      cursor = page.cursor
    }
  } catch (error) {
    signal.throwIfAborted()
    throw records === 0 ? error : incomplete(error, records, cursor)
  }
  await lines.end()
}

function incomplete(cause: unknown, records: number, cursor: string | undefined): unknown {
  if (!(cause instanceof PosternError) || cursor === undefined) return cause
  const { message, remedy, code } = cause
  return new InputError(
    'input_incomplete',
    `The list stopped after ${formatCountOf(records, 'records')}: ${message}`,
    {
      remedy: `${remedy} Then go on with: postern request GET '${cursor}' --paginate`,
      details: { records, cursor, because: code },
      cause,
    },
  )
}

function tellAnswer({ status, requestId, attempts, waitedMs, headers }: OrgAnswer): void {
  const [left, whole] = ['remaining', 'limit'].map((name) => headers.get(`x-rate-limit-${name}`))
  const parts = [
    String(status),
    ...(requestId === undefined ? [] : [`request id ${requestId}`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(waitedMs >= 1_000 ? [`waited ${Math.round(waitedMs / 1_000)} s`] : []),
    ...(left == null || whole == null ? [] : [`${left} of ${whole} requests left in this minute`]),
  ]
  tell(showPlain(parts.join(', ')))
}
