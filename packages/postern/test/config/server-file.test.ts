import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@postern/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { identifyProcess, runsHere } from '../../src/config/process-identity.ts'
import { readServerFile, removeServerFile } from '../../src/config/server-file.ts'
import { writeServerFile } from '../../src/config/write-server-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-test-'))
const path = join(folder, 'server.json')
beforeEach(() => rmSync(path, { force: true }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const self = await identifyProcess()
const file = { url: 'http://127.0.0.1:8080', process: self, version: '0.1.0' }
const accessKey = new Secret('postern_local_TESTSECRET')
// No process has the number: numbers end below.
const dead = { ...self, pid: 2 ** 30, nonce: 'dead' }

describe('server.json', () => {
  test('is readable by its user alone, and gives back what was written', async () => {
    await writeServerFile(folder, { ...file, accessKey })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await readServerFile(folder)).toEqual({ ...file, accessKey, certificate: undefined })
  })

  test('of a process that is gone counts as none, and anybody may remove it', async () => {
    await writeServerFile(folder, { ...file, accessKey, process: dead })
    expect(await readServerFile(folder)).toBeUndefined()
    await removeServerFile(folder, self)
    expect(() => readFileSync(path)).toThrow('ENOENT')
  })

  test.runIf(self.start !== undefined).each([
    ['that had the number of one that runs', { start: '1' }],
    ['of another container', { namespace: 'pid:[1]' }],
    ['of another machine', { boot: 'another', machine: 'another' }],
  ])('of a process %s counts as none', async (_which, other) => {
    await writeServerFile(folder, { ...file, accessKey, process: { ...self, ...other } })
    expect(await readServerFile(folder)).toBeUndefined()
    await removeServerFile(folder, dead)
    expect(existsSync(path)).toBe(!('start' in other))
  })

  test('where a system tells nothing of processes, has to go by the number', async () => {
    const { pid, host, nonce } = self
    expect(await runsHere({ pid, host, nonce }, { pid, host, nonce })).toBe(true)
    expect(
      await runsHere(
        { ...dead, start: undefined, boot: undefined, namespace: undefined, machine: undefined },
        { pid, host, nonce },
      ),
    ).toBe(false)
    expect(await runsHere({ pid, host: 'elsewhere', nonce }, { pid, host, nonce })).toBe(false)
  })

  test('of another process that runs is not removed', async () => {
    await writeServerFile(folder, { ...file, accessKey })
    await removeServerFile(folder, dead)
    expect(await readServerFile(folder)).toMatchObject(file)
    await removeServerFile(folder, self)
    expect(await readServerFile(folder)).toBeUndefined()
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"url":1}',
    '{"url":"http://127.0.0.1","accessKey":"x","version":"0.1.0","process":{"pid":1}}',
  ])('with %j in it counts as none', async (text) => {
    writeFileSync(path, text)
    expect(await readServerFile(folder)).toBeUndefined()
  })
})
