/** @module Changes of which the proof asks: idempotent ones, ones that create, and requests that nobody but their sender understands. */

import type { RunningOrg } from '@postern/emulator'

/** A change that was not made yet. */
export interface Change {
  readonly action: string
  readonly given: Readonly<Record<string, unknown>>
  /** How often the org made it. */
  readonly done: () => number
  /** What a look at the org needs, where running the action again is none: the path, and the text that is there once it is done. */
  readonly look?: { readonly path: string; readonly text: string }
}

/** Prepares a change of each kind, on objects that no other has. */
export interface ChangeKind {
  readonly name: string
  prepare(org: RunningOrg, number: number): Change
}

/** The declaration of the action `user.call`. */
export const declared = {
  name: 'user.call',
  declaration: {
    ...{ title: 'Call a user', summary: 'Gives a user a nickname.', method: 'POST' },
    path: '/api/v1/users/{user}',
    body: { profile: { nickName: '{nick}' } },
    scopes: ['okta.users.manage'],
    parameters: [
      { name: 'user', kind: 'user', description: 'The user.' },
      { name: 'nick', kind: 'text', description: 'The nickname.' },
    ],
  },
} as const

/** Every kind. */
export const changeKinds: readonly ChangeKind[] = [
  {
    name: 'group.add_member',
    prepare: (running, number) => {
      const [user, group] = [addUser(running, number), addGroup(running, number)]
      return {
        action: 'group.add_member',
        given: { group: `id:${group}`, user: `id:${user}` },
        done: counter(running, 'group-member created', group),
      }
    },
  },
  {
    name: 'user.create',
    prepare: (running, number) => ({
      action: 'user.create',
      given: { login: `new-${number}@example.com`, firstName: 'Ada', lastName: `Case ${number}` },
      done: counter(running, 'user created'),
    }),
  },
  {
    name: 'group.create',
    prepare: (running, number) => ({
      action: 'group.create',
      given: { name: `New ${number}` },
      done: counter(running, 'group created'),
    }),
  },
  {
    name: 'user.suspend',
    prepare: (running, number) => {
      const user = addUser(running, number)
      return {
        action: 'user.suspend',
        given: { user: `id:${user}` },
        done: counter(running, 'user updated', user),
      }
    },
  },
  {
    name: 'request.change',
    prepare: (running, number) => {
      const user = addUser(running, number)
      const path = `/api/v1/users/${user}`
      const body = { profile: { nickName: `nick ${number}` } }
      return {
        action: 'request.change',
        given: { method: 'POST', path, body },
        done: counter(running, 'user updated', user),
        look: { path, text: `nick ${number}` },
      }
    },
  },
  {
    name: 'a declared action',
    prepare: (running, number) => {
      const user = addUser(running, number)
      return {
        action: declared.name,
        given: { user: `id:${user}`, nick: `nick ${number}` },
        done: counter(running, 'user updated', user),
        look: { path: `/api/v1/users/${user}`, text: `nick ${number}` },
      }
    },
  },
]

/** How often a request has made such a change since now. */
function counter({ org }: RunningOrg, what: string, id?: string): () => number {
  const from = org.ledger.size
  return () =>
    org.ledger
      .read(from)
      .filter(
        (entry) =>
          entry.kind === 'change' &&
          entry.requestId !== undefined &&
          `${entry.what} ${entry.op}` === what &&
          (id === undefined || entry.id === id),
      ).length
}

/** A user as if there long before. @returns the id */
function addUser({ org }: RunningOrg, number: number): string {
  const [first] = org.users
  if (first === undefined) throw new Error('The org is empty.')
  const { roles: _roles, ...plain } = first
  const id = org.ids.next('user')
  const login = `user-${number}@example.com`
  const profile = { ...plain.profile, login, email: login }
  org.putUser({ ...plain, id, status: 'ACTIVE', profile }, { settled: true })
  return id
}

function addGroup({ org }: RunningOrg, number: number): string {
  const everyone = org.groups.get(org.everyoneId)
  if (everyone === undefined) throw new Error('The org is empty.')
  const id = org.ids.next('group')
  const profile = { name: `Group ${number}`, description: null }
  org.groups.putSettled({ ...everyone, id, type: 'OKTA_GROUP', profile })
  return id
}
