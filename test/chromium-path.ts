/** @module Where the browser of the tests is. */

import { existsSync } from 'node:fs'
import chromium from '@sparticuz/chromium'

/** The file of the browser, unpacked where it is not yet; `CHROMIUM_PATH` names another one. */
export async function chromiumPath(): Promise<string> {
  const { CHROMIUM_PATH } = process.env
  if (CHROMIUM_PATH === undefined) return chromium.executablePath()
  if (existsSync(CHROMIUM_PATH)) return CHROMIUM_PATH
  throw new Error('CHROMIUM_PATH names no file.')
}
