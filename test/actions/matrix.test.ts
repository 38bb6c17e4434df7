import {
  type Action,
  actions,
  getAction,
  type JsonObject,
  type Org,
  type Parameter,
} from '@postern/core'
import type { StartOptions } from '@postern/emulator'
import { describe, expect, test } from 'vitest'
import { adminWithRole } from '../admin-with-role.ts'
import type { ActionRow } from './row.ts'
import { elsewhere, rows } from './rows.ts'
import { run, startWorld, type World } from './world.ts'

const changes = rows.filter(({ method }) => method !== undefined)
const reads = rows.filter(({ method }) => method === undefined)
const asTitle = (all: readonly ActionRow[]) => all.map((row) => [row.action, row] as const)

async function readyWorld(row: ActionRow, options: StartOptions = {}): Promise<World> {
  const world = await startWorld(options)
  await row.ready?.(world)
  return world
}

/** Runs it twice: the first run changes what the row says, the second nothing. */
async function expectOneEffect(world: World, row: ActionRow): Promise<void> {
  const action = getAction(row.action)
  const changesNow = world.watch()
  const first = await run(world, action, row.given)
  expect(first).toMatchObject({ changed: true, dryRun: false })
  expect(first.effects).toHaveLength(row.effects.length)
  await expectSecondIdle(world, row)
  expect(changesNow()).toEqual(row.effects)
}

async function expectSecondIdle(world: World, row: ActionRow): Promise<void> {
  world.running.faults.clear()
  await expectSo(world, row)
  const second = await run(world, getAction(row.action), row.given)
  expect(second).toMatchObject({ changed: false, effects: [], requestIds: [] })
  expect(second.before).toEqual(second.after)
  await expectSo(world, row)
}

async function expectSo(world: World, { isSo }: ActionRow): Promise<void> {
  expect(await isSo?.(world)).toBe(true)
}

/** Expects every run to fail with this code: as a whole, or each item of a list; and nothing to be done. */
async function expectRefused(
  world: World,
  row: ActionRow,
  { given = row.given, org = world.org, code }: { given?: JsonObject; org?: Org; code: string },
): Promise<void> {
  const changesNow = world.watch()
  for (const _ of ['once', 'twice']) {
    const outcome = await run({ org }, getAction(row.action), given).then(
      ({ items = [], changed }) => ({ changed, codes: items.map((item) => item.error?.code) }),
      (error: unknown) => error,
    )
    const failed = row.isList && !(outcome instanceof Error)
    const expected = failed ? { changed: false, codes: row.effects.map(() => code) } : { code }
    expect(outcome).toMatchObject(expected)
  }
  expect(changesNow()).toEqual([])
}

const unknownNames: Partial<Record<Parameter['kind'], string>> = {
  user: 'nobody@example.com',
  group: 'Oper',
  app: 'Payr',
}
const sharedNames: Partial<Record<Parameter['kind'], string>> = {
  user: 'twin@example.com',
  group: 'TWINS',
  app: 'TWIN APP',
}

/** The arguments of a row, each with another object in one place. */
function givenWith(row: ActionRow, names: typeof unknownNames): readonly JsonObject[] {
  return getAction(row.action).parameters.flatMap(({ name, kind }): JsonObject[] => {
    const value = kind === 'users' ? row.effects.map(() => names.user ?? '') : names[kind]
    return value === undefined ? [] : [{ ...row.given, [name]: value }]
  })
}

function scopesWithout({ scopes }: Action, missing: string) {
  return [...scopes.filter((scope) => scope !== missing), 'okta.roles.read']
}

/** Expects a refusal of names that nothing has, and of those that two have. */
async function expectNamesJudged(world: World, row: ActionRow): Promise<void> {
  for (const given of givenWith(row, unknownNames)) {
    await expectRefused(world, row, { given, code: 'action_object_not_found' })
  }
  for (const given of givenWith(row, sharedNames)) {
    await expectRefused(world, row, { given, code: 'action_object_ambiguous' })
  }
}

/** Expects a refusal without each of the scopes. */
async function expectScopesRequired(world: World, row: ActionRow): Promise<void> {
  const action = getAction(row.action)
  for (const missing of action.scopes) {
    const credential = { ...world.emulated.credential, scopes: scopesWithout(action, missing) }
    const org = world.emulated.client({ credential })
    await expectRefused(world, row, { org, code: 'action_scope_missing' })
  }
}

test('every built-in action has a row, or a reason', () => {
  const covered = [...rows.map(({ action }) => action), ...Object.keys(elsewhere)]
  expect([...new Set(covered)].toSorted()).toEqual(actions.map(({ name }) => name).toSorted())
})

describe.each(asTitle(changes))('%s', (_name, row) => {
  const action = getAction(row.action)

  test('is done once, however often it runs', async () => {
    await expectOneEffect(await readyWorld(row), row)
  })

  test('says what it would do, and does nothing, on a dry run', async () => {
    const world = await readyWorld(row)
    const changesNow = world.watch()
    const { changed, effects, dryRun } = await run(world, action, row.given, { dryRun: true })
    expect({ changed, dryRun, effects: effects.length }).toEqual({
      ...{ changed: true, dryRun: true },
      effects: row.effects.length,
    })
    expect(changesNow()).toEqual([])
  })

  test('does nothing where it is so already', async () => {
    const world = await startWorld()
    await row.so?.(world)
    const changesNow = world.watch()
    await expectSecondIdle(world, row)
    expect(changesNow()).toEqual([])
  })

  test('is refused where an object is not found, or two are', async () => {
    await expectNamesJudged(await readyWorld(row), row)
  })

  test('is refused without one of its scopes, before anything is asked', async () => {
    await expectScopesRequired(await readyWorld(row), row)
  })

  test('is refused without an admin role, and with one that only reads', async () => {
    const world = await readyWorld(row)
    for (const role of [undefined, 'READ_ONLY_ADMIN']) {
      const org = await adminWithRole(world.emulated, role)
      await expectRefused(world, row, { org, code: 'action_role_missing' })
    }
  })

  test('is done with the least of its roles', async () => {
    const world = await readyWorld(row)
    const org = await adminWithRole(world.emulated, action.roles[0])
    await expectOneEffect({ ...world, org }, row)
  })

  // Apps are given to groups of every kind, and users are in no way about them.
  for (const group of row.refusesGroups ? ['Everyone', 'Imported'] : []) {
    test(`is refused of a group that Okta or an app keeps: ${group}`, async () => {
      const world = await readyWorld(row)
      const given = { ...row.given, group }
      await expectRefused(world, row, { given, code: 'action_group_not_editable' })
    })
  }

  test.each(['GET', row.method])('waits where the rate limit refuses a %s', async (method) => {
    const world = await readyWorld(row)
    world.running.faults.on(`rate-limited=path:/api/v1,method:${method}`)
    await expectOneEffect(world, row)
  })

  test.each([...(row.sentOnce ? [] : ['socket-reset']), 'socket-reset-after-write'])(
    'is done once where the connection breaks: %s',
    async (fault) => {
      const world = await readyWorld(row)
      world.running.faults.on(`${fault}=path:/api/v1,method:${row.method},times:1`)
      await expectOneEffect(world, row)
    },
  )

  test('is done once where every answer to the change is lost', async () => {
    const world = await readyWorld(row)
    world.running.faults.on(`socket-reset-after-write=path:/api/v1,method:${row.method}`)
    await expectOneEffect(world, row)
  })

  test('says that its outcome is not known where nobody answers, and is done the next time', async () => {
    const world = await readyWorld(row)
    world.running.faults.on(`socket-reset=path:/api/v1,method:${row.method}`)
    await expectRefused(world, row, { code: 'action_outcome_unknown' })
    world.running.faults.clear()
    await expectOneEffect(world, row)
  })
})

describe.each(asTitle(reads))('%s', (_name, row) => {
  const action = getAction(row.action)

  async function expectAnswer(world: World, expected: unknown): Promise<void> {
    const changesNow = world.watch()
    const answer = await run(world, action, row.given)
    expect(answer).toMatchObject({ changed: false, effects: [], result: expected })
    expect(answer.requestIds).not.toEqual([])
    expect(changesNow()).toEqual([])
  }

  test('answers, and changes nothing', async () => {
    const world = await readyWorld(row)
    await expectAnswer(world, row.answers?.ready)
    await row.so?.(world)
    await expectAnswer(world, row.so === undefined ? row.answers?.ready : row.answers?.so)
  })

  test('is refused where an object is not found, or two are', async () => {
    await expectNamesJudged(await readyWorld(row), row)
  })

  test('is refused without one of its scopes', async () => {
    await expectScopesRequired(await readyWorld(row), row)
  })

  test.each(['empty', 'forbidden'] as const)(
    'is refused without an admin role, where lists are %s then',
    async (listsWithoutRole) => {
      const world = await readyWorld(row, { assumptions: { listsWithoutRole } })
      const org = await adminWithRole(world.emulated, undefined)
      await expectRefused(world, row, { org, code: 'action_role_missing' })
    },
  )

  test('answers with each of its roles', async () => {
    const world = await readyWorld(row)
    for (const role of action.roles) {
      const org = await adminWithRole(world.emulated, role)
      await expectAnswer({ ...world, org }, row.answers?.ready)
    }
  })

  test.each(['rate-limited', 'socket-reset'])('answers in spite of %s', async (fault) => {
    const world = await readyWorld(row)
    world.running.faults.on(`${fault}=path:/api/v1,times:1`)
    await expectAnswer(world, row.answers?.ready)
  })
})
