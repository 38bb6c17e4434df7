import { fetchTransport, type Org, read, type Transport } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emulatedOrg } from '../../../../test/emulated-org.ts'
import { type ParentLists, readChildren } from '../../src/inputs/fan-out.ts'
import type { ReadOptions } from '../../src/inputs/input.ts'

const size = { users: 60, groups: 9, apps: 4, edition: 'unlimited', keyType: 'EC' } as const

const members = (parentsPage: number, page: number): ParentLists => ({
  input: 'group-members',
  parents: { resource: '/api/v1/groups', pageLimit: parentsPage },
  idMember: 'groupId',
  lists: [{ path: 'users', pageLimit: page, member: 'user' }],
})

/** Every member of every group, as one request after another shows them. */
async function membersOneByOne(org: Org): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const group of org.list('/api/v1/groups')) {
    const { id } = group as { readonly id: string }
    for await (const { records } of org.pages(`/api/v1/groups/${id}/users`)) {
      for (const record of records) lines.push(`{"groupId":"${id}","user":${textOf(record)}}`)
    }
  }
  return lines.toSorted()
}

function textOf(record: Uint8Array): string {
  return Buffer.from(record).toString()
}

describe('lists behind each record of a list', () => {
  test('give every record exactly once with its own bytes, whatever the page sizes and the failures', async () => {
    const { client, admin } = await emulatedOrg(size)
    let refused: readonly number[] = []
    let number = 0
    const transport: Transport = async (request) => {
      const isList = request.url.includes('/groups')
      if (isList && refused.includes(++number))
        return { status: 403, headers: new Headers(), body: null }
      return fetchTransport(request)
    }
    const org = client({ transport })
    const expected = await membersOneByOne(admin)
    expect(expected.length).toBeGreaterThan(80)
    const readAll = async (lists: ParentLists, options: ReadOptions, stopAfter: number) => {
      const lines: string[] = []
      for (let cursor: string | undefined, isEnded = false; !isEnded; ) {
        try {
          let taken = 0
          for await (const batch of readChildren(org, lists, { ...options, cursor })) {
            lines.push(...batch.records.map(textOf))
            cursor = batch.cursor
            isEnded = cursor === undefined
            if (++taken > stopAfter) break
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'role_insufficient' })
        }
      }
      return lines.toSorted()
    }
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 5, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
        fc.integer({ min: 0, max: 30 }),
        async (parentsPage, page, parallel, refusals, stopAfter) => {
          number = 0
          refused = refusals
          const got = await readAll(members(parentsPage, page), { parallel }, stopAfter)
          expect(got).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  }, 60_000)

  test.each(['duplicate-page=path:/api/v1/groups,every:2', 'duplicate-page=path:/api/v1/groups'])(
    'give every record exactly once where pages of parents come twice: %s',
    async (fault) => {
      const { app, admin, running } = await emulatedOrg(size)
      const expected = await membersOneByOne(admin)
      running.faults.on(fault)
      const lines: string[] = []
      for await (const { records } of readChildren(app, members(3, 30), {})) {
        lines.push(...records.map(textOf))
      }
      expect(lines.toSorted()).toEqual(expected)
    },
  )

  test('of an app are its users, then its groups', async () => {
    const { app, admin } = await emulatedOrg(size)
    const expected: string[] = []
    for await (const one of admin.list('/api/v1/apps')) {
      const { id } = one as { readonly id: string }
      for (const [path, member] of [
        ['users', 'user'],
        ['groups', 'group'],
      ]) {
        for await (const { records } of admin.pages(`/api/v1/apps/${id}/${path}`)) {
          expected.push(
            ...records.map((record) => `{"appId":"${id}","${member}":${textOf(record)}}`),
          )
        }
      }
    }
    const got: string[] = []
    for await (const { records } of read(app, 'app-assignments')) got.push(...records.map(textOf))
    expect(got.toSorted()).toEqual(expected.toSorted())
    expect(got.some((line) => line.includes('"group":{'))).toBe(true)
  })

  test('leave out a parent that is deleted while the walk goes on', async () => {
    const { client, admin, running } = await emulatedOrg(size)
    const doomed = [...running.org.groups].find(({ type }) => type === 'OKTA_GROUP')?.id
    const transport: Transport = async (request) => {
      if (request.url.includes(`/groups/${doomed}/`)) {
        await admin.request({ method: 'DELETE', path: `/api/v1/groups/${doomed}` })
      }
      return fetchTransport(request)
    }
    const groups = new Set<string>()
    for await (const { records } of read(client({ transport }), 'group-members')) {
      for (const record of records) groups.add(JSON.parse(textOf(record)).groupId)
    }
    expect(groups.has(doomed ?? '')).toBe(false)
    expect(groups.size).toBeGreaterThan(4)
  })

  test('go on behind the last parent that was begun, and from its page where that one is gone', async () => {
    const { app, admin, running } = await emulatedOrg({ ...size, users: 10, groups: 20 })
    const seen: string[] = []
    let cursor: string | undefined
    for await (const batch of read(app, 'group-members', { parallel: 1 })) {
      seen.push(...batch.records.map(textOf))
      cursor = batch.cursor
      if (seen.length > 12) break
    }
    const before = JSON.parse(
      Buffer.from((cursor ?? '').replace(/^[a-z-]+_/, ''), 'base64url').toString(),
    )
    if (before.through !== running.org.everyoneId) {
      await admin.request({ method: 'DELETE', path: `/api/v1/groups/${before.through}` })
    }
    for await (const batch of read(app, 'group-members', { cursor })) {
      seen.push(...batch.records.map(textOf))
    }
    const left = await membersOneByOne(admin)
    expect(left.filter((line) => !seen.includes(line))).toEqual([])
  })
})
