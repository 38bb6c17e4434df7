import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startScriptedServer } from '../../../../test/scripted-server.ts'
import { identifyProcess } from '../../src/config/process-identity.ts'
import { writeServerFile } from '../../src/config/write-server-file.ts'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
let postern: ServedPostern
beforeAll(async () => {
  postern = await servePostern()
})
afterAll(async () => {
  await postern.close()
  place.remove()
})

describe('a command that works through a server', () => {
  test('ends with 130 when it is interrupted, and nothing is kept of what it had begun', async () => {
    const { app } = await serveOrg(place)
    const { code, stderr } = await place.run(['connect', 'late', ...app], {
      env: postern.env,
      interruptAfter: 'reachable',
    })
    expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted')])
    const listed = await place.run(['connections', 'list', '--output', 'json'], {
      env: postern.env,
    })
    expect(JSON.parse(listed.stdout)).toEqual([])
  })

  test('does not mind that nobody reads what it prints', async () => {
    const { code, stderr } = await place.run(['connections', 'list', '--output', 'json'], {
      env: postern.env,
      stdout: 'closed',
    })
    expect([code, stderr]).toEqual([0, ''])
  })

  test('says so where something else answers in the place of its server', async () => {
    const other = await startScriptedServer(() => ({ status: 502, body: 'bad gateway' }))
    try {
      const dataDir = place.path('other')
      mkdirSync(dataDir, { mode: 0o700 })
      await writeServerFile(dataDir, {
        url: other.orgUrl,
        accessKey: postern.service.localKey,
        process: await identifyProcess(),
        version: '0.1.0',
      })
      const { code, stderr } = await place.run(['connections', 'list'], {
        env: { POSTERN_DATA: dataDir },
      })
      expect([code, stderr]).toEqual([1, expect.stringContaining('(server_answer_unreadable)')])
    } finally {
      await other.close()
    }
  })
})
