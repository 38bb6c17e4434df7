/** @module Records on standard output as they come, in each of the formats. */

import { toJsonLines } from '@postern/core'
import { warn } from './output.ts'
import type { OutputFormat } from './output-format.ts'
import { writeForeign, writeOut } from './write-out.ts'
import { holdYoungGeneration } from './young-generation.ts'

/** Where records are printed. Each of its calls gives false where nobody can get them any more. */
export interface RecordOutput {
  write(records: readonly Uint8Array[]): Promise<boolean>
  /** Ends what the format has to end. Left out after a failure: half a list is then no whole JSON. */
  end(): Promise<boolean>
}

/** Options of {@link openRecordOutput}. */
export interface RecordOutputOptions {
  readonly format: OutputFormat
  /** Columns that come first in a table, and are there in CSV whatever the first records have. */
  readonly columns?: readonly string[]
}

/** Opens an output for records, each the JSON text that Okta sent. JSON and JSON lines keep their bytes. */
export function openRecordOutput({ format, columns = [] }: RecordOutputOptions): RecordOutput {
  switch (format) {
    case 'jsonl':
      holdYoungGeneration()
      return { write: (records) => writeForeign(toJsonLines(records)), end: async () => true }
    case 'json':
      holdYoungGeneration()
      return new JsonOutput()
    case 'yaml':
      return { write: writeYaml, end: async () => true }
    case 'csv':
      return new CsvOutput(columns)
    case 'table':
      return new TableOutput(columns)
  }
}

/** One array, a record a line. */
class JsonOutput implements RecordOutput {
  #isBegun = false

  async write(records: readonly Uint8Array[]): Promise<boolean> {
    const pieces = records.flatMap((record) => {
      const before = this.#isBegun ? ',\n' : '[\n'
      this.#isBegun = true
      return [Buffer.from(before), record]
    })
    return pieces.length === 0 || writeForeign(Buffer.concat(pieces))
  }

  end(): Promise<boolean> {
    return writeOut(this.#isBegun ? '\n]\n' : '[]\n')
  }
}

async function writeYaml(records: readonly Uint8Array[]): Promise<boolean> {
  if (records.length === 0) return true
  const { stringify } = await import('yaml')
  return writeForeign(stringify(records.map(parseRecord)))
}

/** The columns of the first records, and those that always are there: a heading cannot be taken back. */
class CsvOutput implements RecordOutput {
  #columns: readonly string[] | undefined
  readonly #left = new Set<string>()
  readonly #always: readonly string[]

  constructor(always: readonly string[]) {
    this.#always = always
  }

  async write(records: readonly Uint8Array[]): Promise<boolean> {
    if (records.length === 0) return true
    const [{ cellsOf, columnsOf }, { formatCsv }] = await Promise.all([
      import('./columns.ts'),
      import('../csv.ts'),
    ])
    const parsed = records.map(parseRecord)
    const names = columnsOf(parsed)
    const columns = this.#columns ?? [...new Set([...names, ...this.#always])]
    const heading = this.#columns === undefined ? [columns] : []
    this.#columns = columns
    for (const name of names) if (!columns.includes(name)) this.#left.add(name)
    const rows = parsed.map((record) => cellsOf(record, columns))
    return writeForeign(formatCsv([...heading, ...rows]))
  }

  async end(): Promise<boolean> {
    if (this.#left.size > 0) {
      warn(
        'csv_columns_missing',
        `Later records have members without a column: ${[...this.#left].join(', ')}. --output jsonl has everything.`,
      )
    }
    return true
  }
}

/** The widths of the first records are those of all. */
class TableOutput implements RecordOutput {
  readonly #first: readonly string[]
  #layout: import('./table.ts').TableLayout | undefined

  constructor(first: readonly string[]) {
    this.#first = first
  }

  async write(records: readonly Uint8Array[]): Promise<boolean> {
    if (records.length === 0) return true
    const { formatHeading, formatRows, layOut } = await import('./table.ts')
    const parsed = records.map(parseRecord)
    const isFirst = this.#layout === undefined
    this.#layout ??= layOut(parsed, this.#first)
    const heading = isFirst ? `${formatHeading(this.#layout)}\n` : ''
    return writeOut(`${heading}${formatRows(parsed, this.#layout)}\n`)
  }

  async end(): Promise<boolean> {
    return true
  }
}

function parseRecord(record: Uint8Array): unknown {
  return JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString())
}
