import { execFile } from 'node:child_process'
import path from 'node:path'
import { Secret } from '@postern/core'
import { startOrg } from '@postern/emulator'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appChanges } from '../../../../test/app-changes.ts'
import { stores } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { Connections } from '../../src/connections/connections.ts'
import { Rotations } from '../../src/connections/rotations.ts'
import { Setups } from '../../src/connections/setups.ts'
import { openSeal } from '../../src/store/seal.ts'
import { by, codeOf, openContext } from './kept.ts'
import type { SetupTask } from './setup-process.ts'

// All of them with KILL_EVERY=1; in the suite a share, of which each store has another half.
const every = Number(process.env['KILL_EVERY'] ?? 14)
const first = { PGlite: 1, PostgreSQL: 1 + Math.floor(every / 2) } as const

/** Runs the process. @returns how many steps it took, or undefined where it was killed. */
function run(task: SetupTask): Promise<number | undefined> {
  const args = [...startOf('connections/setup-process'), JSON.stringify(task)]
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, (error, stdout, stderr) => {
      if (child.signalCode === 'SIGKILL') resolve(undefined)
      else if (error) reject(new Error(stderr))
      else resolve(Number(stdout))
    })
  })
}

describe.each(stores)('killed with SIGKILL, on $name', ({ name: store, open }) => {
  const desk = async (name: string) => {
    const kept = await open()
    onTestFinished(() => kept.close())
    const running = await startOrg({ edition: 'unlimited', keyType: 'EC' })
    onTestFinished(running.close)
    const { dataDir, database } = kept.place
    const keyFile = path.join(dataDir, 'master-key')
    await makeMasterKeyFile(keyFile)
    const source = masterKeyFromFile(keyFile)
    await openSeal(kept.store, { source })
    const adminToken = new Secret(running.adminToken)
    const task = {
      dataDir,
      ...(database === undefined ? {} : { database: database.reveal() }),
      keyFile,
      orgUrl: running.url,
      adminToken: running.adminToken,
      name,
    }
    return {
      running,
      adminToken,
      /** What a process that starts anew sees, as if the time of the dead one's lease were over. */
      restart: async () => {
        const store = await kept.reopen()
        await store.db
          .updateTable('lease')
          .set({ until: sql<Date>`now() - interval '1 second'` })
          .execute()
        const context = await openContext(kept, { store, seal: await openSeal(store, { source }) })
        const connections = new Connections(context)
        const parts = { ...context, connections }
        return { store, connections, setups: new Setups(parts), rotations: new Rotations(parts) }
      },
      run: async (work: SetupTask['work'], dieAfter?: number) => {
        await kept.store.close()
        return run({ ...task, work, ...(dieAfter === undefined ? {} : { dieAfter }) })
      },
    }
  }
  const once = ['app created', 'grant created', 'role created']

  test('a setup goes on after any of its steps, and makes nothing twice', async () => {
    const whole = await desk('whole')
    const total = (await whole.run('setup')) ?? 0
    expect(total).toBeGreaterThan(15)
    for (let dieAfter = first[store]; dieAfter < total; dieAfter += every) {
      const name = `killed-${dieAfter}`
      const { running, adminToken, restart, ...killed } = await desk(name)
      expect(await killed.run('setup', dieAfter)).toBeUndefined()
      const { connections, setups } = await restart()
      const before = await codeOf(connections.open(name))
      // Kept as a connection it is only at its end, and then it works at once.
      if (before !== 'resolved') expect(before).toBe('connection_not_found')
      await setups.apply({ name, orgUrl: running.url, bundle: 'system-log', adminToken }, by)
      expect([dieAfter, appChanges(running).toSorted()]).toEqual([dieAfter, once])
      await (await connections.open(name)).org.request({ path: '/api/v1/logs' })
    }
  }, 180_000)

  test.each(['rotate', 'roll-back'] as const)(
    'a %s leaves a key in use that works after any of its steps, and goes on',
    async (work) => {
      const name = 'rotated'
      const { adminToken, restart, ...desked } = await desk(name)
      await desked.run('setup')
      const begin = async () => {
        if (work === 'roll-back') await desked.run('rotate')
      }
      await begin()
      const total = (await desked.run(work)) ?? 0
      expect(total).toBeGreaterThan(8)
      for (let dieAfter = first[store]; dieAfter < total; dieAfter += every) {
        const ready = await restart()
        await ready.rotations
          .rotate(name, { adminToken, graceSeconds: 0, end: 'roll-back' }, by)
          .catch(() => undefined)
        await begin()
        expect(await desked.run(work, dieAfter)).toBeUndefined()
        const { store: anew, connections, rotations } = await restart()
        await (await connections.open(name)).org.request({ path: '/api/v1/logs' })
        const end = work === 'roll-back' ? 'roll-back' : undefined
        const done = await rotations
          .rotate(name, { adminToken, graceSeconds: 0, end }, by)
          .catch(() => rotations.status(name))
        const { phase } = done
        expect([dieAfter, phase]).toEqual([dieAfter, work === 'rotate' ? 'retired' : 'rolled-back'])
        const keys = await anew.db
          .selectFrom('secret')
          .select('label')
          .where('kind', '=', 'private-key')
          .execute()
        expect([dieAfter, keys.length]).toEqual([dieAfter, work === 'rotate' ? 2 : 1])
        await (await connections.open(name)).org.request({ path: '/api/v1/logs' })
      }
    },
    180_000,
  )
})
