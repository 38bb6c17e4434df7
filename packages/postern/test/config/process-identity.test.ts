/** @module What one process can tell of another: that it runs, that it does not, or neither. */

import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  identifyProcess,
  type Life,
  lifeOf,
  type ProcessIdentity,
} from '../../src/config/process-identity.ts'

const own: ProcessIdentity = await identifyProcess()
const endedPid = spawnSync(process.execPath, ['-e', '']).pid

// Where a system tells nothing, both sides have nothing.
const untold = { start: undefined, boot: undefined, namespace: undefined, machine: undefined }

const onOneMachine: [string, Partial<ProcessIdentity>, Life][] = [
  ['itself', {}, 'alive'],
  ['one that had its number before', { start: '1' }, 'dead'],
  ['one that has ended', { pid: endedPid, start: '1' }, 'dead'],
  ['one of another container', { namespace: 'pid:[1]' }, 'unknown'],
  ['one of another machine', { boot: 'another', machine: 'another' }, 'unknown'],
  ['one of a machine that it cannot tell from its own', { boot: 'another' }, 'unknown'],
]

describe.runIf(own.boot !== undefined)('where there is /proc, a process takes', () => {
  test.each(onOneMachine)('%s for what it is', async (_who, other, life) => {
    const me = { ...own, machine: undefined }
    expect(await lifeOf({ ...me, ...other }, me)).toBe(life)
  })

  test('one from before its machine was started anew for dead', async () => {
    const me = { ...own, machine: 'this' }
    expect(await lifeOf({ ...me, boot: 'another' }, me)).toBe('dead')
  })

  // A container of systemd-nspawn shows a boot of its own, but the true one to a service with a /proc of its own.
  test('one that runs, and was told of another start, for one to be asked', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    onTestFinished(() => void child.kill())
    const pid = child.pid ?? 0
    const start = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19]
    const me = { ...own, machine: 'this' }
    expect(await lifeOf({ ...me, boot: 'another', pid, start }, me)).toBe('unknown')
    expect(await lifeOf({ ...me, boot: 'another', pid, start: '1' }, me)).toBe('dead')
  })
})

describe('where a system tells nothing, a process takes', () => {
  const me = { ...own, ...untold }

  test('a number that no process has for dead', async () => {
    expect(await lifeOf({ ...me, pid: endedPid }, me)).toBe('dead')
  })

  test('a number that a process has for unknown, since it may be another one', async () => {
    expect(await lifeOf(me, me)).toBe('unknown')
  })

  test('a process of another machine for unknown', async () => {
    expect(await lifeOf({ ...me, pid: endedPid, host: 'elsewhere' }, me)).toBe('unknown')
  })
})
