import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { masterKeyFromCredential } from '../../../src/config/master-key/credential.ts'
import { parseMasterKeySource } from '../../../src/config/master-key/parse.ts'

const key = 'ab'.repeat(32)

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'postern-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function newCredential(mode: number): { folder: string; file: string } {
  const folder = newFolder()
  const file = path.join(folder, 'master-key')
  writeFileSync(file, key)
  chmodSync(file, mode)
  return { folder, file }
}

const read = (folder: string | undefined) =>
  masterKeyFromCredential('master-key', { CREDENTIALS_DIRECTORY: folder }).read()

describe('a credential', () => {
  // 0440 is what a mode shows of an access list for the service, as systemd 254 and newer make it.
  test.each([0o400, 0o440, 0o600, 0o640])('is read with mode %o', async (mode) => {
    const { folder } = newCredential(mode)
    expect((await read(folder)).map(({ version }) => version)).toEqual([1])
  })

  test.each([0o404, 0o444, 0o460, 0o441])('is refused with mode %o', async (mode) => {
    const { folder } = newCredential(mode)
    await expect(read(folder)).rejects.toMatchObject({
      code: 'master_key_unsafe',
      message: `The credential of the master key is open to others (mode 0${mode.toString(8)}).`,
    })
  })

  test.runIf(process.geteuid?.() === 0)('is refused where another user owns it', async () => {
    const { folder, file } = newCredential(0o400)
    chownSync(file, 12345, 12345)
    await expect(read(folder)).rejects.toMatchObject({
      code: 'master_key_unsafe',
      message: expect.stringContaining('belongs to user 12345'),
    })
  })

  test('is no folder', async () => {
    const folder = newFolder()
    mkdirSync(path.join(folder, 'master-key'))
    await expect(read(folder)).rejects.toMatchObject({ code: 'master_key_unsafe' })
  })

  test.each([undefined, '', 'relative'])('is missed where the folder is %s', async (folder) => {
    await expect(read(folder)).rejects.toMatchObject({
      code: 'master_key_missing',
      message: 'CREDENTIALS_DIRECTORY names no folder.',
    })
  })

  test('is read only: versions come and go where it comes from', () => {
    const source = masterKeyFromCredential('master-key', {})
    expect([source.name, source.add, source.remove]).toEqual([
      'credential:master-key',
      undefined,
      undefined,
    ])
  })

  test.each(['../master-key', 'a/b', '', '.', key])('has no such name: %s', (name) => {
    expect(() => parseMasterKeySource(`credential:${name}`, {})).toThrow(
      expect.objectContaining({ code: 'usage_invalid' }),
    )
  })
})
