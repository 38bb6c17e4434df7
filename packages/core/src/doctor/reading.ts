/** @module What came of reading one resource. */

import type { PosternError } from '../error.ts'
import type { ApiError } from '../org/errors.ts'
import type { PageError } from '../org/page.ts'
import type { Resource } from './resources.ts'

/** A page that came. */
export interface ReadPage {
  /** Path and query that it was asked for with, as a cursor is. */
  readonly asked: string
  readonly records: readonly Uint8Array[]
  /** Where the list goes on: a path with its query. */
  readonly cursor?: string
  /** The link to what follows cannot be used. */
  readonly linkError?: PageError
  /** It is the first page with records, behind empty ones. */
  readonly isAfterEmpty?: true
}

/** What came of reading one resource. */
export type Reading = { readonly resource: Resource } & (
  | { readonly came: 'records'; readonly page: ReadPage }
  | { readonly came: 'nothing'; readonly page: ReadPage }
  /** The org answered, and refused. */
  | { readonly came: 'refusal'; readonly error: ApiError }
  /** No usable answer. */
  | { readonly came: 'failure'; readonly error: PosternError }
)

/** A reading that the org refused. */
export type Refused = Extract<Reading, { came: 'refusal' }>

/** A reading that brought no usable answer. */
export type Failed = Extract<Reading, { came: 'failure' }>
