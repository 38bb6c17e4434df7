/** @module Reads the expressions of `search` and `filter` into a tree: the filters of SCIM, without `[ ]`. */

/** How an attribute and a value are compared. */
export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

/** What can be asked of an attribute: a comparison, or whether it has a value at all. */
export type Operator = Comparison | 'pr'

/** What an attribute is compared with. */
export type Literal = string | number | boolean | null

/** An expression, read. Attribute names keep their case; operators lose theirs. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | {
      readonly kind: 'test'
      readonly path: string
      readonly operator: Operator
      /** Absent with `pr`. */
      readonly value?: Literal
    }

/** An expression that cannot be read, or that asks what the attribute does not offer. The message says what is wrong. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

const MAX_LENGTH = 8_192
const MAX_NESTING = 64
const comparisons: ReadonlySet<string> = new Set<Comparison>([
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'ge',
  'lt',
  'le',
])
const words = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Reads an expression: at most 8,192 characters, at most 64 parentheses deep. `and` binds stronger than `or`, `not` asks
 * for parentheses, values are JSON.
 *
 * @throws {ExpressionError} where it is none, with what was found in which place.
 * @see RFC 7644, section 3.4.2.2 - the grammar and its precedence
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(`The expression has ${text.length} characters, above ${MAX_LENGTH}.`)
  }
  const tokens = new Tokens(readTokens(text))
  const expression = readOr(tokens, 0)
  const rest = tokens.peek()
  if (rest !== undefined) throw unexpected(rest, 'the end')
  return expression
}

interface Token {
  readonly kind: 'word' | 'parenthesis' | 'literal'
  readonly text: string
  readonly at: number
}

const tokenShape =
  /[ \t\r\n]*(?:(?<literal>"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.:$-]))|(?<parenthesis>[()])|(?<word>[A-Za-z_$][\w.:$-]*))/y

function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  let at = 0
  while (at < end) {
    tokenShape.lastIndex = at
    const match = tokenShape.exec(text)
    if (match === null) throw new ExpressionError(`Unexpected text at ${at}.`)
    const { literal, parenthesis, word } = match.groups ?? {}
    at = tokenShape.lastIndex
    if (literal !== undefined) tokens.push({ kind: 'literal', text: literal, at })
    else if (parenthesis !== undefined) tokens.push({ kind: 'parenthesis', text: parenthesis, at })
    else tokens.push({ kind: 'word', text: word ?? '', at })
  }
  return tokens
}

class Tokens {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next]
  }

  take(expected: string): Token {
    const token = this.#tokens[this.#next++]
    if (token === undefined) throw unexpected(token, expected)
    return token
  }

  takeIf(word: string): boolean {
    const token = this.peek()
    if (token?.kind === 'literal' || token?.text.toLowerCase() !== word) return false
    this.#next++
    return true
  }
}

function readOr(tokens: Tokens, nesting: number): Expression {
  const first = readAnd(tokens, nesting)
  const parts = [first]
  while (tokens.takeIf('or')) parts.push(readAnd(tokens, nesting))
  return parts.length === 1 ? first : { kind: 'or', parts }
}

function readAnd(tokens: Tokens, nesting: number): Expression {
  const first = readOne(tokens, nesting)
  const parts = [first]
  while (tokens.takeIf('and')) parts.push(readOne(tokens, nesting))
  return parts.length === 1 ? first : { kind: 'and', parts }
}

function readOne(tokens: Tokens, nesting: number): Expression {
  if (tokens.takeIf('(')) return readGroup(tokens, nesting)
  if (tokens.takeIf('not')) {
    if (!tokens.takeIf('(')) throw unexpected(tokens.peek(), '"(" after "not"')
    return { kind: 'not', part: readGroup(tokens, nesting) }
  }
  return readTest(tokens)
}

function readGroup(tokens: Tokens, nesting: number): Expression {
  if (nesting === MAX_NESTING) {
    throw new ExpressionError(`The expression is more than ${MAX_NESTING} parentheses deep.`)
  }
  const inner = readOr(tokens, nesting + 1)
  if (!tokens.takeIf(')')) throw unexpected(tokens.peek(), '")"')
  return inner
}

function readTest(tokens: Tokens): Expression {
  const attribute = tokens.take('an attribute')
  if (attribute.kind !== 'word') throw unexpected(attribute, 'an attribute')
  const operator = tokens.take('an operator')
  const name = operator.kind === 'word' ? operator.text.toLowerCase() : ''
  if (name === 'pr') return { kind: 'test', path: attribute.text, operator: 'pr' }
  if (!isComparison(name)) throw unexpected(operator, 'an operator')
  return {
    kind: 'test',
    path: attribute.text,
    operator: name,
    value: readLiteral(tokens.take('a value')),
  }
}

function isComparison(name: string): name is Comparison {
  return comparisons.has(name)
}

function readLiteral(token: Token): Literal {
  if (token.kind === 'word') {
    const value = words.get(token.text)
    if (value !== undefined) return value
  }
  if (token.kind !== 'literal') throw unexpected(token, 'a value')
  try {
    const value: unknown = JSON.parse(token.text)
    if (typeof value === 'string' || typeof value === 'number') return value
  } catch {
    // Not a text of JSON, such as one with a line break in it; refused below.
  }
  throw unexpected(token, 'a value')
}

function unexpected(found: Token | undefined, expected: string): ExpressionError {
  const what = found === undefined ? 'The expression ends' : `"${found.text}" stands`
  const where = found === undefined ? '' : ` before character ${found.at}`
  return new ExpressionError(`${what}${where} where ${expected} is expected.`)
}
