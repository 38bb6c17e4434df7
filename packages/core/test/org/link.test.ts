import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLinks } from '../../src/org/link.ts'

/** Target and relations of each link. */
const read = (header: string) =>
  parseLinks(header)?.map(({ target, relations }) => [target, ...relations])

describe('parseLinks', () => {
  test.each<readonly [string, string, readonly (readonly string[])[]]>([
    ['no link', '', []],
    ['one link', '<https://a/x?after=1>; rel="next"', [['https://a/x?after=1', 'next']]],
    [
      'two lines, as fetch joins them',
      '<https://a/x>; rel="self", <https://a/x?after=1>; rel="next"',
      [
        ['https://a/x', 'self'],
        ['https://a/x?after=1', 'next'],
      ],
    ],
    [
      'commas and semicolons inside the angle brackets',
      '<https://a/x?q=a,b;c=d,<>; rel="self"'.replace('<>', '%3C>'),
      [['https://a/x?q=a,b;c=d,%3C', 'self']],
    ],
    [
      'commas, semicolons and quotes inside a quoted value',
      '<https://a/x>; title="a, <b>; rel=\\"prev\\""; rel="next"',
      [['https://a/x', 'next']],
    ],
    ['several relations', '<u>; rel="first  NEXT"', [['u', 'first', 'next']]],
    ['a relation with a backslash in it', '<u>; rel="ne\\xt"', [['u', 'next']]],
    ['a relation without quotes', '<u>;rel=next', [['u', 'next']]],
    ['spaces and tabs where they are allowed', ' \t<u> \t;\trel \t= "next" ', [['u', 'next']]],
    ['a name in capitals', '<u>; REL="Next"', [['u', 'next']]],
    ['the first of two rel', '<u>; rel="self"; rel="next"', [['u', 'self']]],
    ['a parameter without a value', '<u>; crossorigin; rel="next"', [['u', 'next']]],
    ['no rel', '<u>; type="text/html"', [['u']]],
    ['no parameter at all', '<u>', [['u']]],
    ['an empty target', '<>; rel="next"', [['', 'next']]],
    ['empty elements of the list', ', ,<u>;rel=next,,', [['u', 'next']]],
    ['a value that is empty', '<u>; rel=""; rel="next"', [['u']]],
  ])('reads %s', (_what, header, expected) => {
    expect(read(header)).toEqual(expected)
  })

  test.each([
    ['no angle brackets', 'https://a/x; rel="next"'],
    ['a bracket that does not close', '<https://a/x; rel="next"'],
    ['a bracket within', '<https://a/<x>; rel="next"'],
    ['a quote that does not close', '<u>; rel="next'],
    ['a quote that ends in a backslash', '<u>; rel="next\\"'],
    ['two links without a comma', '<u>; rel="self" <v>; rel="next"'],
    ['text after a link', '<u> next'],
    ['a semicolon without a parameter', '<u>; ; rel="next"'],
  ])('gives nothing for %s', (_what, header) => {
    expect(parseLinks(header)).toBe(undefined)
  })

  const name = fc.stringMatching(/^[a-z][a-z0-9*!-]{0,8}$/)
  const value = fc.string({ unit: 'grapheme-ascii' })
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
  const link = fc.record({
    target: fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replace(/[<>]/g, '')),
    relations: fc.array(fc.constantFrom('self', 'next', 'prev', 'last', 'urn:a'), { minLength: 1 }),
    others: fc.array(
      fc.tuple(
        name.filter((one) => one !== 'rel'),
        value,
      ),
      { maxLength: 4 },
    ),
    gap: fc.constantFrom('', ' ', '\t', '  '),
  })

  test('reads any list of links that is written by the rules', () => {
    fc.assert(
      fc.property(fc.array(link, { maxLength: 6 }), (links) => {
        const header = links.map(({ target, relations, others, gap }) => {
          const parameters = others.map(([key, text]) => `;${gap}${key}${gap}=${gap}${quote(text)}`)
          return `<${target}>${gap};${gap}rel="${relations.join(' ')}"${parameters.join('')}`
        })
        const expected = links.map(({ target, relations }) => [target, ...relations])
        expect(read(header.join(', '))).toEqual(expected)
      }),
    )
  })

  test('never fails on hostile text', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'<>;,="\\ \tarel\u0000\u00ff\u2028') })
    fc.assert(
      fc.property(hostile, (header) => void parseLinks(header)),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['brackets that do not close', '<'.repeat(1_000_000)],
    ['a quote that does not close', `<u>;a="${'\\"'.repeat(500_000)}`],
    ['backslashes', `<u>;a="${'\\'.repeat(1_000_000)}`],
    ['commas', ','.repeat(1_000_000)],
    ['spaces', ' '.repeat(1_000_000)],
    ['spaces in a parameter', `<u>;${' '.repeat(1_000_000)}`],
    ['parameters', `<u>${';a=b'.repeat(250_000)}`],
    ['links that are cut', '<u>;a="b",'.repeat(100_000)],
  ])('reads a megabyte of %s in one go', (_what, header) => {
    // A quadratic reader would take minutes and end in the time-out of the test.
    void parseLinks(header)
  })
})
