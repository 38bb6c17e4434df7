import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@postern/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { readServerFile, removeServerFile } from '../../src/config/server-file.ts'
import { writeServerFile } from '../../src/config/write-server-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-test-'))
const path = join(folder, 'server.json')
beforeEach(() => rmSync(path, { force: true }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = { url: 'http://127.0.0.1:8080', pid: process.pid, version: '0.1.0' }
const accessKey = new Secret('postern_local_TESTSECRET')
// No process has it: numbers end below.
const deadPid = 2 ** 30

describe('server.json', () => {
  test('is readable by its user alone, and gives back what was written', async () => {
    await writeServerFile(folder, { ...file, accessKey })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await readServerFile(folder)).toEqual({ ...file, accessKey, certificate: undefined })
  })

  test('of a process that is gone counts as none, and anybody may remove it', async () => {
    await writeServerFile(folder, { ...file, accessKey, pid: deadPid })
    expect(await readServerFile(folder)).toBeUndefined()
    await removeServerFile(folder, 1)
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })

  const tellsStart = existsSync('/proc/self/stat')
  test.runIf(tellsStart)('of a process whose number another one has counts as none', async () => {
    await writeServerFile(folder, { ...file, accessKey })
    const written = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...written, start: '1' }))
    expect(await readServerFile(folder)).toBeUndefined()
    await removeServerFile(folder, 1)
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })

  test('of another process that runs is not removed', async () => {
    await writeServerFile(folder, { ...file, accessKey })
    await removeServerFile(folder, deadPid)
    expect(await readServerFile(folder)).toMatchObject(file)
    await removeServerFile(folder, process.pid)
    expect(await readServerFile(folder)).toBeUndefined()
  })

  test.each(['', '{', 'null', '[]', '{"url":1}', '{"url":"http://127.0.0.1","pid":1}'])(
    'with %j in it counts as none',
    async (text) => {
      writeFileSync(path, text)
      expect(await readServerFile(folder)).toBeUndefined()
    },
  )
})
