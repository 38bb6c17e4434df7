/** @module `postern backup` and `postern restore`: what is kept comes back on the other kind of store, sealed as it was. */

import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newDatabase, type TestDatabase } from '../../../../test/stores.ts'
import { createPlace } from './run.ts'
import { serveOrg } from './served-org.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

const place = createPlace()
let postern: ServedPostern
let database: TestDatabase

beforeAll(async () => {
  postern = await servePostern('PGlite')
  database = await newDatabase()
})
afterAll(async () => {
  await postern.close()
  await database.drop()
  place.remove()
})

describe('postern backup', () => {
  test('leaves a file that is there as it is', async () => {
    const file = place.path('there.backup')
    writeFileSync(file, 'mine')
    const refused = await place.run(['backup', file], { env: postern.env })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(file_exists)')])
    expect(readFileSync(file, 'utf8')).toBe('mine')
    const dash = await place.run(['backup', '-'], { env: postern.env })
    expect([dash.code, dash.stderr]).toEqual([2, expect.stringContaining('(usage_invalid)')])
  })
})

describe('postern restore', () => {
  test('puts what a running server backed up into PostgreSQL, where it works with the same master key', async () => {
    const { app } = await serveOrg(place, { users: 3 })
    await place.run(['connect', 'acme', ...app], { env: postern.env })
    const file = place.path('whole.backup')
    const written = await place.run(['backup', file, '--output', 'json'], { env: postern.env })
    expect([written.code, written.stderr]).toEqual([
      0,
      expect.stringContaining('Keep the master key elsewhere'),
    ])
    expect(JSON.parse(written.stdout).rows).toMatchObject({ connection: 1, secret: 1 })
    expect(process.platform === 'win32' ? 0o600 : statSync(file).mode & 0o777).toBe(0o600)
    const text = gunzipSync(readFileSync(file)).toString('utf8')
    expect(text).toContain('connection.connect')
    expect(text).not.toMatch(/PRIVATE KEY|"d"/)

    const data = place.path('moved')
    const env = { POSTERN_DATA: data, POSTERN_DATABASE: database.url }
    const restored = await place.run(['restore', file], { env })
    expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining('Restored.')])
    const keyOf = (folder: string | undefined) => join(folder ?? '', 'master-key')
    copyFileSync(keyOf(postern.env['POSTERN_DATA']), keyOf(data))
    const used = await place.run(['token', 'acme'], { env })
    expect([used.code, used.stdout]).toEqual([0, expect.stringMatching(/^\S+\n$/)])
    expect((await place.run(['audit', 'verify'], { env })).code).toBe(0)
    const again = await place.run(['restore', file], { env })
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining('(backup_store_not_empty)'),
    ])
  })

  test('is refused while a server runs on the data directory', async () => {
    const refused = await place.run(['restore', place.path('any.backup')], { env: postern.env })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(store_in_use)')])
  })

  test('is refused for a file that is not there, and for one that is no backup', async () => {
    const env = { POSTERN_DATA: place.path('nothing'), POSTERN_DATABASE: database.url }
    const absent = await place.run(['restore', place.path('absent')], { env })
    expect([absent.code, absent.stderr]).toEqual([6, expect.stringContaining('(file_not_found)')])
    const other = place.path('other')
    writeFileSync(other, 'a text')
    const refused = await place.run(['restore', other], { env })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(backup_')])
  })
})
