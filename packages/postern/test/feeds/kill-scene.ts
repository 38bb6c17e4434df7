/** @module The scene of the proofs with processes: an org, a store that they share, and one sink of each kind. Ends with the test. */

import path from 'node:path'
import { startOrg } from '@postern/emulator'
import { onTestFinished } from 'vitest'
import type { StoreUnderTest } from '../../../../test/stores.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openSeal } from '../../src/store/seal.ts'
import { FeedProcesses } from './kill-feed.ts'
import { openProvenSinks } from './proven-sinks.ts'
import { addConnection, openWorker } from './scene.ts'

/** Opens it, with a connection and without feeds. @param ahead - processes that are started before they are needed */
export async function openKillScene(open: StoreUnderTest['open'], ahead: number) {
  const running = await startOrg({ keyType: 'EC', edition: 'unlimited' })
  onTestFinished(running.close)
  const kept = await open()
  onTestFinished(() => kept.close())
  const { dataDir, database } = kept.place
  const keyFile = path.join(dataDir, 'master-key')
  await makeMasterKeyFile(keyFile)
  const seal = await openSeal(kept.store, { source: masterKeyFromFile(keyFile) })
  const director = openWorker({ store: kept.store, seal })
  onTestFinished(() => director.connections.close())
  await addConnection(director, running)
  const { sinks, receiver, close } = await openProvenSinks()
  onTestFinished(close)
  const processes = new FeedProcesses({ ahead })
  onTestFinished(() => processes.close())
  const task = { dataDir, keyFile, ...(database !== undefined && { database: database.reveal() }) }
  return { running, kept, director, sinks, receiver, processes, task }
}
