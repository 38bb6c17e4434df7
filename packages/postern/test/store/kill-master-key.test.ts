import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { readMasterKeyStatus } from '../../src/store/master-key-status.ts'
import { openSeal } from '../../src/store/seal.ts'
import type { MasterKeyTask } from './master-key-process.ts'
import { findUnopened, putSecrets, secretPlaces } from './seeded-secrets.ts'

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly steps: readonly string[]
  readonly stderr: string
}

function run(task: MasterKeyTask): Promise<Ended> {
  const args = [...startOf('store/master-key-process'), JSON.stringify(task)]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout, stderr) => {
      const { exitCode: code, signalCode: signal } = child
      resolve({ code, signal, steps: stdout.split('\n').filter(Boolean), stderr })
    })
  })
}

describe.each(stores)('the master key on $name', ({ open }) => {
  test('outlives a rotation and a retirement that are killed after each of their steps', {
    timeout: 120_000,
  }, async () => {
    const kept = await open()
    onTestFinished(() => kept.close())
    const { dataDir, database } = kept.place
    const keyFile = path.join(dataDir, 'master-key')
    await makeMasterKeyFile(keyFile)
    const source = masterKeyFromFile(keyFile)
    const places = secretPlaces(4)
    await putSecrets(kept.store, await openSeal(kept.store, { source }), places)
    await kept.store.close()

    const place = { dataDir, ...(database !== undefined && { database: database.reveal() }) }
    const task = { ...place, keyFile, secrets: places.length }
    const killed: string[] = []
    // Each process takes up what the one before left.
    for (const [dieAfter, last] of [
      [1, 'version-made'],
      [1, 'version-kept'],
      [1, 'secret-rewrapped'],
      [2, 'secret-rewrapped'],
    ] as const) {
      const ended = await run({ ...task, dieAfter })
      expect(ended).toMatchObject({ signal: 'SIGKILL', stderr: '' })
      expect(ended.steps.at(-1)).toBe(last)
      killed.push(...ended.steps)
    }
    expect(killed).toEqual([
      'version-made',
      'version-kept',
      ...Array.from({ length: 3 }, () => 'secret-rewrapped'),
    ])
    expect(await run({ ...task, dieAfter: 2 })).toMatchObject({
      signal: 'SIGKILL',
      steps: ['secret-rewrapped', 'version-retired'],
    })
    expect(linesOf(keyFile)).toEqual(['1', '2'])
    // With nothing left of the first rotation, the next one begins; it ends by taking the line of version 1 too.
    expect(await run({ ...task, dieAfter: 8 })).toMatchObject({
      signal: 'SIGKILL',
      steps: [
        'version-made',
        'version-kept',
        ...places.map(() => 'secret-rewrapped'),
        'version-retired',
        'versions-removed',
      ],
    })
    expect(linesOf(keyFile)).toEqual(['3'])

    const store = await kept.reopen()
    const seal = await openSeal(store, { source })
    expect(await findUnopened(store, seal, places)).toEqual([])
    expect((await readMasterKeyStatus(store, seal)).versions).toMatchObject([
      { version: 3, secrets: 4, atHand: true },
      { version: 2, secrets: 0, retiredAt: expect.any(Date) },
      { version: 1, secrets: 0, retiredAt: expect.any(Date) },
    ])
  })
})

function linesOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^postern-master-key:(\d+):/gm)].map(
    ([, version = '']) => version,
  )
}
