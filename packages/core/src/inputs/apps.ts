/** @module The apps of an org, active and inactive. */

import { decodeCursor, encodeCursor, textOf } from './cursor-text.ts'
import type { Input } from './input.ts'
import { roleMissing } from './input-error.ts'
import { pagesToProvenEnd } from './proven-end.ts'
import { Repeats } from './repeats.ts'

/** `/api/v1/apps`, whole. Okta can neither search nor sort it, so it is one list. */
export const apps: Input = {
  name: 'apps',
  title: 'Apps',
  plural: 'apps',
  resource: '/api/v1/apps',
  scopes: ['okta.apps.read'],
  roles: ['READ_ONLY_ADMIN'],
  sync: 'full',
  cursor: 'The next page of the list.',
  takesSince: false,
  takesUntil: false,
  pageLimit: 200,
  bucket: '/api/v1/apps',
  everyOrgHas: 'every org has the apps of Okta itself',
  columns: ['id', 'name', 'label', 'status', 'signOnMode', 'created'],
  mirrored: {
    kinds: [
      {
        name: 'app',
        path: '/api/v1/apps/{id}',
        changed: ['lastUpdated'],
        isIndexed: false,
        compared: 'content',
      },
    ],
    hints: [{ eventTypes: ['application.lifecycle.'], kind: 'app', object: 'AppInstance' }],
  },
  async *read(org, { cursor, priority = 'sweep', signal }) {
    const state = cursor === undefined ? {} : decodeCursor(apps.name, cursor)
    const paging = { limit: apps.pageLimit, cursor: textOf(state, 'page'), priority, signal }
    const repeats = new Repeats()
    let found = 0
    const pages = pagesToProvenEnd(org, apps.resource, paging)
    for await (const { records: whole, cursor: page } of pages) {
      const records = repeats.leaveOut(whole)
      found += records.length
      const isEmpty = found === 0 && page === undefined && cursor === undefined
      if (isEmpty) throw roleMissing(apps)
      yield page === undefined
        ? { records, remaining: 0 }
        : { records, cursor: encodeCursor(apps.name, { page }) }
    }
  },
}
