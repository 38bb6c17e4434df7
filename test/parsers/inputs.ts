/** @module Inputs for a parser: any at all, those of its words, and those that it takes with something changed. */

import fc from 'fast-check'
import type { Inputs, Target } from './target.ts'

/** A secret that stands in inputs: whoever says it back gives it away. TEST SECRET. */
export const PLANTED = 'pL4nT3dS3cr3tQ8vZ2mX7kW9bN5jH1gF'

const MAX_CHARACTERS = 70_000
const ODD = [
  ...[
    '',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\ufffd',
    '\u2028',
    '\ud800',
  ],
  ...[
    '"',
    "'",
    '`',
    '\\',
    '/',
    '//',
    '..',
    '.',
    ',',
    ';',
    ':',
    '=',
    '&',
    '?',
    '#',
    '%',
    '%zz',
    '%00',
  ],
  ...[
    '%2f',
    '@',
    '*',
    '+',
    '-',
    '_',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '|',
    '~',
    '$',
    '!',
    '^',
  ],
  ...['null', 'true', '0', '-1', '1e999', 'NaN', '9007199254740993', '__proto__', 'constructor'],
  ...['https://', 'acme.okta.com', '127.0.0.1', '::1', 'xn--', 'é', '漢', '😀', '٣', 'ﬀ', PLANTED],
] as const

/** Values that stand where others belong. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1e21, Number.NaN, '', [], {}, PLANTED),
  fc.constantFrom<unknown>('__proto__', '\0', '\ud800', ' x ', 'x'.repeat(5_000), '2026-13-45', []),
  fc.jsonValue({ maxDepth: 3 }),
  fc.object({ maxDepth: 2, withNullPrototype: true, withDate: true }),
)

/** Inputs for a parser. */
export function inputsOf(target: Target): fc.Arbitrary<Inputs[keyof Inputs]> {
  switch (target.shape) {
    case 'text':
      return textsLike(target.examples as string[], target.words)
    case 'texts':
      return fc.array(textsLike((target.examples as string[][]).flat(), target.words), {
        maxLength: 5,
      })
    case 'bytes':
      return bytesLike(target.examples as Uint8Array[], target.words)
    case 'value':
      return valuesLike(target.examples, target.words)
  }
}

function textsLike(examples: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const example = fc.constantFrom('', ...examples)
  const fragment = fc.oneof(
    fc.constantFrom<string>(...ODD),
    ...(words.length > 0 ? [fc.constantFrom(...words)] : []),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 20 }), fragment), {
    minLength: 1,
    maxLength: 4,
  })
  const changed = fc
    .tuple(example, changes)
    .map(([text, made]) =>
      made.reduce((now, [at, length, put]) => splice(now, at, length, put), text),
    )
  const long = fc
    .tuple(example, fragment, fc.nat({ max: MAX_CHARACTERS }))
    .map(([text, piece, length]) => text + piece.repeat(length / Math.max(piece.length, 1)))
  return fc.oneof(
    { weight: 8, arbitrary: changed },
    { weight: 4, arbitrary: fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: example },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: long },
  )
}

function splice(text: string, at: number, length: number, put: string): string {
  const start = at % (text.length + 1)
  return text.slice(0, start) + put + text.slice(start + length)
}

function bytesLike(
  examples: readonly Uint8Array[],
  words: readonly string[],
): fc.Arbitrary<Uint8Array> {
  const text = textsLike(
    examples.map((bytes) => Buffer.from(bytes).toString('utf8')),
    words,
  ).map((one) => new Uint8Array(Buffer.from(one, 'utf8')))
  const flipped = fc
    .tuple(
      fc.constantFrom(new Uint8Array(), ...examples),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      fc.nat(),
    )
    .map(([bytes, changes, cut]) => {
      const other = Uint8Array.from(bytes)
      for (const [at, byte] of changes) if (other.length > 0) other[at % other.length] = byte
      return cut % 3 === 0 ? other.slice(0, cut % (other.length + 1)) : other
    })
  return fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 4, arbitrary: flipped },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  )
}

function valuesLike(examples: readonly unknown[], words: readonly string[]): fc.Arbitrary<unknown> {
  const texts = textsLike([], words)
  const put = fc.oneof(
    oddValue,
    texts,
    ...(examples.length > 0
      ? [fc.constantFrom(...examples).map((one) => structuredClone(one))]
      : []),
  )
  const changed = fc
    .tuple(
      fc.constantFrom<unknown>({}, ...examples),
      fc.array(fc.tuple(fc.nat(), put, fc.boolean()), { maxLength: 4 }),
    )
    .map(([example, changes]) =>
      changes.reduce<unknown>(
        (now, [at, value, isGone]) => withChange(now, at, isGone ? undefined : value),
        structuredClone(example),
      ),
    )
  return fc.oneof(
    { weight: 8, arbitrary: changed },
    {
      weight: 2,
      arbitrary: fc.constantFrom<unknown>({}, ...examples).map((one) => structuredClone(one)),
    },
    { weight: 2, arbitrary: oddValue },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 3, withNullPrototype: true }) },
    { weight: 1, arbitrary: fc.nat({ max: 2_000 }).map((depth) => nested(depth)) },
  )
}

/** A value with another one at the place with this number; one that is undefined is taken out. */
function withChange(root: unknown, at: number, value: unknown): unknown {
  const places: (readonly [object, string])[] = []
  const look = (one: unknown): void => {
    if (typeof one !== 'object' || one === null || places.length > 1_000) return
    for (const key of Object.keys(one)) {
      places.push([one, key])
      look(Reflect.get(one, key))
    }
  }
  look(root)
  const place = places[at % (places.length + 1)]
  if (place === undefined) return value ?? root
  const [holder, key] = place
  if (value === undefined && Array.isArray(holder)) holder.splice(Number(key), 1)
  else if (value === undefined) Reflect.deleteProperty(holder, key)
  else
    Reflect.defineProperty(holder, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return root
}

function nested(depth: number): unknown {
  let value: unknown = PLANTED
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}
