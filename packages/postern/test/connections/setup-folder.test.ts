import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SetupFolder } from '../../src/connections/setup-folder.ts'

describe('SetupFolder.open', () => {
  test('makes a folder and those above it, for nobody else to read, also for two at once', async () => {
    const path = join(await createFolder(), 'a', 'b', 'c')
    await Promise.all([SetupFolder.open(path), SetupFolder.open(path)])
    for (const each of [path, join(path, '..'), join(path, '..', '..')]) {
      expect((await stat(each)).mode & 0o777).toBe(0o700)
    }
  })

  test('ends where a system takes no new name, and where a file is in the way', async () => {
    const folder = await createFolder()
    await writeFile(join(folder, 'file'), '')
    for (const path of ['/proc/postern', '/proc/postern/acme', join(folder, 'file', 'acme')]) {
      await expect(SetupFolder.open(path)).rejects.toMatchObject({ code: 'file_not_writable' })
    }
  })
})

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-folder-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
