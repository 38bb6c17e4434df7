import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lockFolder } from '../../src/connections/folder-lock.ts'

/** A folder, with this in its lock where it has one. */
function folderWith(lock?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  if (lock !== undefined) writeFileSync(join(folder, '.lock'), lock)
  return folder
}

describe('lockFolder', () => {
  test('lets one at a time in, in this process too, and the next when it is released', async () => {
    const folder = folderWith()
    const both = await Promise.allSettled([lockFolder(folder), lockFolder(folder)])
    expect(both).toEqual([
      { status: 'fulfilled', value: expect.anything() },
      { status: 'rejected', reason: expect.objectContaining({ code: 'folder_busy' }) },
    ])
    const [first] = both
    if (first.status === 'fulfilled') await first.value[Symbol.asyncDispose]()
    await using _next = await lockFolder(folder)
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(String(process.pid))
  })

  test('refuses while another process that lives has it, and leaves it that', async () => {
    const folder = folderWith(String(process.ppid))
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'folder_busy',
      details: { pid: process.ppid },
    })
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(String(process.ppid))
  })

  test.each([
    ['is gone', String(spawnSync(process.execPath, ['--version']).pid)],
    ['had the number of this one', String(process.pid)],
    ['was killed before it had written its number', ''],
  ])('takes the lock of a process that %s, and leaves nothing else behind', async (_who, lock) => {
    const folder = folderWith(lock)
    await using _lock = await lockFolder(folder)
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(String(process.pid))
    expect(readdirSync(folder)).toEqual(['.lock'])
  })

  test('says so where the folder cannot be written to', async () => {
    const folder = folderWith()
    rmSync(folder, { recursive: true })
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'folder_not_writable' })
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'folder_not_writable' })
  })
})
