/** @module The columns of a list as CSV: the members of its rows, by the schema of its answer. */

import { z } from '@hono/zod-openapi'
import type { CsvCell } from '../csv.ts'
import type { PagedList, Route } from './api.ts'

/** A column. */
export interface ListColumn {
  /** The path of its member: `actor.login`. */
  readonly name: string
  /** What a row has in it: a list, or what has members of any name, is JSON. */
  readonly cellOf: (row: unknown) => CsvCell
}

/** The schema of one row. @throws {TypeError} where the answer has no such list. */
export function rowSchemaOf({ answer }: Pick<Route, 'answer'>, { rows }: PagedList): z.ZodType {
  const list = answer instanceof z.ZodObject ? bare(answer.shape[rows]) : undefined
  if (list instanceof z.ZodArray && list.element instanceof z.ZodType) return list.element
  throw new TypeError(`The answer has no list ${rows}.`)
}

/** The columns of a list, in the order of its schema. */
export function columnsOf(row: z.ZodType): readonly ListColumn[] {
  return pathsOf(row).map((path) => ({
    name: path.join('.'),
    cellOf: (value) => cellOf(memberOf(value, path)),
  }))
}

function pathsOf(schema: unknown): readonly (readonly string[])[] {
  const inner = bare(schema)
  if (!(inner instanceof z.ZodObject)) return [[]]
  return Object.entries(inner.shape).flatMap(([name, member]) =>
    pathsOf(member).map((path) => [name, ...path]),
  )
}

/** What a schema is of, whether or not it may be left out. */
function bare(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodDefault
    ? bare(schema.unwrap())
    : schema
}

function memberOf(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined,
    value,
  )
}

function cellOf(value: unknown): CsvCell {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    default:
      return value === undefined || value === null ? undefined : JSON.stringify(value)
  }
}
