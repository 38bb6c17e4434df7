/** @module What proofs came to the last time they were played as a whole. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** What was played of one thing, and what was seen. */
export interface ProofRow {
  readonly of: string
  readonly cases: number
  readonly seen: Readonly<Record<string, number>>
  readonly wrong: Readonly<Record<string, number>>
}

/** What one proof came to, as it stands in `results/<name>.json`. */
export interface ProofResult {
  readonly name: string
  readonly seed: number
  /** Whether it went through to its end. */
  readonly isWell: boolean
  readonly seconds: number
  readonly rows: readonly ProofRow[]
}

/** Undefined where it was not played yet. */
export function readProof(name: string): ProofResult | undefined {
  const file = fileOf(name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** Keeps what a proof came to. */
export function keepProof(result: ProofResult): void {
  writeFileSync(fileOf(result.name), `${JSON.stringify(result, undefined, 2)}\n`)
}

/** One row for each thing, from what was told of it. @param told - JSON lines */
export function parseTold(told: string): readonly ProofRow[] {
  const rows = new Map<string, ProofRow>()
  for (const line of told.split('\n').filter(Boolean)) {
    const row: ProofRow = JSON.parse(line)
    const before = rows.get(row.of)
    rows.set(row.of, before === undefined ? row : add(before, row))
  }
  return [...rows.values()]
}

/** How many cases were played. */
export function countCases({ rows }: ProofResult): number {
  return rows.reduce((sum, { cases }) => sum + cases, 0)
}

/** How often something was that must not be. */
export function countWrong({ rows }: ProofResult): number {
  return rows.flatMap(({ wrong }) => Object.values(wrong)).reduce((sum, count) => sum + count, 0)
}

function add(one: ProofRow, other: ProofRow): ProofRow {
  return {
    of: one.of,
    cases: one.cases + other.cases,
    seen: sumOf(one.seen, other.seen),
    wrong: sumOf(one.wrong, other.wrong),
  }
}

function sumOf(one: ProofRow['seen'], other: ProofRow['seen']): ProofRow['seen'] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]))
}

function fileOf(name: string): URL {
  return new URL(`results/${name}.json`, import.meta.url)
}
