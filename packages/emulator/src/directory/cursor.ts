/** @module The cursors of directory lists: where a page begins. Their texts differ from list to list, as Okta's do. */

import { oktaError } from '../http/okta-error.ts'
import { readAfter } from '../http/paging.ts'
import type { ApiRequest } from '../http/request.ts'
import { type IdKind, isId } from '../ids.ts'

/**
 * The id behind which a page begins: of a cursor that is an id, or one digit and an id.
 *
 * @throws {RefusedRequest} `E0000029` or, by assumption, `E0000031` for any other text.
 */
export function readIdCursor(request: ApiRequest, kind: IdKind): string | undefined {
  const cursor = readAfter(request)
  if (cursor === undefined) return undefined
  const id = /^\d?(\w{20})$/.exec(cursor)?.[1]
  if (id === undefined || !isId(id, kind)) throw invalidCursor(request)
  return id
}

/** The refusal of a cursor that the list did not make. */
export function invalidCursor({ org }: ApiRequest): Error {
  return oktaError(org.assumptions.invalidDirectoryCursor, { causes: ['Invalid cursor.'] })
}
