/** @module Whatever happens in an org, and however runs fall between, a copy is like the org in the end, and on the way no deletion is untrue. */

import type { InputName, Query } from '@postern/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parametersOf, tellProof } from '../../../../test/proof.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { confirmDeletions } from '../../src/feeds/confirm-deletions.ts'
import { askResync } from '../../src/store/resync.ts'
import type { Store } from '../../src/store/store.ts'
import {
  idsInOrg,
  type ObjectFeed,
  objectFeed,
  orgOnClock,
  type Ran,
  SWEEP_MS,
} from './object-feed.ts'

/** A change of an object, to whichever the number chooses among those that are there. */
interface ObjectChange {
  readonly what: 'user' | 'group'
  readonly deed: 'create' | 'change' | 'remove'
  readonly one: number
}

/** A change of what is between two objects. */
interface PairChange {
  readonly what: 'member' | 'app-user' | 'app-group'
  readonly deed: 'create' | 'remove'
  readonly one: number
  readonly other: number
}

type Happening =
  | ObjectChange
  | PairChange
  | { readonly what: 'fault'; readonly name: string }
  | { readonly what: 'no fault' }
  | { readonly what: 'resync' }
  | { readonly what: 'run'; readonly afterMs: number; readonly pages: number | undefined }

const number = fc.nat({ max: 1_000 })

const faults = [
  'admin-role-missing',
  'admin-role-missing-lists-forbidden',
  'no-scope-granted',
  'index-behind=900',
]

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom('user' as const, 'group' as const),
      deed: fc.constantFrom('create' as const, 'change' as const, 'remove' as const),
      one: number,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constantFrom('member' as const, 'app-user' as const, 'app-group' as const),
      deed: fc.constantFrom('create' as const, 'remove' as const),
      one: number,
      other: number,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('fault' as const), name: fc.constantFrom(...faults) }),
  },
  { weight: 1, arbitrary: fc.constant({ what: 'no fault' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'resync' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('run' as const),
      afterMs: fc.constantFrom(0, 1_000, 31_000, 700_000, SWEEP_MS),
      pages: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
)

const inputs: readonly InputName[] = ['users', 'groups', 'group-members', 'app-assignments']

describe('a copy of an org', () => {
  let opened: TestStore
  beforeAll(async () => {
    const [embedded] = stores
    if (embedded === undefined) throw new Error('There is no store.')
    opened = await embedded.open()
  })
  afterAll(() => opened.close())

  test.each(inputs)(
    'is like the org after a sweep, and says nothing untrue before: %s',
    async (input) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(happening, { minLength: 5, maxLength: 25 }),
          async (happenings) => {
            const feed = await objectFeed(opened.store, await orgOnClock(), input)
            const life = new Life(opened.store, feed, input)
            try {
              for (const one of happenings) await life.happen(one)
              await life.settle()
              expect([...feed.delivered.keys()].toSorted()).toEqual(
                await idsInOrg(feed.emulated, input),
              )
              await life.compareContent()
              // Whatever is wrong has thrown.
              tellProof(input, { cases: 1, seen: { happenings: happenings.length }, wrong: {} })
            } finally {
              await feed.emulated.running.close()
            }
          },
        ),
        parametersOf(6, 1 / inputs.length),
      )
    },
  )
})

/** What happens to an org and its copy, and what is true of the copy all the time. */
class Life {
  readonly #store: Store
  readonly #feed: ObjectFeed
  readonly #input: InputName
  readonly #versions = new Map<string, number>()
  readonly #lastUpdated = new Map<string, string>()
  readonly #gone = new Set<string>()
  #watermark = ''
  #made = 0

  constructor(store: Store, feed: ObjectFeed, input: InputName) {
    this.#store = store
    this.#feed = feed
    this.#input = input
  }

  async happen(happening: Happening): Promise<void> {
    const { faults: active } = this.#feed.emulated.running
    switch (happening.what) {
      case 'run':
        await this.#run(happening.afterMs, happening.pages)
        return
      case 'fault':
        active.on(happening.name)
        return
      case 'no fault':
        active.clear()
        return
      case 'resync':
        await askResync(this.#store, this.#feed.feedId, this.#feed.clock.now())
        return
      default:
        await this.#change(happening)
    }
  }

  /** Nothing happens any more, and the feed has the time that it needs. */
  async settle(): Promise<void> {
    this.#feed.emulated.running.faults.clear()
    for (const afterMs of [SWEEP_MS, 700_000, SWEEP_MS, 700_000]) {
      await this.#run(afterMs, undefined)
      const held = await this.#feed.held()
      if (held === undefined) continue
      const { feedId, clock } = this.#feed
      await confirmDeletions(this.#store, feedId, held.generation, clock.now())
      await this.#run(1_000, undefined)
    }
  }

  /** Each object that was passed on says what the org says of it now, but for its links. */
  async compareContent(): Promise<void> {
    const paths: Readonly<Record<string, (id: string) => string>> = {
      user: (id) => `/api/v1/users/${id}`,
      group: (id) => `/api/v1/groups/${id}`,
      'app-user': (id) => `/api/v1/apps/${id.replace('/', '/users/')}`,
      'app-group': (id) => `/api/v1/apps/${id.replace('/', '/groups/')}`,
    }
    for (const { kind, id, raw } of this.#feed.delivered.values()) {
      const path = paths[kind]?.(id)
      if (path === undefined || raw === undefined) continue
      const answer = await this.#feed.emulated.admin.request({ path })
      const told = JSON.parse(Buffer.from(raw).toString())
      expect(plain(kind.startsWith('app-') ? (told.user ?? told.group) : told)).toEqual(
        plain(answer.json()),
      )
    }
  }

  async #run(afterMs: number, pages: number | undefined): Promise<void> {
    // A token of its own: scopes that were taken away are seen at once.
    const org = this.#feed.emulated.client({ clock: this.#feed.clock })
    const ran = await this.#feed.run({ afterMs, org, ...(pages === undefined ? {} : { pages }) })
    await this.#judge(ran)
  }

  async #judge({ records, failed }: Ran): Promise<void> {
    expect([
      undefined,
      'role_missing',
      'role_insufficient',
      'scope_insufficient',
      'scope_not_granted',
      'input_incomplete',
    ]).toContain(failed)
    const there = new Set(await idsInOrg(this.#feed.emulated, this.#input))
    for (const { op, kind, id, version = 0, raw } of records) {
      const key = `${kind} ${id}`
      // No deletion is untrue. One that is passed on again was true before.
      if (op === 'delete' && !this.#gone.has(key)) expect(there).not.toContain(key)
      if (op === 'delete') this.#gone.add(key)
      else this.#gone.delete(key)
      // Every change is counted, through deletions too.
      expect(version).toBe((this.#versions.get(key) ?? 0) + 1)
      this.#versions.set(key, version)
      const lastUpdated =
        raw === undefined || kind === 'group-member' ? undefined : lastUpdatedOf(raw)
      if (lastUpdated === undefined) continue
      // What is older never replaces what is newer.
      expect(lastUpdated >= (this.#lastUpdated.get(key) ?? '')).toBe(true)
      this.#lastUpdated.set(key, lastUpdated)
    }
    const watermark = String((await this.#feed.state('incremental'))?.['watermark'] ?? '')
    expect(watermark >= this.#watermark).toBe(true)
    this.#watermark = watermark
  }

  async #change(change: ObjectChange | PairChange): Promise<void> {
    const { org } = this.#feed.emulated.running
    const pick = <Item>(items: readonly Item[], at: number) => items[at % items.length]
    // Not the administrator, who makes the changes.
    const users = [...org.users].slice(1)
    const groups = [...org.groups].filter(({ type }) => type === 'OKTA_GROUP')
    const apps = [...org.apps].filter(({ label }) => label !== 'Ready service app')
    this.#feed.clock.advance(change.one)
    if (!('other' in change)) {
      const found = pick<{ readonly id: string }>(
        change.what === 'user' ? users : groups,
        change.one,
      )
      return this.#changeObject(change.what, change.deed, found?.id)
    }
    const parent = pick<{ readonly id: string }>(
      change.what === 'member' ? groups : apps,
      change.other,
    )
    const child = pick<{ readonly id: string }>(
      change.what === 'app-group' ? groups : users,
      change.one,
    )
    if (parent === undefined || child === undefined) return
    const list =
      change.what === 'member'
        ? `groups/${parent.id}/users`
        : `apps/${parent.id}/${change.what === 'app-user' ? 'users' : 'groups'}`
    if (change.deed === 'remove') return this.#ask('DELETE', `/api/v1/${list}/${child.id}`)
    if (change.what !== 'app-user') return this.#ask('PUT', `/api/v1/${list}/${child.id}`)
    return this.#ask('POST', `/api/v1/${list}`, { id: child.id })
  }

  async #changeObject(
    what: 'user' | 'group',
    deed: 'create' | 'change' | 'remove',
    id: string | undefined,
  ): Promise<void> {
    const name = `n${++this.#made}`
    const profile =
      what === 'group'
        ? { name }
        : {
            firstName: name,
            lastName: name,
            email: `${name}@example.com`,
            login: `${name}@example.com`,
          }
    if (deed === 'create')
      return this.#ask('POST', `/api/v1/${what}s`, { profile }, { activate: true })
    if (id === undefined) return
    if (deed === 'remove') return this.#ask('DELETE', `/api/v1/${what}s/${id}`)
    if (what === 'group') return this.#ask('PUT', `/api/v1/groups/${id}`, { profile })
    return this.#ask('POST', `/api/v1/users/${id}`, { profile: { nickName: name } })
  }

  /** Asks as the administrator; what the org refuses has not happened. */
  async #ask(
    method: string,
    path: string,
    body?: Readonly<Record<string, unknown>>,
    query: Query = {},
  ): Promise<void> {
    await this.#feed.emulated.admin.exchange({
      method,
      path,
      query,
      ...(body === undefined ? {} : { body }),
    })
  }
}

function plain(value: unknown): unknown {
  const { _links, _embedded, ...rest } = value as Readonly<Record<string, unknown>>
  return rest
}

function lastUpdatedOf(raw: Uint8Array): string | undefined {
  const told = JSON.parse(Buffer.from(raw).toString())
  return (told.user ?? told.group ?? told).lastUpdated
}
