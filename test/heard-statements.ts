/** @module What a store asks its database while it is read, and how many rows of a table the database looks at for that. */

import { CompiledQuery } from 'kysely'
import type { Store } from '../packages/postern/src/store/store.ts'

/** What was asked. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** A step of a plan that was carried out. */
export interface PlanStep {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanStep[]
}

/** What `work` reads of a store, or asks of it besides. Nobody else uses the store meanwhile. */
export async function hearStatements(
  { driver }: Store,
  work: () => Promise<unknown>,
  asked = /^\s*(?:select|with)\b/i,
): Promise<readonly Statement[]> {
  const heard: Statement[] = []
  const undo: (() => void)[] = []
  // A connection that is used again is the same object.
  const hearing = new Set<object>()
  const hear = <Heard extends object>(one: Heard): Heard => {
    if (hearing.has(one)) return one
    hearing.add(one)
    const query: unknown = Reflect.get(one, 'query')
    if (typeof query !== 'function') throw new Error('It takes no statements.')
    undo.push(() => Object.assign(one, { query }))
    return Object.assign(one, {
      query(text: string, values: readonly unknown[] = [], ...others: readonly unknown[]) {
        if (asked.test(text)) heard.push({ text, values })
        return Reflect.apply(query, one, [text, values, ...others])
      },
    })
  }
  if (driver.kind === 'pglite') {
    const { pglite } = driver
    const transaction = pglite.transaction.bind(pglite)
    hear(pglite)
    Object.assign(pglite, {
      transaction: (within: Parameters<typeof transaction>[0]) =>
        transaction((trx) => within(hear(trx))),
    })
    undo.push(() => Object.assign(pglite, { transaction }))
  } else {
    const { pool } = driver
    const connect = pool.connect.bind(pool)
    Object.assign(pool, { connect: async () => hear(await connect()) })
    undo.push(() => Object.assign(pool, { connect }))
  }
  try {
    await work()
  } finally {
    for (const step of undo.toReversed()) step()
  }
  return heard
}

/** Has a statement carried out as the store does, and tells how. @param as - who asks; default: whoever may read records alone, for those */
export async function explainStatement(
  store: Store,
  { text, values }: Statement,
  as: 'reader' | 'owner' = text.includes('records.') ? 'reader' : 'owner',
): Promise<readonly PlanStep[]> {
  const asked = CompiledQuery.raw(`explain (analyze, format json) ${text}`, [...values])
  const explain = () => store.db.executeQuery(asked)
  const { rows } = await (as === 'reader' ? store.readRecords(explain) : explain())
  return stepsOf(rows[0])
}

function stepsOf(row: unknown): readonly PlanStep[] {
  const { 'QUERY PLAN': plans } = row as { readonly 'QUERY PLAN': readonly [{ Plan: PlanStep }] }
  const within = (step: PlanStep): readonly PlanStep[] => [
    step,
    ...(step.Plans ?? []).flatMap(within),
  ]
  return within(plans[0].Plan)
}

/** How many rows of a table were looked at, whether they were given on or not. */
export function rowsRead(steps: readonly PlanStep[], table: string): number {
  return steps
    .filter((step) => step['Relation Name'] === table)
    .reduce((sum, step) => {
      const { 'Rows Removed by Filter': filtered = 0 } = step
      const { 'Rows Removed by Index Recheck': rechecked = 0 } = step
      return sum + (step['Actual Rows'] + filtered + rechecked) * step['Actual Loops']
    }, 0)
}
