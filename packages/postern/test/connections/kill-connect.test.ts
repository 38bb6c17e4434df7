import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { startOrg } from '@postern/emulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stores } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { makeMasterKeyFile, masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { openSeal } from '../../src/store/seal.ts'
import { verifyAudit } from '../../src/store/verify-audit.ts'
import type { ConnectTask } from './connect-process.ts'
import { openConnections } from './kept.ts'

/** Runs the process to its end, which is always a kill. @returns how many statements it came to, if it came to its end. */
function run(
  task: ConnectTask,
): Promise<{ readonly statements?: number; readonly stderr: string }> {
  const args = [...startOf('connections/connect-process'), JSON.stringify(task)]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_error, stdout, stderr) => {
      if (child.signalCode !== 'SIGKILL') throw new Error(`It was not killed: ${stderr}`)
      resolve({ stderr, ...(stdout === '' ? {} : { statements: Number(stdout) }) })
    })
  })
}

// Each store is killed at other statements; all of them with KILL_EVERY=1.
const every = Number(process.env['KILL_EVERY'] ?? 6)
const first = { PGlite: 1, PostgreSQL: 1 + Math.floor(every / 2) } as const

describe.each(stores)('connecting on $name', ({ name, open }) => {
  test('leaves nothing behind wherever it is killed before its commit, and everything after that', {
    timeout: 180_000,
  }, async () => {
    const org = await startOrg({ keyType: 'EC' })
    onTestFinished(org.close)
    const kept = await open()
    onTestFinished(() => kept.close())
    const { dataDir, database } = kept.place
    const keyFile = path.join(dataDir, 'master-key')
    const appKeyFile = path.join(dataDir, 'app-key')
    await makeMasterKeyFile(keyFile)
    writeFileSync(appKeyFile, JSON.stringify(org.app.key), { mode: 0o600 })
    const source = masterKeyFromFile(keyFile)
    await openSeal(kept.store, { source })
    await kept.store.close()
    const task: ConnectTask = {
      dataDir,
      ...(database !== undefined && { database: database.reveal() }),
      keyFile,
      appKeyFile,
      orgUrl: org.url,
      clientId: org.app.clientId,
    }
    expect(await run({ ...task, dieAt: { finding: 1 } })).toEqual({ stderr: '' })
    // Statements of the transaction, a few further each time, until there are none left. Had one run left the row, the next
    // would be refused; had it left anything else, that would be counted in the end.
    let killed = 0
    for (let statement = first[name]; ; statement += every) {
      const ended = await run({ ...task, dieAt: { statement } })
      expect(ended.stderr).toBe('')
      if (ended.statements !== undefined) break
      killed++
    }
    expect(killed).toBeGreaterThan(1)

    const store = await kept.reopen()
    const rows = async (table: 'connection' | 'secret' | 'audit') =>
      (await store.db.selectFrom(table).selectAll().execute()).length
    // The row, its key and its headers, and what the audit log says of it.
    expect([await rows('connection'), await rows('secret'), await rows('audit')]).toEqual([1, 2, 1])
    const connections = await openConnections(kept, {
      store,
      seal: await openSeal(store, { source }),
    })
    const { org: client } = await connections.open('acme')
    expect((await client.request({ path: '/api/v1/users?limit=1' })).status).toBe(200)
    expect((await verifyAudit(store)).breach).toBeUndefined()
  })
})
