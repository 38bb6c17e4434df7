/** @module Makes an expression a question to a row, by the rules of the list that it filters. */

import { parseInstant } from './instant.ts'
import {
  type Comparison,
  type Expression,
  ExpressionError,
  type Literal,
  type Operator,
} from './parse.ts'

/** One attribute that an expression may name. */
export interface Attribute<Row> {
  /**
   * What its values are. A `date` is epoch milliseconds in the row and ISO 8601 in the expression; `any` is whatever the
   * literal is.
   */
  readonly kind: 'string' | 'date' | 'boolean' | 'number' | 'any'
  readonly operators: readonly Operator[]
  /** Whether texts must agree in case too. Default false. */
  readonly caseSensitive?: boolean
  /** Reads it from a row, only when it is needed. Of a list, one value that fits is enough; null is no value. */
  get(row: Row): unknown
}

/** What the expressions of one list may ask. */
export interface ExpressionRules<Row> {
  /** The attribute of this name (its case counts), if expressions may name it. */
  find(path: string): Attribute<Row> | undefined
  /** Whether `not (…)` is allowed. Default false. */
  readonly negation?: boolean
}

/**
 * Makes an expression a function that says whether a row fits. Names are looked up here, once; the function itself reads
 * only what decides.
 *
 * @throws {ExpressionError} for an attribute, an operator or a value that the rules do not have.
 */
export function compile<Row>(
  expression: Expression,
  rules: ExpressionRules<Row>,
): (row: Row) => boolean {
  if (expression.kind === 'test') return compileTest(expression, rules)
  if (expression.kind === 'not') {
    if (rules.negation !== true) throw new ExpressionError('"not" is not supported here.')
    const part = compile(expression.part, rules)
    return (row) => !part(row)
  }
  if (expression.kind === 'or') return compileOr(expression.parts, rules)
  const parts = expression.parts.map((part) => compile(part, rules))
  return (row) => parts.every((part) => part(row))
}

// Many texts that one attribute may be, as in `id eq "a" or id eq "b" or …`, are looked up at once.
function compileOr<Row>(
  expressions: readonly Expression[],
  rules: ExpressionRules<Row>,
): (row: Row) => boolean {
  const textsByPath = new Map<string, Set<string>>()
  const parts: ((row: Row) => boolean)[] = []
  for (const expression of expressions) {
    const part = compile(expression, rules)
    if (expression.kind !== 'test' || expression.operator !== 'eq') parts.push(part)
    else if (typeof expression.value !== 'string' || isDate(expression, rules)) parts.push(part)
    else {
      const { path, value } = expression
      const texts = textsByPath.get(path)
      if (texts !== undefined) texts.add(value)
      else textsByPath.set(path, new Set([value]))
    }
  }
  for (const [path, texts] of textsByPath) parts.push(compileOneOf(path, texts, rules))
  return (row) => parts.some((part) => part(row))
}

function isDate<Row>({ path }: { readonly path: string }, rules: ExpressionRules<Row>): boolean {
  return rules.find(path)?.kind === 'date'
}

function compileOneOf<Row>(
  path: string,
  texts: ReadonlySet<string>,
  rules: ExpressionRules<Row>,
): (row: Row) => boolean {
  const attribute = rules.find(path)
  const fold = foldCase(attribute?.caseSensitive === true)
  const wanted = new Set([...texts].map(fold))
  const judge = (value: unknown) => typeof value === 'string' && wanted.has(fold(value))
  return (row) => holds(attribute?.get(row), judge)
}

function compileTest<Row>(
  { path, operator, value }: Extract<Expression, { kind: 'test' }>,
  rules: ExpressionRules<Row>,
): (row: Row) => boolean {
  const attribute = rules.find(path)
  if (attribute === undefined) throw new ExpressionError(`"${path}" cannot be searched.`)
  if (!attribute.operators.includes(operator)) {
    throw new ExpressionError(`"${path}" does not support the operator "${operator}".`)
  }
  if (operator === 'pr') return (row) => holds(attribute.get(row), () => true)
  if (operator === 'ne') {
    const equals = judgeValue(attribute, path, 'eq', value)
    return (row) => !holds(attribute.get(row), equals)
  }
  const judge = judgeValue(attribute, path, operator, value)
  return (row) => holds(attribute.get(row), judge)
}

function holds(found: unknown, judge: (value: unknown) => boolean): boolean {
  if (found === null || found === undefined) return false
  return Array.isArray(found) ? found.some((value) => holds(value, judge)) : judge(found)
}

function judgeValue<Row>(
  attribute: Attribute<Row>,
  path: string,
  operator: Exclude<Comparison, 'ne'>,
  literal: Literal | undefined,
): (value: unknown) => boolean {
  const { kind } = attribute
  const wanted = kind === 'any' ? typeof literal : kind
  if (wanted === 'string' && typeof literal === 'string') {
    const fold = foldCase(attribute.caseSensitive === true)
    const folded = fold(literal)
    const test = stringTests[operator]
    return (value) => typeof value === 'string' && test(fold(value), folded)
  }
  if (wanted === 'boolean' && typeof literal === 'boolean' && operator === 'eq') {
    return (value) => value === literal
  }
  const number = wanted === 'date' ? readDate(literal) : wanted === 'number' ? literal : undefined
  const test = numberTests[operator]
  if (typeof number === 'number' && test !== undefined) {
    return (value) => typeof value === 'number' && test(value, number)
  }
  throw new ExpressionError(
    `"${path}" cannot be compared with ${JSON.stringify(literal)} by "${operator}".`,
  )
}

const foldCase = (caseSensitive: boolean) => (text: string) =>
  caseSensitive ? text : text.toLowerCase()

const stringTests: Readonly<
  Record<Exclude<Comparison, 'ne'>, (value: string, literal: string) => boolean>
> = {
  eq: (value, literal) => value === literal,
  co: (value, literal) => value.includes(literal),
  sw: (value, literal) => value.startsWith(literal),
  ew: (value, literal) => value.endsWith(literal),
  gt: (value, literal) => value > literal,
  ge: (value, literal) => value >= literal,
  lt: (value, literal) => value < literal,
  le: (value, literal) => value <= literal,
}

const numberTests: Readonly<
  Partial<Record<Comparison, (value: number, literal: number) => boolean>>
> = {
  eq: (value, literal) => value === literal,
  gt: (value, literal) => value > literal,
  ge: (value, literal) => value >= literal,
  lt: (value, literal) => value < literal,
  le: (value, literal) => value <= literal,
}

function readDate(literal: Literal | undefined): number | undefined {
  return typeof literal === 'string' ? parseInstant(literal) : undefined
}
