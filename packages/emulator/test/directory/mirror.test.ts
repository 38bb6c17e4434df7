import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTime } from '../../src/clock.ts'
import { type DirectoryOrg, newUser, openDirectory } from './directory-org.ts'
import { type Known, Mirror } from './mirror.ts'

const place = fc.nat({ max: 11 })
const operations = [
  'create-user',
  'update-user',
  'suspend',
  'activate',
  'delete-user',
  'delete-user',
  'delete-user',
  'create-group',
  'rename-group',
  'delete-group',
  'add-member',
  'add-member',
  'add-member',
  'remove-member',
] as const

type Operation = (typeof operations)[number]

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ operation: fc.constantFrom(...operations), user: place, group: place }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      byMs: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 8_000 }) }, fc.nat({ max: 900_000 })),
    }),
  },
  { weight: 3, arbitrary: fc.constant('look' as const) },
)
type Step = typeof step extends fc.Arbitrary<infer Drawn> ? Drawn : never

const lags = fc.record({
  indexLagMs: fc.constantFrom(0, 1_000, 30_000),
  membershipLagMs: fc.constantFrom(0, 6_000, 60_000),
  logLagMs: fc.constantFrom(0, 5_000),
})

/** What the org really has. */
function truthOf({ running: { org } }: DirectoryOrg): Known {
  const groups = [...org.groups].filter(({ type }) => type === 'OKTA_GROUP')
  const isShown = (id: string) => org.users.get(id)?.status !== 'DEPROVISIONED'
  return {
    users: new Map(
      [...org.users].map(({ id, status, lastUpdatedMs, profile }) => [
        id,
        {
          lastUpdated: String(formatTime(lastUpdatedMs)),
          text: `${status} ${profile['city'] ?? ''}`,
        },
      ]),
    ),
    groups: new Map(
      groups.map(({ id, lastUpdatedMs, profile }) => [
        id,
        { lastUpdated: String(formatTime(lastUpdatedMs)), text: String(profile['name']) },
      ]),
    ),
    members: new Map(
      groups.map(({ id }) => [id, new Set(org.members.rightsOf(id).filter(isShown))]),
    ),
  }
}

async function perform(acme: DirectoryOrg, drawn: Step, turn: number): Promise<void> {
  if (drawn === 'look') return
  if ('byMs' in drawn) return acme.clock.advance(drawn.byMs)
  const { org } = acme.running
  // The first user is the one who asks.
  const users = [...org.users].slice(1)
  const groups = [...org.groups].filter(({ type }) => type === 'OKTA_GROUP')
  const user = `/api/v1/users/${users[drawn.user % users.length]?.id}`
  const group = `/api/v1/groups/${groups[drawn.group % groups.length]?.id}`
  const member = `${group}/users/${users[drawn.user % users.length]?.id}`
  const named = { body: { profile: { name: `Group ${turn}` } } }
  const requests: Readonly<Record<Operation, readonly [string, string, { body: unknown }?]>> = {
    'create-user': ['POST', '/api/v1/users', { body: newUser(`user-${turn}@example.com`) }],
    'update-user': ['POST', user, { body: { profile: { city: `City ${turn}` } } }],
    suspend: ['POST', `${user}/lifecycle/suspend`],
    activate: ['POST', `${user}/lifecycle/activate`],
    'delete-user': ['DELETE', user],
    'create-group': ['POST', '/api/v1/groups', named],
    'rename-group': ['PUT', group, named],
    'delete-group': ['DELETE', group],
    'add-member': ['PUT', member],
    'remove-member': ['DELETE', member],
  }
  await acme.call(...requests[drawn.operation])
}

type Look = (mirror: Mirror) => Promise<void>

/** Lets things happen, looks now and then, and once more when everything that is late has come. */
async function follow(
  steps: readonly Step[],
  assumptions: Readonly<Record<string, number>>,
  looks: { readonly often: Look; readonly last: Look },
) {
  const acme = await openDirectory({ keyType: 'EC', users: 6, groups: 3, apps: 0, assumptions })
  try {
    const mirror = new Mirror(acme)
    await mirror.sweep()
    for (const [turn, drawn] of steps.entries()) {
      await perform(acme, drawn, turn)
      if (drawn === 'look') await looks.often(mirror)
    }
    acme.clock.advance(90_000)
    await looks.last(mirror)
    expect(acme.running.unexpected).toEqual([])
    return { mirror, truth: truthOf(acme) }
  } finally {
    await acme.running.close()
  }
}

const scenario = { steps: fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }), lags }
const content = ({ users, groups, members }: Known) => ({
  users: new Map(users),
  groups: new Map(groups),
  members: new Map(members),
})

describe('a copy of users, groups and members', () => {
  test('is the org itself after hints, changes with five minutes of overlap, and a sweep', async () => {
    await fc.assert(
      fc.asyncProperty(scenario.steps, scenario.lags, async (steps, assumptions) => {
        const often: Look = async (mirror) => {
          await mirror.followHints()
          await mirror.readChanges()
        }
        const last: Look = async (mirror) => {
          await often(mirror)
          await mirror.sweep()
        }
        const { mirror, truth } = await follow(steps, assumptions, { often, last })
        expect(content(mirror)).toEqual(content(truth))
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  test('needs the log for nothing but what was deleted, and for members who were deactivated', async () => {
    await fc.assert(
      fc.asyncProperty(scenario.steps, scenario.lags, async (steps, assumptions) => {
        const kept = steps.filter((drawn) => !isUnseen(drawn))
        const changes: Look = (mirror) => mirror.readChanges()
        const { mirror, truth } = await follow(kept, assumptions, { often: changes, last: changes })
        expect(content(mirror)).toEqual(content(truth))
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  test('loses a member without an overlap, as lastMembershipUpdated comes late and back-dated', async () => {
    const membershipLagMs = 60_000
    const acme = await openDirectory({ keyType: 'EC', assumptions: { membershipLagMs } })
    try {
      const makeGroup = (name: string) =>
        acme.call('POST', '/api/v1/groups', { body: { profile: { name } } })
      const { id } = (await makeGroup('A')).body
      const { body: user } = await acme.call('POST', '/api/v1/users', {
        body: newUser('late@example.com'),
      })
      const mirrors = [new Mirror(acme), new Mirror(acme, 0)] as const
      const look = () => Promise.all(mirrors.map((mirror) => mirror.readChanges()))
      const counts = () => mirrors.map(({ members }) => members.get(id)?.size)
      acme.clock.advance(10_000)
      await makeGroup('B')
      acme.clock.advance(10_000)
      await look()
      await acme.call('PUT', `/api/v1/groups/${id}/users/${user.id}`)
      acme.clock.advance(2_000)
      await makeGroup('C')
      acme.clock.advance(2_000)
      // The new group moves the newest time that was seen past the change that is not shown yet.
      await look()
      acme.clock.advance(membershipLagMs)
      await look()
      expect(counts()).toEqual([1, 0])
    } finally {
      await acme.running.close()
    }
  })

  test('needs no search for what the log names', async () => {
    await fc.assert(
      fc.asyncProperty(scenario.steps, scenario.lags, async (steps, assumptions) => {
        const hints: Look = (mirror) => mirror.followHints()
        const { mirror, truth } = await follow(steps, assumptions, { often: hints, last: hints })
        const { users, groups } = content(mirror)
        expect(users).toEqual(truth.users)
        expect(groups).toEqual(truth.groups)
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})

// No time of the org moves where something goes, nor in a group whose member is deactivated.
function isUnseen(drawn: Step): boolean {
  return (
    typeof drawn === 'object' && 'operation' in drawn && /^delete|^activate/.test(drawn.operation)
  )
}
