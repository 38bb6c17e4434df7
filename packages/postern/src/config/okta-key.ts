/** @module A private key in a setting: its text, or the path of the file that holds it. */

import { isAbsolute, join, resolve } from 'node:path'
import { Secret } from '@postern/core'
import type { FoundValue, OktaSources } from './okta-sources.ts'
import { maxFileBytes, tooLarge } from './text-file.ts'

// Longer than any path in use, shorter than an RSA key in base64.
const MAX_PATH_CHARACTERS = 1_024

/**
 * Gives a key's text, read from its file where the value is the path of one: Okta's Go and Java SDKs take both.
 *
 * The origin then says so. A value that may be a path but names no file stays what it is; whoever imports the key says
 * what is wrong with it.
 *
 * @throws {ConfigError} `config_file_too_large`, and whatever `readTextFile` throws.
 */
export async function resolveKey(found: FoundValue, sources: OktaSources): Promise<FoundValue> {
  const path = found.value.reveal().trim()
  if (!mayBePath(path)) return found
  const text = await sources.readTextFile(absolutePath(path, sources))
  if (text === undefined) return found
  const from = `${found.from} (file ${path})`
  if (Buffer.byteLength(text) > maxFileBytes) throw tooLarge(path)
  return { setting: found.setting, from, value: new Secret(text) }
}

function mayBePath(text: string): boolean {
  return (
    text.length <= MAX_PATH_CHARACTERS &&
    /^[^\n\r\0{["]+$/.test(text) &&
    !text.includes('-----BEGIN')
  )
}

function absolutePath(path: string, { home, cwd }: OktaSources): string {
  if (home !== undefined && /^~[/\\]/.test(path)) return join(home, path.slice(2))
  return isAbsolute(path) ? path : resolve(cwd, path)
}
