/** @module The apps of a populated org: bookmarks, and who has them. */

import { pick } from '../random.ts'
import type { App, AppUser } from '../state/app.ts'
import type { Org } from '../state/org.ts'
import { Table } from '../state/table.ts'
import type { User } from '../state/user.ts'
import { chooseSome } from './choose-some.ts'
import { subjects } from './names.ts'

const DAY_MS = 86_400_000

/** Makes bookmark apps; the first ones have the most people, and only directly assigned ones. */
export function seedApps(
  org: Org,
  seed: number,
  options: { readonly count: number; readonly members: readonly User[] },
): readonly App[] {
  const { count, members } = options
  const nowMs = org.time.secondMs()
  return Array.from({ length: count }, (_, index) => {
    const createdMs = nowMs - (count - index) * DAY_MS
    const label = `${pick(subjects, seed, index)} ${index + 1}`
    const app: App = {
      id: org.ids.next('app'),
      name: 'bookmark',
      label,
      // One in a hundred is out of use.
      status: index % 100 === 99 ? 'INACTIVE' : 'ACTIVE',
      createdMs,
      lastUpdatedMs: createdMs,
      signOnMode: 'BOOKMARK',
      details: {
        settings: {
          app: { requestIntegration: false, url: `https://app-${index + 1}.example.com/` },
        },
      },
    }
    org.apps.put(app)
    const share = 0.02 / (index + 1)
    org.appUsers.set(app.id, assign(chooseSome(members, share, seed + index), app))
    return app
  })
}

function assign(members: Iterable<User>, app: App): Table<AppUser> {
  const table = new Table<AppUser>()
  for (const { id, profile, createdMs: bornMs } of members) {
    const userName = String(profile['login'])
    const createdMs = Math.max(app.createdMs, bornMs)
    table.put({ id, createdMs, lastUpdatedMs: createdMs, userName, profile: {} })
  }
  return table
}
