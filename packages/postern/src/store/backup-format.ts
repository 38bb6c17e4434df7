/** @module What a backup is: JSON lines, compressed with gzip. The first says what it is, the last that it is whole. */

import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BackupError } from './backup-error.ts'

/** The version of the format. */
export const backupFormat = 1

/** The first line. */
export interface BackupHeader {
  readonly postern: 'backup'
  readonly format: number
  readonly writtenAt: string
  /** The migrations that the store had been through, in their order. */
  readonly migrations: readonly string[]
  /** The columns of each table, in the order in which its rows have them. */
  readonly tables: Readonly<Record<string, readonly string[]>>
}

/** Every line between: a table, and its columns as the database writes them in text. */
export type BackupRow = readonly [table: string, ...values: (string | null)[]]

/** The last line. */
export interface BackupEnd {
  /** How many rows of each table there are. */
  readonly rows: Readonly<Record<string, number>>
  /** Of every line before, with its line break. It finds damage; it is no signature. */
  readonly sha256: string
}

/** The hash that {@link BackupEnd} has. */
export function startSum(): Hash {
  return createHash('sha256')
}

/**
 * Reads a backup: its header, then its rows. What it ends with is judged before the last of them is given out.
 *
 * @throws {BackupError} `backup_damaged`, `backup_newer`, `backup_not_one`
 */
export async function openBackup(source: Readable): Promise<{
  readonly header: BackupHeader
  readonly rows: AsyncGenerator<BackupRow, BackupEnd>
}> {
  const unpacked = createGunzip()
  // An error of the source would otherwise leave the reader waiting.
  source.on('error', (error) => unpacked.destroy(error))
  const lines = linesOf(source.pipe(unpacked))
  const sum = startSum()
  const first = await lines.next()
  const header = first.done ? undefined : parse(first.value)
  if (!isHeader(header)) throw notOne()
  if (header.format > backupFormat) throw newer(`format ${header.format}`)
  sum.update(`${first.value}\n`)
  return { header, rows: rowsOf(header, lines, sum) }
}

/** The refusal of a backup that a newer program wrote. */
export function newer(what: string): BackupError {
  return new BackupError('backup_newer', `The backup was written by a newer Postern (${what}).`, {
    remedy: 'Restore it with that version of Postern.',
  })
}

async function* rowsOf(
  { tables }: BackupHeader,
  lines: AsyncGenerator<string, void>,
  sum: Hash,
): AsyncGenerator<BackupRow, BackupEnd> {
  const counts: Record<string, number> = Object.fromEntries(
    Object.keys(tables).map((table) => [table, 0]),
  )
  for await (const line of lines) {
    const content = parse(line)
    if (isEnd(content)) {
      const found = sum.digest('hex')
      const isWhole =
        content.sha256 === found && JSON.stringify(content.rows) === JSON.stringify(counts)
      if (!isWhole || !(await lines.next()).done) throw damaged('its checksum is another')
      return content
    }
    sum.update(`${line}\n`)
    if (!isRow(content)) throw damaged('a line of it is no row')
    const [table, ...values] = content
    const columns = tables[table]
    if (columns?.length !== values.length) throw damaged('a row of it has other columns')
    counts[table] = (counts[table] ?? 0) + 1
    yield content
  }
  throw damaged('its end is missing')
}

/** The lines of a stream, and what is left behind the last of them. */
async function* linesOf(stream: Readable): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw code.startsWith('Z_') ? damaged(code) : error
  }
  if (rest !== '') yield rest
}

function isHeader(value: unknown): value is BackupHeader {
  const header = value as Partial<BackupHeader> | undefined | null
  return header?.postern === 'backup' && typeof header.format === 'number'
}

function isEnd(value: unknown): value is BackupEnd {
  return typeof value === 'object' && value !== null && 'sha256' in value && 'rows' in value
}

function isRow(value: unknown): value is BackupRow {
  return (
    Array.isArray(value) &&
    typeof value[0] === 'string' &&
    value.every((one) => one === null || typeof one === 'string')
  )
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function damaged(reason: string): BackupError {
  return new BackupError('backup_damaged', `The backup is cut short or altered: ${reason}.`, {
    remedy: 'Fetch the file again from where it is kept, or take an earlier one.',
    details: { reason },
  })
}

function notOne(): BackupError {
  return new BackupError('backup_not_one', 'The file is no backup of Postern.', {
    remedy: 'Name a file that postern backup wrote.',
  })
}
