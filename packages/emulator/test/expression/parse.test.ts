/** @module What an expression is read as, and what is refused. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpressionError, parseExpression } from '../../src/expression/parse.ts'

const eq = (path: string, value: unknown) => ({ kind: 'test', path, operator: 'eq', value })

describe('parseExpression', () => {
  test.each([
    ['profile.login eq "a@b.c"', eq('profile.login', 'a@b.c')],
    ['status EQ "ACTIVE"', eq('status', 'ACTIVE')],
    [String.raw`profile.lastName eq "\u0041"`, eq('profile.lastName', 'A')],
    [String.raw`profile.lastName eq "O\"Brien"`, eq('profile.lastName', 'O"Brien')],
    [String.raw`profile.dn eq "C:\\dir\\"`, eq('profile.dn', 'C:\\dir\\')],
    ['a eq "x and (y or z)"', eq('a', 'x and (y or z)')],
    ['a eq true', eq('a', true)],
    ['a eq null', eq('a', null)],
    ['a eq -1.5e3', eq('a', -1_500)],
    ['  id pr  ', { kind: 'test', path: 'id', operator: 'pr' }],
    ['((id pr))', { kind: 'test', path: 'id', operator: 'pr' }],
    ['not (a eq 1)', { kind: 'not', part: eq('a', 1) }],
    [
      'a eq 1 or b eq 2 and c eq 3',
      {
        kind: 'or',
        parts: [eq('a', 1), { kind: 'and', parts: [eq('b', 2), eq('c', 3)] }],
      },
    ],
    [
      '(a eq 1 OR b eq 2) And c eq 3',
      {
        kind: 'and',
        parts: [{ kind: 'or', parts: [eq('a', 1), eq('b', 2)] }, eq('c', 3)],
      },
    ],
    ['a eq 1 and b eq 2 and c eq 3', { kind: 'and', parts: [eq('a', 1), eq('b', 2), eq('c', 3)] }],
  ])('%s is read', (text, tree) => {
    expect(parseExpression(text)).toEqual(tree)
  })

  test.each([
    '',
    '   ',
    'id',
    'id eq',
    'id is "x"',
    'id eq x',
    'id eq "x',
    'id eq "x" and',
    'id eq "x" garbage',
    'id eq "x" id eq "y"',
    'id eq "x")',
    '(id eq "x"',
    'not id eq "x"',
    '"id" eq "x"',
    'emails[type eq "work"]',
    'id eq "line\nbreak"',
    String.raw`id eq "\q"`,
    'id eq 01x',
    'id eq "x" & id pr',
  ])('%j is refused', (text) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError)
  })

  test('64 parentheses are read, 65 are refused', () => {
    const nest = (levels: number) => `${'('.repeat(levels)}id pr${')'.repeat(levels)}`
    expect(parseExpression(nest(64))).toMatchObject({ path: 'id' })
    expect(() => parseExpression(nest(65))).toThrow(ExpressionError)
  })

  test('8,192 characters are read, one more is refused', () => {
    const text = 'id pr'.padEnd(8_192)
    expect(parseExpression(text)).toMatchObject({ path: 'id' })
    expect(() => parseExpression(`${text} `)).toThrow(ExpressionError)
  })

  const pieces = fc.constantFrom(
    ...['and', 'or', 'not', '(', ')', 'id', 'eq', 'pr', '"x"', '"', '\\', ' ', '1', 'null', '['],
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 3_000 }).map((list) => list.join(' ')),
    fc.array(pieces, { maxLength: 3_000 }).map((list) => list.join('')),
  )
  test('any text is an expression or an ExpressionError', () => {
    const judge = (text: string) => {
      try {
        parseExpression(text)
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }
    fc.assert(fc.property(texts, judge))
  })

  const literals = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean())
  test('every value of JSON comes back as it was written', () => {
    const judge = (value: unknown) =>
      expect(parseExpression(`a eq ${JSON.stringify(value)}`)).toEqual(eq('a', value))
    fc.assert(fc.property(literals, (value) => void judge(value)))
  })
})
