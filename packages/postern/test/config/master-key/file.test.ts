import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeMasterKeyFile, masterKeyFromFile } from '../../../src/config/master-key/file.ts'

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'postern-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function newFile(): Promise<string> {
  const file = path.join(newFolder(), 'master-key')
  await makeMasterKeyFile(file)
  return file
}

async function versionsOf(file: string): Promise<number[]> {
  return (await masterKeyFromFile(file).read()).map(({ version }) => version)
}

describe('a master key file that is made', () => {
  test('has version 1 of a key of its own, and is open to nobody else', async () => {
    const file = await newFile()
    expect(await versionsOf(file)).toEqual([1])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(await newFile(), 'utf8')).not.toBe(readFileSync(file, 'utf8'))
  })

  test('takes no other file’s place, and leaves nothing beside it', async () => {
    const file = await newFile()
    const before = readFileSync(file, 'utf8')
    await expect(makeMasterKeyFile(file)).rejects.toMatchObject({ code: 'file_exists' })
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(readdirSync(path.dirname(file))).toEqual(['master-key'])
  })
})

describe('a master key file is refused', () => {
  test.each([0o640, 0o604, 0o660, 0o601])('with mode %o', async (mode) => {
    const file = await newFile()
    chmodSync(file, mode)
    await expect(masterKeyFromFile(file).read()).rejects.toMatchObject({
      code: 'master_key_unsafe',
      message: `The master key file is open to others (mode 0${mode.toString(8)}).`,
    })
  })

  test('where it is a folder, a device or a pipe', async () => {
    const folder = newFolder()
    const pipe = path.join(folder, 'pipe')
    execFileSync('mkfifo', ['-m', '600', pipe])
    for (const place of [folder, '/dev/zero', pipe]) {
      await expect(masterKeyFromFile(place).read()).rejects.toMatchObject({
        code: 'master_key_unsafe',
      })
    }
  })

  test('where it belongs to another user', async () => {
    const file = await newFile()
    const isRoot = process.geteuid?.() === 0
    if (isRoot) chownSync(file, 12345, 12345)
    await expect(masterKeyFromFile(isRoot ? file : '/etc/passwd').read()).rejects.toMatchObject({
      code: 'master_key_unsafe',
      message: expect.stringContaining('belongs to user'),
    })
  })
})

describe('a version', () => {
  test('that is added stands beside the others, which stay as they were', async () => {
    const file = await newFile()
    const before = readFileSync(file, 'utf8')
    await masterKeyFromFile(file).add?.(2)
    expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true)
    expect(await versionsOf(file)).toEqual([1, 2])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(path.dirname(file))).toEqual(['master-key'])
  })

  test('that is removed takes its own line with it', async () => {
    const file = await newFile()
    const source = masterKeyFromFile(file)
    await source.add?.(2)
    await source.add?.(11)
    await source.remove?.([1])
    expect(await versionsOf(file)).toEqual([2, 11])
    expect(readFileSync(file, 'utf8')).toMatch(/^# The master key/)
  })

  test('is added to a key that stood alone, without its version', async () => {
    const file = path.join(newFolder(), 'key')
    const hex = 'ab'.repeat(32)
    writeFileSync(file, hex, { mode: 0o600 })
    await masterKeyFromFile(file).add?.(2)
    const [one] = await masterKeyFromFile(file).read()
    expect(one && 'key' in one && Buffer.from(one.key.reveal()).toString('hex')).toBe(hex)
    await masterKeyFromFile(file).remove?.([1])
    expect(await versionsOf(file)).toEqual([2])
  })

  test('is added behind a link, which stays one', async () => {
    const file = await newFile()
    const link = path.join(newFolder(), 'link')
    symlinkSync(file, link)
    await masterKeyFromFile(link).add?.(2)
    expect(await versionsOf(file)).toEqual([1, 2])
  })

  test('that cannot be kept is no version', async () => {
    const folder = path.join(newFolder(), 'gone')
    mkdirSync(folder)
    rmSync(folder, { recursive: true })
    const source = masterKeyFromFile(path.join(folder, 'key'))
    await expect(source.add?.(2)).rejects.toMatchObject({ code: 'master_key_missing' })
  })
})
