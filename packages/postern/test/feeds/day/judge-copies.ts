/** @module Holds the copies of users, groups and members against the org, and the deletions on the way against what was removed. */

import type { RunningOrg } from '@postern/emulator'
import type { OrgChanges } from './changes.ts'
import { linesOf, objectsIn } from './held-by-day.ts'

/** What is wrong with a copy, in its table and in the file of its changes. */
export interface CopyVerdict {
  readonly objects: number
  readonly changes: number
  readonly wrong: {
    readonly lost: number
    readonly invented: number
    readonly changed: number
    readonly untrueDeletions: number
  }
}

/** The copies of the day. */
export const copies = [
  { feed: 'users', kind: 'user', table: 'users' },
  { feed: 'groups', kind: 'group', table: 'groups' },
  { feed: 'group-members', kind: 'group-member', table: 'group_members' },
] as const

/** Judges one copy. */
export async function judgeCopy(
  { feed, kind, table }: (typeof copies)[number],
  of: {
    readonly running: RunningOrg
    readonly changes: OrgChanges
    readonly folder: string
    readonly url: string
  },
): Promise<CopyVerdict> {
  const { running, changes, folder, url } = of
  const wanted = await objectsOf(running, kind)
  const replayed = new Map<string, string>()
  let lines = 0
  let untrueDeletions = 0
  for await (const { text } of linesOf(folder, feed)) {
    const { op, id, record }: { op: string; id: string; record?: unknown } = JSON.parse(text)
    lines++
    if (op === 'upsert') replayed.set(id, JSON.stringify(record))
    else {
      replayed.delete(id)
      if (!changes.removed.has(`${kind} ${id}`)) untrueDeletions++
    }
  }
  const verdicts = [compare(wanted, await objectsIn(url, table)), compare(wanted, replayed)]
  const sum = (what: 'lost' | 'invented' | 'changed') =>
    verdicts.reduce((total, verdict) => total + verdict[what], 0)
  return {
    objects: wanted.size,
    changes: lines,
    wrong: {
      lost: sum('lost'),
      invented: sum('invented'),
      changed: sum('changed'),
      untrueDeletions,
    },
  }
}

/** What the org has now, by id; of a membership only that it is there. */
async function objectsOf(
  running: RunningOrg,
  kind: (typeof copies)[number]['kind'],
): Promise<ReadonlyMap<string, string | undefined>> {
  const { org } = running
  if (kind === 'group-member') {
    const members = new Map<string, undefined>()
    for (const { id: groupId } of org.groups) {
      for (const userId of await membersOf(running, groupId)) {
        members.set(`${groupId}/${userId}`, undefined)
      }
    }
    return members
  }
  const ids = [...(kind === 'user' ? org.users : org.groups)].map(({ id }) => id)
  const found = new Map<string, string>()
  for (const id of ids) found.set(id, await read(running, `/api/v1/${kind}s/${id}`))
  return found
}

async function membersOf(running: RunningOrg, groupId: string): Promise<readonly string[]> {
  const list: readonly { readonly id: string }[] = JSON.parse(
    await read(running, `/api/v1/groups/${groupId}/users?limit=1000`),
  )
  return list.map(({ id }) => id)
}

async function read({ url, adminToken }: RunningOrg, path: string): Promise<string> {
  const headers = { Authorization: `SSWS ${adminToken}` }
  const answer = await fetch(`${url}${path}`, { headers })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}.`)
  return answer.text()
}

function compare(
  wanted: ReadonlyMap<string, string | undefined>,
  held: ReadonlyMap<string, string>,
) {
  const verdict = { lost: 0, invented: 0, changed: 0 }
  for (const [id, text] of wanted) {
    const copy = held.get(id)
    if (copy === undefined) verdict.lost++
    else if (text !== undefined && plain(copy) !== plain(text)) verdict.changed++
  }
  for (const id of held.keys()) if (!wanted.has(id)) verdict.invented++
  return verdict
}

/** Without links, which differ between a list and a single object. */
function plain(text: string): string {
  const { _links, _embedded, ...rest } = JSON.parse(text)
  return JSON.stringify(rest)
}
