import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../src/json.ts'

const strict = (text: string, maxDepth = 16) => parseJson(text, { maxDepth })

describe('parseJson', () => {
  test('reads what JSON.parse reads, on any JSON without repeated members', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 12, stringUnit: 'binary' }),
        fc.constantFrom('', ' ', '\r\n\t'),
        (json, space) => {
          const text = `${space}${JSON.stringify(JSON.parse(json), null, space)}${space}`
          const result = strict(text)
          expect(result.ok).toBe(true)
          // Members are own properties without a prototype here; JSON.stringify shows both alike.
          if (result.ok) expect(JSON.stringify(result.value)).toBe(JSON.stringify(JSON.parse(text)))
        },
      ),
      { numRuns: 3_000 },
    )
  })

  test('refuses what JSON.parse refuses, on JSON with one character changed', () => {
    const mutated = fc.tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom(...'{}[]",:\\ 0-+.eEtu\u0001\u00a0\u201c'.split(''), ''),
    )
    fc.assert(
      fc.property(mutated, ([json, position, character]) => {
        const at = position % (json.length + 1)
        const text = json.slice(0, at) + character + json.slice(at + 1)
        const result = strict(text)
        let parsed: unknown
        try {
          parsed = JSON.parse(text)
        } catch {
          expect(result.ok).toBe(false)
          return
        }
        if (result.ok) expect(JSON.stringify(result.value)).toBe(JSON.stringify(parsed))
        else expect(result.fault.kind).toBe('duplicate')
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    ['a repeated member', '{"a":1,"b":2,"a":3}', { kind: 'duplicate', position: 13, member: 'a' }],
    [
      'a member repeated in escapes',
      '{"kid":1,"\\u006bid":2}',
      { kind: 'duplicate', position: 9, member: 'kid' },
    ],
    [
      '__proto__ twice',
      '{"__proto__":1,"__proto__":2}',
      { kind: 'duplicate', position: 15, member: '__proto__' },
    ],
    ['a comma at the end', '{"a":1,}', { kind: 'syntax', position: 7 }],
    ['text after the value', '{} x', { kind: 'syntax', position: 3 }],
    ['nothing', '', { kind: 'syntax', position: 0 }],
    ['a control character in a string', '"a\nb"', { kind: 'syntax', position: 2 }],
    ['a string that does not end', '["ab', { kind: 'syntax', position: 4 }],
    ['a leading zero', '[01]', { kind: 'syntax', position: 2 }],
    ['a byte order mark', '\ufeff1', { kind: 'syntax', position: 0 }],
  ])('%s is a fault at its position', (_title, text, fault) => {
    expect(strict(text)).toEqual({ ok: false, fault })
  })

  test('the deepest nesting that is allowed is read, one more is a fault, 100,000 more are the same fault', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(strict(nested(16)).ok).toBe(true)
    expect(strict(nested(17))).toMatchObject({ fault: { kind: 'depth', position: 16 } })
    expect(strict('{"a":'.repeat(100_000))).toMatchObject({ fault: { kind: 'depth' } })
  })

  test('siblings do not add up to depth', () => {
    expect(strict('[[],[],[[]]]', 3).ok).toBe(true)
  })

  test('__proto__ is a member like any other', () => {
    const result = strict('{"__proto__":{"polluted":true}}')
    if (!result.ok) throw new Error('refused')
    expect(Object.keys(result.value ?? {})).toEqual(['__proto__'])
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Reflect.get(Object(result.value), 'polluted')).toBeUndefined()
  })
})
