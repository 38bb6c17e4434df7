/** @module A client that keeps a copy of users, groups and members: naive, and right. */

import { formatTime } from '../../src/clock.ts'
import type { DirectoryOrg } from './directory-org.ts'

/** What is kept of a user or a group. */
export interface Kept {
  readonly lastUpdated: string
  /** Status and city of a user, name of a group. */
  readonly text: string
}

/** What the client knows. */
export interface Known {
  readonly users: ReadonlyMap<string, Kept>
  readonly groups: ReadonlyMap<string, Kept>
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
}

interface Row {
  readonly id: string
  readonly status: string
  readonly lastUpdated: string
  readonly lastMembershipUpdated: string
  readonly profile: Readonly<Record<string, unknown>>
}

interface Target {
  readonly id: string
  readonly type: string
}

/** The copy. Every step asks over HTTP alone, in pages of three. */
export class Mirror implements Known {
  readonly users = new Map<string, Kept>()
  readonly groups = new Map<string, Kept>()
  readonly members = new Map<string, ReadonlySet<string>>()
  readonly #acme: DirectoryOrg
  #logLink: string
  #usersMs = 0
  #groupsMs = 0
  readonly #overlapMs: number

  constructor(acme: DirectoryOrg, overlapMs = 300_000) {
    this.#acme = acme
    this.#overlapMs = overlapMs
    this.#logLink = `/api/v1/logs?since=${formatTime(acme.running.org.time.nowMs())}&limit=3`
  }

  /** Reads again whatever the log names: a hint is never applied. */
  async followHints(): Promise<void> {
    const targets = new Map<string, Target>()
    for (let isMore = true; isMore; ) {
      const { body, links } = await this.#acme.call('GET', this.#logLink)
      for (const event of body)
        for (const target of event.target ?? []) targets.set(target.id, target)
      this.#logLink = links['next'] ?? ''
      isMore = body.length > 0
    }
    for (const { id, type } of targets.values()) {
      if (type === 'User') await this.#readUser(id)
      if (type === 'UserGroup') await this.#readGroup(id)
    }
  }

  /** Asks for what changed since the newest change that was seen, and some minutes more. */
  async readChanges(): Promise<void> {
    const since = (ms: number) => `ge "${formatTime(Math.max(0, ms - this.#overlapMs))}"`
    const search = `lastUpdated ${since(this.#usersMs)}`
    for (const user of await this.#walk('users', {
      search,
      sortBy: 'lastUpdated',
      sortOrder: 'asc',
    })) {
      this.#keepUser(user)
      this.#usersMs = Math.max(this.#usersMs, Date.parse(user.lastUpdated))
    }
    const from = since(this.#groupsMs)
    const filter = `type eq "OKTA_GROUP" and (lastUpdated ${from} or lastMembershipUpdated ${from})`
    for (const group of await this.#walk('groups', { filter })) {
      await this.#keepGroup(group)
      const times = [group.lastUpdated, group.lastMembershipUpdated].map((time) => Date.parse(time))
      this.#groupsMs = Math.max(this.#groupsMs, ...times)
    }
  }

  /** Reads everything, and forgets what is gone, once its own id says so. */
  async sweep(): Promise<void> {
    const users = await this.#walk('users', { search: 'status pr' })
    for (const user of users) this.#keepUser(user)
    const groups = await this.#walk('groups', { filter: 'type eq "OKTA_GROUP"' })
    for (const group of groups) await this.#keepGroup(group)
    const seen = new Set([...users, ...groups].map(({ id }) => id))
    for (const id of [...this.users.keys()]) if (!seen.has(id)) await this.#readUser(id)
    for (const id of [...this.groups.keys()]) if (!seen.has(id)) await this.#readGroup(id)
  }

  async #walk(kind: string, parameters: Readonly<Record<string, string>>): Promise<readonly Row[]> {
    const query = new URLSearchParams({ ...parameters, limit: '3' })
    const pages = await this.#acme.walk(`/api/v1/${kind}?${query}`)
    return pages.flatMap(({ body }) => body)
  }

  async #readUser(id: string): Promise<void> {
    const { status, body } = await this.#acme.call('GET', `/api/v1/users/${id}`)
    if (status === 200) this.#keepUser(body)
    else this.users.delete(id)
  }

  async #readGroup(id: string): Promise<void> {
    const { status, body } = await this.#acme.call('GET', `/api/v1/groups/${id}`)
    if (status === 200) return this.#keepGroup(body)
    this.groups.delete(id)
    this.members.delete(id)
  }

  // A search that is behind must not put an older row in the place of a newer one.
  #keepUser({ id, status, lastUpdated, profile }: Row): void {
    const known = this.users.get(id)
    if (known !== undefined && known.lastUpdated > lastUpdated) return
    this.users.set(id, { lastUpdated, text: `${status} ${profile['city'] ?? ''}` })
  }

  async #keepGroup({ id, lastUpdated, profile }: Row): Promise<void> {
    const known = this.groups.get(id)
    if (known === undefined || known.lastUpdated <= lastUpdated)
      this.groups.set(id, { lastUpdated, text: String(profile['name']) })
    const pages = await this.#acme.walk(`/api/v1/groups/${id}/users?limit=3`)
    const rows: readonly Row[] = pages.flatMap(({ body }) => body ?? [])
    if (pages[0]?.status === 200) this.members.set(id, new Set(rows.map((row) => row.id)))
  }
}
