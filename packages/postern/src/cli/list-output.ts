/** @module Lists of things of ours: a table for people, where there is anything, and the other formats. */

import { printData, tell } from './output.ts'
import type { OutputFormat } from './output-format.ts'

/** How a list is printed. */
export interface ListOptions<Item> {
  readonly format: OutputFormat
  /** What a row shows of an item, by its column, the most telling first. */
  readonly row: (item: Item) => Readonly<Record<string, unknown>>
  /** What a person is told where the list is empty. */
  readonly none: string
}

/** Prints a list: whole items for programs, rows for people. */
export async function printList<Item>(
  items: readonly Item[],
  { format, row, none }: ListOptions<Item>,
): Promise<void> {
  if (format === 'table' && items.length === 0) return tell(none)
  const { formatHeading, formatRows, layOut } = await import('./table.ts')
  const text = () => {
    const rows = items.map(row)
    const layout = layOut(rows)
    return `${formatHeading(layout)}\n${formatRows(rows, layout)}`
  }
  await printData(items, { format, text })
}
