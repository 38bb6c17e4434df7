/** @module The order of the rows of a list that is on one page as a whole. */

/** By which column, and which way. */
export interface Order {
  readonly key: string
  readonly isDescending: boolean
}

/** What is sorted by. */
export interface SortedColumn<Row> {
  readonly key: string
  readonly sortBy?: (row: Row) => string | number | undefined
}

/** An order as it stands in an address: `name`, or `-name` for descending. */
export function orderText({ key, isDescending }: Order): string {
  return isDescending ? `-${key}` : key
}

/** The order that an address asks for. */
export function parseOrder(text: string | null, fallback: Order): Order {
  if (text === null || text === '') return fallback
  return { key: text.replace(/^-/, ''), isDescending: text.startsWith('-') }
}

/** The rows in an order. What has no value stands at the end either way. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly SortedColumn<Row>[],
  { key, isDescending }: Order,
): readonly Row[] {
  const sortBy = columns.find((column) => column.key === key)?.sortBy
  if (sortBy === undefined) return rows
  const way = isDescending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [first, second] = [sortBy(a), sortBy(b)]
    if (first === undefined || second === undefined) {
      return Number(first === undefined) - Number(second === undefined)
    }
    return way * compare(first, second)
  })
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function compare(first: string | number, second: string | number): number {
  return typeof first === 'number' && typeof second === 'number'
    ? first - second
    : collator.compare(String(first), String(second))
}
