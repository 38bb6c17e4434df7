/** @module Looks at one resource of an org. */

import { PosternError } from '../error.ts'
import { ApiError } from '../org/errors.ts'
import type { Examination } from './examination.ts'
import { readPage } from './read-page.ts'
import type { Reading } from './reading.ts'
import type { Resource } from './resources.ts'

// An empty page may have a next link; so many in a row are more than an accident.
const MAX_EMPTY_PAGES = 3

/** Looks at one resource: one request, and one more for each empty page that says that more follows. */
export async function readResource(examination: Examination, resource: Resource): Promise<Reading> {
  try {
    let page = await readPage(examination, resource.path, resource.query)
    for (let number = 1; number <= MAX_EMPTY_PAGES; number++) {
      if (page.records.length > 0 || page.cursor === undefined) break
      // The System Log has a next link always, for whoever polls.
      if (resource.path === '/api/v1/logs') break
      page = { ...(await readPage(examination, page.cursor)), isAfterEmpty: true }
    }
    return { resource, came: page.records.length > 0 ? 'records' : 'nothing', page }
  } catch (error) {
    if (error instanceof ApiError) return { resource, came: 'refusal', error }
    if (error instanceof PosternError) return { resource, came: 'failure', error }
    throw error
  }
}
