/** @module What is remembered of a folder that was built, and when it is forgotten. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildProgram } from '../scripts/build.ts'
import { forgetOrigin, isMadeOf, keepOrigin } from '../scripts/origin.ts'

test('pages are not taken for made of the sources again where the build of the program ended half way', async () => {
  const dist = mkdtempSync(path.join(tmpdir(), 'postern-origin-'))
  const web = path.join(dist, 'web')
  onTestFinished(() => {
    forgetOrigin(web)
    rmSync(dist, { recursive: true, force: true })
  })
  mkdirSync(web)
  const sources = ['scripts/origin.ts']
  keepOrigin(web, sources)
  expect(isMadeOf(web, sources)).toBe(true)
  const built = buildProgram(path.join(dist, 'postern.cjs'), path.join(dist, 'absent.ts'))
  await expect(built).rejects.toThrow('is not there to be built')
  mkdirSync(web, { recursive: true })
  expect(isMadeOf(web, sources)).toBe(false)
})
