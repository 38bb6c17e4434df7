/** @module G6: every change is made once, or not at all and said so, or reported as unknown with a way to find out. */

import path from 'node:path'
import { systemClock } from '@postern/core'
import { startOrg } from '@postern/emulator'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { PROOF_TIMEOUT_MS, parametersOf, tellProof } from '../../../../test/proof.ts'
import { stores, type TestStore } from '../../../../test/stores.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openSeal, type Seal } from '../../src/store/seal.ts'
import { createPlace } from '../cli/run.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import { refuseRows, takeRows } from '../server/refused-rows.ts'
import { openServices } from '../server/served-app.ts'
import {
  anyApiCase,
  anyCommand,
  anyKilledServer,
  type Disturbed,
  type Ended,
} from './change-cases.ts'
import { openCommands } from './change-commands.ts'
import { type ChangeDesk, changingScopes, countRuns, openChangeDesk } from './change-desk.ts'
import { type Heard, judgeChange, nothingWrong, type Wrong } from './change-judge.ts'
import { declared } from './change-kinds.ts'
import { ChangeServers } from './change-servers.ts'
import { Gate } from './gate.ts'

// Nobody waits for half a minute that an org is silent.
const SILENCE_MS = 700
const timeout = PROOF_TIMEOUT_MS

/** What came of the cases of one test, told at its end. */
class Tally {
  cases = 0
  readonly seen = { done: 0, refused: 0, unknown: 0, nothing: 0 }
  readonly wrong: Record<string, number> = { ...nothingWrong, 'without a row': 0 }

  /** Counts a case. @throws where something was wrong. */
  count(heard: Heard, verdict: Wrong, isUnaudited = false): void {
    this.cases++
    this.seen[heard.kind]++
    const all = { ...verdict, 'without a row': isUnaudited ? 1 : 0 }
    for (const [name, count] of Object.entries(all))
      this.wrong[name] = (this.wrong[name] ?? 0) + count
    expect({ heard, ...all }).toEqual({ heard, ...nothingWrong, 'without a row': 0 })
  }

  tell(of: string): void {
    tellProof(of, this)
  }
}

describe.each(stores.filter(({ name }) => name === 'PostgreSQL'))(
  'a change on $name',
  ({ open }) => {
    let kept: TestStore
    let keyFile: string
    let seal: Seal
    beforeAll(async () => {
      kept = await open()
      keyFile = path.join(kept.place.dataDir, 'master-key')
      await makeMasterKeyFile(keyFile)
      seal = await openSeal(kept.store, { source: masterKeyFromFile(keyFile) })
    })
    afterAll(() => kept.close())

    test('that is asked for over the API is made once, or not and said so, or can be found out (G6)', {
      timeout,
    }, async () => {
      const desk = await openChangeDesk({ store: kept.store, seal })
      const { gate, running } = desk
      const tally = new Tally()
      let number = 0
      await fc
        .assert(
          fc.asyncProperty(anyApiCase, async ({ kind, happening, isKeyed, isPlanned }) => {
            const change = kind.prepare(running, ++number)
            // A plan is good for five minutes, and a caller has a hundred at most.
            desk.app.clock.advance(600_000)
            const options = {
              ...(isKeyed ? { key: `case-${number}` } : {}),
              ...(isPlanned ? { plan: await desk.plan(change) } : {}),
            }
            const { begun } = await countRuns(kept.store)
            const { arrived } = gate
            if (happening.of === 'audit log') await refuseRows(kept.store)
            const heard = await meanwhile(desk, happening, () => desk.ask(change, options)).finally(
              () => (happening.of === 'audit log' ? takeRows(kept.store) : undefined),
            )
            const isUnaudited = gate.arrived > arrived && (await settled(kept)) === begun
            tally.count(heard, await judgeChange(desk, change, options, heard), isUnaudited)
          }),
          parametersOf(8, 0.8),
        )
        .finally(() => tally.tell('over the API'))
      expect(running.unexpected).toEqual([])
    })

    test('whose server is killed with -9 is made once, or can be found out, and has its row (G6, S18)', {
      timeout,
    }, async () => {
      const { running, gate, servers } = await openServers()
      const tally = new Tally()
      let number = 0
      await fc
        .assert(
          fc.asyncProperty(anyKilledServer, async ({ kind, death, isKeyed }) => {
            const change = kind.prepare(running, ++number)
            const options = isKeyed ? { key: `killed-${number}` } : {}
            const { begun } = await countRuns(kept.store)
            const { arrived } = gate
            if (death.of === 'store') await servers.arm(death)
            else killAt(gate, death, () => servers.kill())
            const heard = await servers.ask(change, options)
            gate.clear()
            const isUnaudited =
              gate.arrived > arrived && (await countRuns(kept.store)).begun === begun
            // Who was killed holds the key for some seconds still.
            await kept.store.db.deleteFrom('lease').execute()
            tally.count(heard, await judgeChange(servers, change, options, heard), isUnaudited)
          }),
          parametersOf(1, 0.12),
        )
        .finally(() => tally.tell('a server that is killed'))
      expect(running.unexpected).toEqual([])
    })

    /** An org, and servers that change it over this store. */
    async function openServers() {
      const { dataDir, database } = kept.place
      const running = await startChangedOrg()
      const services = openServices({ store: kept.store, seal, clock: systemClock })
      onTestFinished(() => services.auditBatch.close())
      const { connections, knownActions, accessKeys } = services
      for (const { name } of await connections.list()) await connections.remove(name, by)
      await connections.connect({ name: 'acme', values: valuesOfApp(running), force: true }, by)
      await knownActions.declare(declared.name, { declaration: declared.declaration }, by)
      const rules = [{ connections: ['acme'], verbs: ['act' as const] }]
      const { text } = await accessKeys.add({ name: 'killed', rules }, by)
      const servers = new ChangeServers(
        { dataDir, keyFile, ...(database !== undefined && { database: database.reveal() }) },
        text.reveal(),
      )
      onTestFinished(() => servers.close())
      return { running, gate: new Gate(running), servers }
    }
  },
)

test('A change by a command that is killed, or whose answer is lost, is made once, or can be found out (G6, S18)', {
  timeout,
}, async () => {
  const place = createPlace()
  onTestFinished(place.remove)
  const running = await startChangedOrg()
  const gate = new Gate(running)
  const commands = await openCommands(place, running)
  const tally = new Tally()
  let [number, reached] = [0, 0]
  await fc
    .assert(
      fc.asyncProperty(anyCommand, async ({ kind, happening, isKeyed }) => {
        const change = kind.prepare(running, ++number)
        const options = isKeyed ? { key: `case-${number}` } : {}
        const { arrived } = gate
        if (happening.of === 'org') gate.disturb(happening.disturbance, happening.times)
        else commands.onStart = (child) => killAt(gate, happening, () => void child.kill('SIGKILL'))
        const heard = await commands.ask(change, options)
        gate.clear()
        commands.onStart = undefined
        if (gate.arrived > arrived) reached++
        tally.count(heard, await judgeChange(commands, change, options, heard))
      }),
      parametersOf(1, 0.08),
    )
    .finally(() => tally.tell('a command'))
  expect(await commands.countBegun()).toBeGreaterThanOrEqual(reached)
  expect(running.unexpected).toEqual([])
})

async function startChangedOrg() {
  const running = await startOrg({
    ...{ keyType: 'EC', users: 1, edition: 'unlimited', role: 'SUPER_ADMIN' },
    scopes: changingScopes,
  })
  onTestFinished(running.close)
  return running
}

/** Ends somebody when the org gets the request, which it never does then, or once it has done it. */
function killAt(gate: Gate, { at }: Ended<string>, end: () => void): void {
  gate.disturb({ at, how: 'reset' }, 1, (moment) => moment === at && end())
}

/** Lets it happen while somebody asks. */
async function meanwhile(
  desk: ChangeDesk,
  happening: Disturbed | Ended<'caller'> | { readonly of: 'nobody' | 'audit log' },
  ask: () => Promise<Heard>,
): Promise<Heard> {
  const { gate } = desk
  const limit = AbortSignal.timeout.bind(AbortSignal)
  const shortened = vi
    .spyOn(AbortSignal, 'timeout')
    .mockImplementation((waitMs) => limit(Math.min(waitMs, SILENCE_MS)))
  if (happening.of === 'org') gate.disturb(happening.disturbance, happening.times)
  if (happening.of === 'caller') {
    const { at } = happening
    const gone = new AbortController()
    desk.cutBy(gone.signal)
    gate.disturb({ at, how: 'silence' }, 1, (moment) => moment === at && gone.abort())
  }
  try {
    return await ask()
  } finally {
    shortened.mockRestore()
    gate.clear()
    desk.cutBy(undefined)
  }
}

/** How many runs began, once each has its end: nobody was killed. */
function settled({ store }: TestStore): Promise<number> {
  return vi.waitFor(
    async () => {
      const { begun, open } = await countRuns(store)
      if (open > 0) throw new Error(`${open} of ${begun} runs have no end.`)
      return begun
    },
    { timeout: 10_000, interval: 20 },
  )
}
