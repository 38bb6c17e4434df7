/** @module The text form of master keys: one line for each version. */

import { randomBytes } from 'node:crypto'
import { Secret } from '@postern/core'
import { type MasterKey, MasterKeyError } from './source.ts'

const KEY_BYTES = 32
const LINE = /^postern-master-key:([1-9]\d{0,8}):(.+)$/
const HEX = /^[0-9a-f]{64}$/i
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/

const REMEDY =
  'Write each version as postern-master-key:VERSION:KEY, the key being 32 bytes in base64url.'

/**
 * Reads `postern-master-key:VERSION:KEY`, one or more, separated by line breaks or blanks; lines that begin with `#` are
 * left out. A key alone (32 bytes in base64url, base64 or hexadecimal) is version 1.
 *
 * @param from - how messages name where the text was found: `The master key file`.
 * @throws {MasterKeyError} `master_key_missing`, `master_key_malformed`
 */
export function parseMasterKeys(text: string, from: string): readonly MasterKey[] {
  const words = wordsOf(text)
  if (words.length === 0) {
    throw new MasterKeyError('master_key_missing', `${from} is empty.`, { remedy: REMEDY })
  }
  const keys = words.map((word, index) => {
    const [, version = '1', encoded = words.length === 1 ? word : ''] = LINE.exec(word) ?? []
    const key = decode(encoded)
    if (key !== undefined) return { version: Number(version), key: new Secret(key) }
    const observed = `${from} has no master key of ${KEY_BYTES} bytes as its entry ${index + 1}.`
    throw new MasterKeyError('master_key_malformed', observed, { remedy: REMEDY })
  })
  requireDistinct(
    keys.map(({ version }) => version),
    from,
  )
  return keys
}

/** The line of a new key. */
export function newMasterKeyLine(version: number): Secret {
  return new Secret(
    `postern-master-key:${version}:${randomBytes(KEY_BYTES).toString('base64url')}\n`,
  )
}

/** A text without the lines of some versions. A key alone goes with version 1. */
export function withoutVersions(text: string, versions: readonly number[]): string {
  return text
    .split(/(?<=\n)/)
    .filter((line) => {
      if (line.startsWith('#') || line.trim() === '') return true
      return !versions.includes(Number(LINE.exec(line.trim())?.[1] ?? '1'))
    })
    .join('')
}

/** A key as a person may have written it before there was a second version; as a line, so that others fit beside it. */
export function asLines(text: string): string {
  const [word, ...more] = wordsOf(text)
  if (word === undefined || more.length > 0 || LINE.test(word)) {
    return text === '' || text.endsWith('\n') ? text : `${text}\n`
  }
  const key = decode(word)
  if (key === undefined) return text
  return `postern-master-key:1:${Buffer.from(key).toString('base64url')}\n`
}

function wordsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '')
}

function decode(text: string): Uint8Array | undefined {
  if (HEX.test(text)) return Buffer.from(text, 'hex')
  if (BASE64.test(text)) return Buffer.from(text, 'base64')
  return undefined
}

function requireDistinct(versions: readonly number[], from: string): void {
  const twice = versions.find((version, index) => versions.indexOf(version) !== index)
  if (twice === undefined) return
  throw new MasterKeyError('master_key_malformed', `${from} has version ${twice} twice.`, {
    remedy: `Keep one line of version ${twice}: the one that the store was sealed with.`,
    details: { version: twice },
  })
}
