/** @module `postern action run` as a process of its own for each change, and what a person hears of it. */

import type { RunningOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import { openService } from '../../src/service.ts'
import type { Place, RunOptions, RunResult } from '../cli/run.ts'
import { prepareStore } from '../cli/served-postern.ts'
import { by, valuesOfApp } from '../connections/kept.ts'
import { countRuns } from './change-desk.ts'
import type { Asker, Heard } from './change-judge.ts'
import { declared } from './change-kinds.ts'

const KILLED = 137

/** A person at a terminal, with an embedded store. */
export interface ChangeCommands extends Asker {
  /** Given each process from now on, to be killed. */
  onStart: RunOptions['onStart']
  /** How many rows of the audit log say that a change began. */
  countBegun(): Promise<number>
}

/** Connects a terminal to an org. */
export async function openCommands(place: Place, running: RunningOrg): Promise<ChangeCommands> {
  const { place: store, remove } = await prepareStore()
  onTestFinished(remove)
  const open = () => openService({ ...store, env: {}, dev: true })
  const { connections, knownActions, close } = await open()
  await connections.connect({ name: 'acme', values: valuesOfApp(running), force: true }, by)
  await knownActions.declare(declared.name, { declaration: declared.declaration }, by)
  await close()
  const run = (args: readonly string[], more: RunOptions = {}) =>
    place.run(['action', 'run', 'acme', ...args], {
      env: { POSTERN_DATA: store.dataDir },
      timeoutMs: 120_000,
      ...more,
    })
  const commands: ChangeCommands = {
    onStart: undefined,
    ask: ({ action, given }, { key }) => {
      const json = ['--json', JSON.stringify(given)]
      const keyed = key === undefined ? [] : ['--idempotency-key', key]
      const { onStart } = commands
      const options = onStart === undefined ? {} : { onStart }
      return run([action, ...json, ...keyed], options).then(heardOf)
    },
    look: async (path) => (await run(['request', `path=${path}`])).stdout,
    countBegun: async () => {
      const service = await open()
      const { begun } = await countRuns(service.store)
      await service.close()
      return begun
    },
  }
  return commands
}

function heardOf({ code, stderr }: RunResult): Heard {
  if (code === 0) return { kind: 'done' }
  if (code === KILLED) return { kind: 'nothing' }
  const [, named = stderr] = /\((\w+)\)$/m.exec(stderr) ?? []
  return named === 'action_outcome_unknown' ? { kind: 'unknown' } : { kind: 'refused', code: named }
}
