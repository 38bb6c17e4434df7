/** @module What of the System Log is looked at: a connection, a time and filters, as they stand in an address. */

/** The filters, by the names that the address and the API have for them. */
export const filterNames = [
  'eventType',
  'actor',
  'target',
  'outcome',
  'text',
  'severity',
  'ip',
  'session',
  'transaction',
] as const

/** One of {@link filterNames}. */
export type FilterName = (typeof filterNames)[number]

/** How long back from now, or all; `exact` is from one instant to another. */
export const ranges = ['1h', '24h', '7d', '30d', '90d', 'all', 'exact'] as const

/** One of {@link ranges}. */
export type Range = (typeof ranges)[number]

/** What is looked at. */
export interface LogQuery {
  readonly connection: string
  readonly range: Range
  readonly from: string | undefined
  readonly to: string | undefined
  readonly filters: Partial<Readonly<Record<FilterName, string>>>
  readonly cursor: string | undefined
}

const USUAL: Range = '24h'
const HOUR_MS = 3_600_000
const LENGTHS_MS: Readonly<Record<Exclude<Range, 'exact' | 'all'>, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
  '90d': 90 * 24 * HOUR_MS,
}

/** What an address asks for. */
export function readLogQuery(query: URLSearchParams): LogQuery {
  const given = query.get('range') ?? ''
  const isExact = query.has('from') || query.has('to')
  const named = ranges.find((range) => range === given) ?? USUAL
  return {
    connection: query.get('connection') ?? '',
    range: isExact ? 'exact' : named,
    from: query.get('from') ?? undefined,
    to: query.get('to') ?? undefined,
    filters: Object.fromEntries(
      filterNames.flatMap((name) => {
        const value = query.get(name)
        return value === null || value === '' ? [] : [[name, value]]
      }),
    ),
    cursor: query.get('cursor') ?? undefined,
  }
}

/** What stands in an address for it. */
export function logMembers({ range, from, to, filters, ...rest }: LogQuery) {
  // An exact time of which nothing is entered is still to be entered.
  const isNamed = range !== USUAL && (range !== 'exact' || (from ?? to) === undefined)
  const time = { from, to, range: isNamed ? range : undefined }
  return { connection: rest.connection, ...time, ...filters, cursor: rest.cursor }
}

/** What the API is asked for. @param now - in milliseconds; what goes back from now goes back from here. */
export function askedMembers(
  { range, from, to, filters }: LogQuery,
  now: number,
): Readonly<Record<string, string | undefined>> {
  if (range === 'exact') return { from, to, ...filters }
  if (range === 'all') return filters
  return { from: new Date(now - LENGTHS_MS[range]).toISOString(), ...filters }
}

/** The same for figures over time, which need a beginning: Okta keeps nothing that is older than this. */
export function chartedMembers(
  query: LogQuery,
  now: number,
): Readonly<Record<string, string | undefined>> {
  const range = query.range === 'all' ? '90d' : query.range
  return askedMembers({ ...query, range }, now)
}
