/** @module Takes a list along, page by page, as a file for a spreadsheet or as JSON lines. */

import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { RefusedError } from '../../client.ts'
import { shellTexts } from '../../texts/console/shell.ts'
import { client } from '../server.ts'
import { type CsvColumn, csvText } from './csv.ts'
import { ErrorState } from './error-state.tsx'
import { say } from './notices.tsx'

const { table: texts } = shellTexts

// What a page of a browser holds with ease; of more, somebody narrows the time down.
const MOST_ROWS = 10_000
const FORMATS = ['csv', 'jsonl'] as const

type Format = (typeof FORMATS)[number]

/** Where the page behind one begins. */
type Cursor = string | number

interface Paged {
  readonly next?: Cursor
}

interface ExportOf<Row, Page> {
  /** Of the file, without its ending. */
  readonly name: string
  /** Where the page behind a cursor is asked for. */
  readonly pathOf: (cursor: Cursor | undefined) => string
  readonly rowsOf: (page: Page) => readonly Row[]
  readonly columns: readonly CsvColumn<Row>[]
}

/** The buttons. */
export function Export<Row, Page extends Paged>(of: ExportOf<Row, Page>): ReactNode {
  const exporting = useMutation<void, RefusedError, Format>({
    mutationFn: async (format) => {
      const { rows, isWhole } = await readRows(of)
      const text =
        format === 'csv'
          ? csvText(of.columns, rows)
          : rows.map((row) => `${JSON.stringify(row)}\n`).join('')
      save(text, `${of.name}.${format}`)
      say(isWhole ? texts.exported(rows.length) : texts.exportedFirst(rows.length))
    },
  })
  const { isPending, variables, error } = exporting
  return (
    <div className="export">
      <span className="quiet">{texts.export}</span>
      {FORMATS.map((format) => (
        <button
          className="button small"
          type="button"
          disabled={isPending}
          onClick={() => exporting.mutate(format)}
          key={format}
        >
          {isPending && variables === format ? texts.exporting : texts.exportAs[format]}
        </button>
      ))}
      {error !== null && <ErrorState problem={error.problem} />}
    </div>
  )
}

async function readRows<Row, Page extends Paged>({
  pathOf,
  rowsOf,
}: ExportOf<Row, Page>): Promise<{ readonly rows: readonly Row[]; readonly isWhole: boolean }> {
  const rows: Row[] = []
  let cursor: Cursor | undefined
  do {
    const path = pathOf(cursor)
    const page = await client.ask<Page>({ method: 'GET', path })
    rows.push(...rowsOf(page))
    cursor = page.next
  } while (cursor !== undefined && rows.length < MOST_ROWS)
  const isWhole = cursor === undefined && rows.length <= MOST_ROWS
  return { rows: rows.slice(0, MOST_ROWS), isWhole }
}

function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text]))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
