/** @module Whether lists go on as their links say, in pages of the usual size. */

import { PosternError } from '../../error.ts'
import { ApiError } from '../../org/errors.ts'
import { textOf } from '../../org/members.ts'
import { type PageError, pageError } from '../../org/page.ts'
import { UpstreamError } from '../../transport.ts'
import type { Check } from '../check.ts'
import type { Examination } from '../examination.ts'
import { explainFailure } from '../failures.ts'
import { fromError, information, type Observation, ok } from '../finding.ts'
import { problem } from '../problems.ts'
import { readPage } from '../read-page.ts'
import type { Reading, ReadPage } from '../reading.ts'
import { parseRecord } from '../record.ts'

// The largest page of users and of apps, and the one Okta recommends for groups.
const PAGE_SIZE = 200
const PAGE_SIZES = [PAGE_SIZE, 100, 50, 10]
const USERS_PATH = '/api/v1/users'
const LOG_PATH = '/api/v1/logs'

type Readable = Extract<Reading, { came: 'records' }>

/**
 * Reads the second page of one list, and its first in the size that a walk uses.
 *
 * @see RFC 8288 - links; Okta, "Pagination"
 */
export const pagesCheck: Check = {
  name: 'pages',
  question: 'Do lists lead from page to page?',
  needs: ['reading'],
  async *run(examination) {
    const lists = examination
      .known('readings')
      .filter((reading): reading is Readable => reading.came === 'records')
      .filter(({ resource }) => resource.query?.['limit'] === 1 && resource.path !== LOG_PATH)
    const [list] = lists.toSorted((a, b) => Number(leadsOn(b.page)) - Number(leadsOn(a.page)))
    if (list === undefined) return true
    const findings = [
      ...(list.page.isAfterEmpty ? [emptyPage(list)] : []),
      ...(await followLink(examination, list)),
      ...(await readLargePage(examination, list)),
    ]
    yield* findings
    if (findings.every(({ status }) => status === 'information')) {
      yield ok(`${list.resource.path} leads from page to page.`)
    }
    return true
  },
}

function emptyPage({ resource }: Readable): Observation {
  return information(
    'page_empty',
    `The first page of ${resource.path} was empty, and its next link led to records; Postern follows it.`,
  )
}

async function followLink(
  examination: Examination,
  { resource, page: first }: Readable,
): Promise<readonly Observation[]> {
  if (first.linkError !== undefined) return [fromError(first.linkError)]
  if (first.cursor === undefined) return []
  if (first.cursor === first.asked) return [fromError(loop(resource.path))]
  try {
    const second = await readPage(examination, first.cursor)
    if (second.linkError !== undefined) return [fromError(second.linkError)]
    if (second.cursor === first.cursor) return [fromError(loop(resource.path))]
    const ids = new Set(first.records.map(idOf))
    const again = second.records.map(idOf).some((id) => id !== undefined && ids.has(id))
    if (!again) return []
    const observed = `The second page of ${resource.path} has records of the first.`
    return [problem('page_repeated', observed, { status: 'warning' })]
  } catch (error) {
    if (error instanceof ApiError && error.code === 'cursor_rejected') {
      return [problem('cursor_rejected', error.message, { details: error.details })]
    }
    if (error instanceof PosternError) return [explainFailure(examination, error)]
    throw error
  }
}

/** Reads the list as a walk does; smaller where the org cannot put so much together. */
async function readLargePage(
  examination: Examination,
  { resource, page: first }: Readable,
): Promise<readonly Observation[]> {
  let refused: UpstreamError | undefined
  for (const limit of PAGE_SIZES) {
    try {
      const { records } = await readPage(examination, resource.path, { limit })
      if (resource.path === USERS_PATH) examination.learn({ sampleOfUsers: records })
      if (refused !== undefined) return [tooBig(resource.path, limit)]
      return records.length > 1 && !leadsOn(first)
        ? [nextMissing(resource.path, records.length)]
        : []
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      const isTooBig = error instanceof UpstreamError && error.details['status'] === 500
      if (!isTooBig) return [explainFailure(examination, error)]
      refused = error
    }
  }
  return refused === undefined ? [] : [fromError(refused)]
}

function leadsOn({ cursor, linkError }: ReadPage): boolean {
  return cursor !== undefined || linkError !== undefined
}

function idOf(record: Uint8Array): string | undefined {
  const members = parseRecord(record)
  return members && textOf(members, 'id')
}

function loop(path: string): PageError {
  return pageError(
    'page_link_loop',
    `The next link of ${path} leads to the page itself.`,
    'Check for a proxy that rewrites links or answers from a cache.',
  )
}

function tooBig(path: string, limit: number): Observation {
  const observed = `The org answers 500 to a page of ${PAGE_SIZE} of ${path}; a page of ${limit} works.`
  return problem('page_too_big', observed, { status: 'warning', details: { limit } })
}

function nextMissing(path: string, records: number): Observation {
  const observed = `A page of 1 of ${path} has no next link, and there are ${records} records.`
  return problem('page_next_missing', observed)
}
