import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  dataDirectoryOf,
  hasDataDirectory,
  openDataDirectory,
} from '../../src/config/data-directory.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the data directory', () => {
  test.each([
    ['--data comes first', '/d', { POSTERN_DATA: '/e', XDG_DATA_HOME: '/x' }, '/d'],
    ['POSTERN_DATA is next', undefined, { POSTERN_DATA: '/e', XDG_DATA_HOME: '/x' }, '/e'],
    ['an empty one is none', '', { POSTERN_DATA: '', XDG_DATA_HOME: '/x' }, '/x/postern'],
    [
      'a relative XDG_DATA_HOME is none',
      undefined,
      { XDG_DATA_HOME: 'x' },
      '/h/.local/share/postern',
    ],
    ['without any it is in the home', undefined, {}, '/h/.local/share/postern'],
  ])('%s', (_what, flag, env, path) => {
    expect(dataDirectoryOf({ flag, env, home: '/h' })).toBe(path)
  })

  test('is made for its user alone, with the folders above it', async () => {
    const path = join(folder, 'new', 'postern')
    expect(await hasDataDirectory(path)).toBe(false)
    await openDataDirectory(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(await hasDataDirectory(path)).toBe(true)
  })

  test.each([0o720, 0o702])(
    'with mode %o is refused with the command that mends it',
    async (mode) => {
      const path = join(folder, `mode-${mode}`)
      await openDataDirectory(path)
      chmodSync(path, mode)
      const refusal = {
        code: 'config_data_unsafe',
        remedy: `Take that from them: chmod 700 ${path}.`,
      }
      await expect(openDataDirectory(path)).rejects.toMatchObject(refusal)
      await expect(hasDataDirectory(path)).rejects.toMatchObject(refusal)
    },
  )

  test('cannot be a file, nor below one', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'postern')]) {
      await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'config_data_unusable' })
    }
  })

  test('is refused where the system lets nobody make folders', async () => {
    await expect(openDataDirectory('/proc/postern/data')).rejects.toMatchObject({
      code: 'config_data_unusable',
    })
  })
})
