import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everythingShown } from '../../../../../test/canary.ts'
import { asLines, parseMasterKeys, withoutVersions } from '../../../src/config/master-key/text.ts'

const KEY = 'Zr2mX7vKq4tN9wB3cF6hJ1dLp8sYgT5uQ0aR_-WoEiI'
const BYTES = Buffer.from(KEY, 'base64url')

function read(text: string): Record<string, string> {
  return Object.fromEntries(
    parseMasterKeys(text, 'The text').map((masterKey) => [
      masterKey.version,
      'key' in masterKey ? Buffer.from(masterKey.key.reveal()).toString('base64url') : '',
    ]),
  )
}

describe('the text of a master key', () => {
  test.each([
    ['base64url', KEY],
    ['base64', BYTES.toString('base64')],
    ['hexadecimal', BYTES.toString('hex')],
    ['hexadecimal in capitals', BYTES.toString('hex').toUpperCase()],
    ['a line', `postern-master-key:1:${KEY}`],
    ['a line in base64', `postern-master-key:1:${BYTES.toString('base64')}`],
  ])('may be %s', (_form, text) => {
    expect(read(text)).toEqual({ 1: KEY })
    expect(read(`# note\r\n  ${text}\r\n\r\n`)).toEqual({ 1: KEY })
  })

  test('gives every version, however the lines are separated, and less those that are taken out', () => {
    const key = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString('base64url'))
    const versions = fc.dictionary(fc.integer({ min: 1, max: 999_999_999 }).map(String), key, {
      minKeys: 2,
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(versions, fc.constantFrom('\n', '\r\n', '\n# note\n', ' '), (given, between) => {
        const lines = Object.entries(given).map((entry) => `postern-master-key:${entry.join(':')}`)
        expect(read(lines.join(between))).toEqual(given)
        const [version = '', ...others] = Object.keys(given)
        const left = withoutVersions(asLines(lines.join('\n')), [Number(version)])
        expect(Object.keys(read(left))).toEqual(others)
      }),
    )
  })

  test.each([
    ['is empty', ' \n# note only\n', 'master_key_missing'],
    ['is too short', KEY.slice(1), 'master_key_malformed'],
    ['is too long', `${KEY}AA`, 'master_key_malformed'],
    ['has another alphabet', KEY.replace('Z', '?'), 'master_key_malformed'],
    ['is of version 0', `postern-master-key:0:${KEY}`, 'master_key_malformed'],
    ['is of no version', `postern-master-key::${KEY}`, 'master_key_malformed'],
    ['is two keys without versions', `${KEY}\n${KEY}`, 'master_key_malformed'],
    [
      'has a version twice',
      `postern-master-key:1:${KEY} postern-master-key:1:${KEY}`,
      'master_key_malformed',
    ],
  ])('is refused where it %s, and not said back', (_what, text, code) => {
    let refused: unknown
    try {
      read(text)
    } catch (error) {
      refused = error
    }
    expect(refused).toMatchObject({ code })
    expect(everythingShown(refused)).not.toContain(KEY.slice(2, 18))
  })
})
