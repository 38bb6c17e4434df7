/** @module What administrators do during the day: people, groups and memberships come, change and go. */

import type { RunningOrg } from '@postern/emulator'

/** Makes changes as the first Super Admin, over HTTP. */
export class OrgChanges {
  readonly #running: RunningOrg
  #made = 0
  /** What was removed: `user 00u…`, `group 00g…`, `group-member 00g…/00u…`. */
  readonly removed = new Set<string>()

  constructor(running: RunningOrg) {
    this.#running = running
  }

  /** How many were made. */
  get made(): number {
    return this.#made
  }

  /** Makes the next one. What the org refuses because it is down has not happened. */
  async next(): Promise<void> {
    const number = this.#made++
    const { org } = this.#running
    // Not the administrator, who makes the changes.
    const users = [...org.users].slice(1).filter(({ status }) => status !== 'DEPROVISIONED')
    const groups = [...org.groups].filter(({ type }) => type === 'OKTA_GROUP')
    const user = users[(number * 7) % users.length]?.id ?? ''
    const group = groups[(number * 3) % groups.length]?.id ?? ''
    switch (number % 10) {
      case 0:
      case 4:
        await this.#ask('POST', '/api/v1/users?activate=true', { profile: profileOf(number) })
        return
      case 1:
      case 5:
        await this.#ask('POST', `/api/v1/users/${user}`, { profile: { nickName: `n${number}` } })
        return
      case 2:
      case 6:
      case 8:
        await this.#ask('PUT', `/api/v1/groups/${group}/users/${user}`)
        return
      case 3:
        await this.#removeMember(group)
        return
      case 7:
        if (number % 20 === 7) await this.#removeGroup(groups.at(-1)?.id ?? '')
        else await this.#ask('POST', '/api/v1/groups', { profile: { name: `Group ${number}` } })
        return
      default:
        await this.#removeUser(user)
    }
  }

  async #removeMember(groupId: string): Promise<void> {
    const [userId] = this.#running.org.members.rightsOf(groupId)
    if (userId === undefined) return
    const isGone = await this.#ask('DELETE', `/api/v1/groups/${groupId}/users/${userId}`)
    if (isGone) this.removed.add(`group-member ${groupId}/${userId}`)
  }

  async #removeGroup(groupId: string): Promise<void> {
    const members = [...this.#running.org.members.rightsOf(groupId)]
    if (!(await this.#ask('DELETE', `/api/v1/groups/${groupId}`))) return
    this.removed.add(`group ${groupId}`)
    for (const userId of members) this.removed.add(`group-member ${groupId}/${userId}`)
  }

  async #removeUser(userId: string): Promise<void> {
    const { org } = this.#running
    const groups = [org.everyoneId, ...org.members.leftsOf(userId)]
    // The first time it is deactivated, which takes it out of its groups.
    if (!(await this.#ask('DELETE', `/api/v1/users/${userId}`))) return
    for (const groupId of groups) this.removed.add(`group-member ${groupId}/${userId}`)
    if (await this.#ask('DELETE', `/api/v1/users/${userId}`)) this.removed.add(`user ${userId}`)
  }

  async #ask(
    method: string,
    path: string,
    body?: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const { url, adminToken } = this.#running
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `SSWS ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (answer.ok || answer.status === 503) return answer.ok
    throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`)
  }
}

function profileOf(number: number) {
  const login = `day-${number}@example.com`
  return { firstName: `First ${number}`, lastName: `Last ${number}`, email: login, login }
}
