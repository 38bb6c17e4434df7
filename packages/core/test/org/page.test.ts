import type { PageError } from '@postern/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRecord, readRecords, toJsonLines } from '../../src/org/page.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = (record: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(record)
const read = (page: string | Uint8Array) =>
  readRecords(typeof page === 'string' ? bytes(page) : page).map(textOf)

/** The code of the refusal; undefined where the page is taken. */
function codeOf(page: string | Uint8Array): string | undefined {
  try {
    void read(page)
    return undefined
  } catch (error) {
    return (error as PageError).code
  }
}

// Text that a scanner of quotes and brackets could trip over.
const tricky = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ab\n\u0000é漢😀', '\\"', '\\\\') })
const value = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' })
const record = fc.dictionary(fc.oneof(tricky, fc.string()), fc.oneof(value, tricky), { maxKeys: 6 })
const blank = fc.constantFrom('', ' ', '   ')
const unescaped = fc.boolean()

/** Pages as Okta writes them, and as a pedant would: spaces between records, escapes of every kind. */
const pages = fc
  .tuple(
    fc.array(record, { maxLength: 8 }),
    fc.array(blank, { minLength: 18, maxLength: 18 }),
    unescaped,
  )
  .map(([records, blanks, isAscii]) => {
    const texts = records.map((one) => {
      const json = JSON.stringify(one)
      return isAscii ? json.replace(/[\u007f-\uffff]/g, escapeOf) : json
    })
    const parts = texts.map((text, index) => blanks[index * 2] + text + blanks[index * 2 + 1])
    return { texts, page: `[${parts.join(',') || blanks[16]}]${blanks[17]}` }
  })

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

describe('readRecords', () => {
  test('finds byte for byte the records that JSON.parse finds', () => {
    fc.assert(
      fc.property(pages, ({ texts, page }) => {
        const found = read(page)
        expect(found).toEqual(texts)
        expect(found.map((text) => JSON.parse(text))).toEqual(JSON.parse(page))
      }),
      { numRuns: 1_000 },
    )
  })

  test('refuses a page that is cut anywhere', () => {
    fc.assert(
      fc.property(pages, ({ page }) => {
        const whole = bytes(page.trimEnd())
        for (let length = 0; length < whole.length; length++) {
          const expected = length === 0 ? 'page_not_json' : 'page_body_truncated'
          expect(codeOf(whole.subarray(0, length))).toBe(expected)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('never takes a page that has more or fewer records for JSON.parse', () => {
    const mutated = fc.tuple(pages, fc.nat(), fc.constantFrom(...'{}[]",:\\ 0x'.split(''), ''))
    fc.assert(
      fc.property(mutated, ([{ page }, at, character]) => {
        const characters = [...page]
        characters.splice(at % (characters.length + 1), 1, character)
        const text = characters.join('')
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          return
        }
        if (!Array.isArray(expected)) return void expect(codeOf(text)).toBe('page_not_array')
        expect(read(text).map((one) => JSON.parse(one))).toEqual(expected)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each<readonly [string, string, readonly string[]]>([
    ['an empty list', '[]', []],
    ['an empty list with spaces', '[  ] \r\n', []],
    ['a record that is empty', '[{}]', ['{}']],
    ['what a line break follows', '[{"a":1.0}]\n', ['{"a":1.0}']],
    ['what a carriage return follows', '[{"a":1.0}]\r', ['{"a":1.0}']],
    [
      'quotes and backslashes at the end of a string',
      '[{"a":"\\\\\\""},{"b":"\\\\"}]',
      ['{"a":"\\\\\\""}', '{"b":"\\\\"}'],
    ],
    ['brackets in strings', '[{"a":"]}[{"}]', ['{"a":"]}[{"}']],
    ['members twice, in their order', '[{"b":1,"a":2,"b":3}]', ['{"b":1,"a":2,"b":3}']],
    [
      'numbers that JavaScript would round',
      '[{"n":12345678901234567890.10}]',
      ['{"n":12345678901234567890.10}'],
    ],
    ['a NUL and a lone surrogate, escaped', '[{"a":"\\u0000\\ud800"}]', ['{"a":"\\u0000\\ud800"}']],
    [
      '31 levels',
      `[${'{"a":'.repeat(31)}1.0${'}'.repeat(31)}]`,
      [`${'{"a":'.repeat(31)}1.0${'}'.repeat(31)}`],
    ],
    [
      'what follows a byte order mark',
      '\ufeff[{"a":1.0, "a":12345678901234567890}]',
      ['{"a":1.0, "a":12345678901234567890}'],
    ],
  ])('keeps %s as sent', (_what, page, expected) => {
    expect(read(page)).toEqual(expected)
  })

  test.each<readonly [string, string, readonly string[]]>([
    [
      'line breaks between members',
      '[\n  {\n    "a": 1\n  },\r\n  {"b":2}\n]\n',
      ['{"a":1}', '{"b":2}'],
    ],
    ['a line break inside a record', '[{"a":\n1.0}]', ['{"a":1}']],
    ['a carriage return inside a record', '[{"a":\r1.0}]', ['{"a":1}']],
    [
      'values that are no objects',
      '[1,"x",null,[2],{"a":1}]',
      ['1', '"x"', 'null', '[2]', '{"a":1}'],
    ],
    ['32 levels', `[${'['.repeat(32)}${']'.repeat(32)}]`, [`${'['.repeat(32)}${']'.repeat(32)}`]],
    [
      'a prototype, which is a member like others',
      '[\n{"__proto__":{"admin":true}}]',
      ['{"__proto__":{"admin":true}}'],
    ],
  ])('writes a page anew that has %s, each record on a line', (_what, page, expected) => {
    expect(read(page)).toEqual(expected)
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })

  test.each([
    ['nothing', '', 'page_not_json'],
    ['HTML', '<html>maintenance</html>', 'page_not_json'],
    ['an object', '{"id":"00u1"}', 'page_not_array'],
    ['a number', '7', 'page_not_array'],
    ['null', 'null', 'page_not_array'],
    ['another character for the bracket it begins with', 'x{"a":1}]', 'page_not_json'],
    ['a bracket alone', '[', 'page_body_truncated'],
    ['two lists', '[{"a":1}][{"b":2}]', 'page_body_truncated'],
    ['a comma too many', '[{"a":1},]', 'page_body_truncated'],
    ['a comma too few', '[{"a":1}{"b":2}]', 'page_body_truncated'],
    ['something else for a comma', '[{"a":1}x{"b":2}]', 'page_body_truncated'],
    [
      'brackets that do not match below 32 levels',
      `[{"a":${'['.repeat(35)}${']'.repeat(32)}}}}}]`,
      'page_body_truncated',
    ],
    ['brackets that do not match', '[{"a":[1}]]', 'page_body_truncated'],
    ['a line break inside a string', '[{"a":"x\ny"}]', 'page_body_truncated'],
    ['a carriage return inside a string', '[{"a":"x\ry"}]', 'page_body_truncated'],
    ['a line break behind a backslash', '[{"a":"x\\\ny"}]', 'page_body_truncated'],
    ['a tab inside a string', '[{"a":"x\ty"}]', 'page_body_truncated'],
    ['a backslash as its last character', '[{"a":"x\\]', 'page_body_truncated'],
    ['text behind the list', '[{"a":1}] and more]', 'page_body_truncated'],
    ['a million open brackets', '['.repeat(1_000_000), 'page_body_truncated'],
    [
      'a hundred thousand lists in each other',
      '['.repeat(100_000) + ']'.repeat(100_000),
      'page_body_truncated',
    ],
    ['a million open objects', `[${'{"a":'.repeat(1_000_000)}`, 'page_body_truncated'],
    ['a million quotes', `[{"${'\\"'.repeat(1_000_000)}`, 'page_body_truncated'],
  ])('refuses %s', (_what, page, code) => {
    expect(codeOf(page)).toBe(code)
  })

  test('refuses bytes that are no text where it has to read them', () => {
    expect(codeOf(new Uint8Array([0x5b, 0x0a, 0x22, 0xff, 0x22, 0x5d]))).toBe('page_body_truncated')
    expect(codeOf(new Uint8Array([0xff, 0xfe]))).toBe('page_not_json')
  })

  test('names the error code of an answer that is none of a list, and quotes nothing else', () => {
    const body = '{"errorCode":"E0000009","errorSummary":"secret words"}'
    let error: unknown
    try {
      read(body)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'page_not_array', details: { detail: 'E0000009' } })
    expect(JSON.stringify([(error as Error).message, error])).not.toContain('secret words')
  })

  test('never fails on any bytes but by its own codes', () => {
    const codes = ['page_body_truncated', 'page_not_json', 'page_not_array', undefined]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (body, isList) => {
        if (isList && body.length > 1) body.set([0x5b, 0x7b])
        expect(codes).toContain(codeOf(body))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('parseRecord', () => {
  test('gives what a record holds', () => {
    expect(parseRecord(bytes('{"a":[1,null]}'))).toEqual({ a: [1, null] })
  })

  test('refuses what is no JSON without quoting it', () => {
    const refused = expect.objectContaining({
      code: 'page_not_json',
      message: expect.not.stringContaining('secret'),
    })
    expect(() => parseRecord(bytes('{"a":secret}'))).toThrowError(refused)
  })
})

describe('toJsonLines', () => {
  test('writes each record on a line of its own, as it is', () => {
    fc.assert(
      fc.property(pages, ({ texts, page }) => {
        const lines = textOf(toJsonLines(readRecords(bytes(page))))
        expect(lines).toBe(texts.map((text) => `${text}\n`).join(''))
      }),
    )
  })

  test('writes nothing for no records', () => {
    expect(toJsonLines([]).length).toBe(0)
  })
})
