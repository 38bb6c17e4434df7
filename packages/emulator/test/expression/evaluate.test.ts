/** @module Which rows an expression finds. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Attribute, compile } from '../../src/expression/evaluate.ts'
import { ExpressionError, type Operator, parseExpression } from '../../src/expression/parse.ts'

interface Row {
  readonly name?: string | null
  readonly tags: readonly string[]
  readonly born: number
  readonly size: number
  readonly tall: boolean
}

const every: readonly Operator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr']
const attributes: Readonly<Record<string, Attribute<Row>>> = {
  name: { kind: 'string', operators: every, get: (row) => row.name },
  exact: { kind: 'string', operators: ['eq', 'sw'], caseSensitive: true, get: (row) => row.name },
  tags: { kind: 'any', operators: every, get: (row) => row.tags },
  born: { kind: 'date', operators: every, get: (row) => row.born },
  size: { kind: 'number', operators: every, get: (row) => row.size },
  tall: { kind: 'boolean', operators: every, get: (row) => row.tall },
}
const rules = {
  find: (path: string) => (Object.hasOwn(attributes, path) ? attributes[path] : undefined),
  negation: true,
}
const row: Row = {
  name: 'Ada Lovelace',
  tags: ['Red', 'Blue'],
  born: Date.parse('2026-01-02T03:04:05.000Z'),
  size: 7,
  tall: false,
}

function matches(text: string, subject: Row = row): boolean {
  return compile(parseExpression(text), rules)(subject)
}

describe('compile', () => {
  test.each([
    ['name eq "ada lovelace"', true],
    ['exact eq "ada lovelace"', false],
    ['exact eq "Ada Lovelace"', true],
    ['name sw "ADA"', true],
    ['name co "LOVE"', true],
    ['name ew "lace"', true],
    ['name ne "bob"', true],
    ['name gt "abc"', true],
    ['name lt "abc"', false],
    ['tags eq "blue"', true],
    ['tags eq "green"', false],
    ['tags ne "blue"', false],
    ['born eq "2026-01-02T03:04:05.000Z"', true],
    ['born gt "2026-01-02T03:04:05.000Z"', false],
    ['born ge "2026-01-02T03:04:05Z"', true],
    ['born lt "2026-01-02T05:04:06+02:00"', true],
    ['born gt "2026-01-02"', true],
    ['born gt "2026-01-02T03:04:05"', false],
    ['size ge 7 and size le 7', true],
    ['size gt 7', false],
    ['tall eq false', true],
    ['tall ne true', true],
    ['not (tall eq false) or name pr', true],
    ['not (name pr)', false],
  ])('%s is %s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test('an attribute without a value fits "ne" and "not" alone', () => {
    const nameless: Row = { ...row, name: null }
    expect(matches('name pr', nameless)).toBe(false)
    expect(matches('name eq "x"', nameless)).toBe(false)
    expect(matches('name ne "x"', nameless)).toBe(true)
    expect(matches('not (name sw "x")', nameless)).toBe(true)
  })

  test.each([
    'unknown eq "x"',
    'constructor eq "x"',
    'NAME eq "x"',
    'exact co "x"',
    'name eq 1',
    'name eq null',
    'born eq "yesterday"',
    'born eq "2026-13-45T00:00:00.000Z"',
    'born eq 5',
    'born co "2026-01-02"',
    'size eq "7"',
    'size co 7',
    'tall eq "false"',
    'tall gt false',
    'tags eq null',
  ])('%s is refused', (text) => {
    expect(() => matches(text)).toThrow(ExpressionError)
  })

  test.each([
    ['name eq "nobody" or name eq "ADA LOVELACE"', true],
    ['exact eq "nobody" or exact eq "ADA LOVELACE"', false],
    ['exact eq "nobody" or exact eq "Ada Lovelace"', true],
    ['name eq "nobody" or tags eq "blue" or tags eq "green"', true],
    ['name eq "nobody" or size eq 7', true],
    ['born eq "2020-01-01" or born eq "2026-01-02T03:04:05Z"', true],
    ['name eq "nobody" or tags eq "green" or size eq 8', false],
  ])('%s is %s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test('a value of the wrong type is refused behind "or" too', () => {
    expect(() => matches('size eq 1 or size eq "1"')).toThrow(ExpressionError)
  })

  test('an attribute is read once for all the texts that it may be', () => {
    let reads = 0
    const id: Attribute<Row> = {
      kind: 'string',
      operators: ['eq'],
      get: ({ name }) => {
        reads++
        return name
      },
    }
    const text = Array.from({ length: 200 }, (_, index) => `id eq "${index}"`).join(' or ')
    expect(compile(parseExpression(text), { find: () => id })(row)).toBe(false)
    expect(reads).toBe(1)
  })

  test('"not" is refused where the rules do not have it', () => {
    const expression = parseExpression('not (name pr)')
    expect(() => compile(expression, { find: rules.find })).toThrow(ExpressionError)
  })

  test('only the attributes that decide are read', () => {
    const lazy = {
      find: (path: string): Attribute<Row> => ({
        kind: 'number',
        operators: every,
        get: (subject) => {
          if (path === 'late') throw new Error('read without need')
          return subject.size
        },
      }),
    }
    const fits = compile(parseExpression('size eq 8 and late eq 1 or size eq 7'), lazy)
    expect(fits(row)).toBe(true)
  })

  const tests = fc
    .tuple(
      fc.constantFrom('name', 'exact', 'tags', 'born', 'size', 'tall', 'none'),
      fc.constantFrom(...every),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    )
    .map(([path, operator, value]) => `${path} ${operator} ${JSON.stringify(value)}`)
  const texts = fc
    .array(tests, { minLength: 1, maxLength: 20 })
    .chain((parts) => fc.constantFrom(parts.join(' and '), parts.join(' or '), parts.join(' ')))
  test('any text gives an answer or an ExpressionError', () => {
    const judge = (text: string) => {
      try {
        expect(typeof matches(text)).toBe('boolean')
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), texts), judge))
  })
})
