/** @module Reads recorded data of an org from files: JSON lines, arrays, recorded exchanges; what is no record is named. */

import { open, readdir, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { PosternError } from '@postern/core'
import type { OrgRecord } from '@postern/emulator'
import { formatCountOf } from '../../../count.ts'
import { type Place, recognise } from './recognise.ts'

/** Why recorded data cannot be replayed. */
export type ReplayErrorCode = 'replay_unreadable' | 'replay_too_large' | 'replay_empty'

/** Recorded data that cannot be replayed. */
class ReplayError extends PosternError<ReplayErrorCode> {
  override readonly name = 'ReplayError'
}

/** What is no record: where, and why. Nothing of its content. */
export interface BadLine {
  readonly file: string
  /** From 1; of a JSON file, the place in its list. */
  readonly line: number
  readonly problem: string
}

/** What was read. */
export interface ReadRecords {
  /** By {@link keyOf}: of several records of one thing, the last one. */
  readonly records: ReadonlyMap<string, OrgRecord>
  /** How many records an other one of the same thing followed. */
  readonly replaced: number
  readonly badLines: readonly BadLine[]
  readonly files: number
}

const MAX_BYTES = 256 * 1_024 * 1_024
const MAX_RECORD_BYTES = 512 * 1_024
const MAX_FILES = 5_000
const MAX_DEPTH = 4
const NAMES = /\.(?:jsonl|ndjson|json|log)$/i

/** What a record is of, as a text: two with the same one are of the same thing. */
export function keyOf({ kind, parentId, id }: Pick<OrgRecord, 'kind' | 'parentId' | 'id'>): string {
  return `${kind} ${parentId === undefined ? id : `${parentId}/${id}`}`
}

/**
 * Reads a file, or those of a folder whose names end in `.jsonl`, `.ndjson`, `.json` or `.log`.
 *
 * @throws {ReplayError} `replay_unreadable`, `replay_too_large`; `replay_empty` where no record is found.
 */
export async function readRecords(path: string): Promise<ReadRecords> {
  const files = await findFiles(path)
  const records = new Map<string, OrgRecord>()
  const badLines: BadLine[] = []
  let replaced = 0
  let bytes = 0
  for (const file of files) {
    const name = relative(path, file) || basename(file)
    const content = await readWhole(file, MAX_BYTES - bytes)
    bytes += content.length
    for (const { line, text, value, problem, place } of piecesOf(content, name)) {
      const found = problem === undefined ? recognise(value, text, place) : { problem }
      if ('problem' in found) {
        badLines.push({ file: name, line, problem: found.problem })
        continue
      }
      const key = keyOf(found)
      if (records.has(key)) replaced++
      records.set(key, found)
    }
  }
  if (records.size > 0) return { records, replaced, badLines, files: files.length }
  throw new ReplayError(
    'replay_empty',
    `No record was found in ${path}: ${seen(files, badLines)}.`,
    {
      remedy:
        'Name JSON lines of users, groups, apps, members, assignments or events as Okta gives them, unpacked; postern read prints such.',
      details: { files: files.length, badLines: badLines.slice(0, 20).map((bad) => ({ ...bad })) },
    },
  )
}

/** What is there in the place of records. */
function seen(files: readonly string[], [first]: readonly BadLine[]): string {
  if (files.length === 0)
    return 'no file in it has a name that ends in .jsonl, .ndjson, .json or .log'
  if (first === undefined) return `nothing is in ${formatCountOf(files.length, 'files')}`
  return `of ${first.file}:${first.line}, ${first.problem}`
}

async function findFiles(path: string, depth = 0): Promise<readonly string[]> {
  try {
    const found = await stat(path)
    if (found.isFile()) return [path]
    if (!found.isDirectory()) throw unreadable(path, 'it is neither a file nor a folder')
    const entries = await readdir(path, { withFileTypes: true })
    const files: string[] = []
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = join(path, entry.name)
      // Links and pipes are left where they are.
      if (entry.isFile() && NAMES.test(entry.name)) files.push(inner)
      if (entry.isDirectory() && depth < MAX_DEPTH)
        files.push(...(await findFiles(inner, depth + 1)))
      if (files.length > MAX_FILES) throw tooLarge(`more than ${MAX_FILES} files`)
    }
    return files
  } catch (error) {
    if (error instanceof ReplayError) throw error
    throw unreadable(path, codeOf(error), error)
  }
}

async function readWhole(path: string, maxBytes: number): Promise<Buffer> {
  try {
    await using file = await open(path, 'r')
    if ((await file.stat()).size > maxBytes)
      throw tooLarge(`more than ${MAX_BYTES / 1_048_576} MiB`)
    return await file.readFile()
  } catch (error) {
    if (error instanceof ReplayError) throw error
    throw unreadable(path, codeOf(error), error)
  }
}

interface Piece {
  readonly line: number
  readonly text: string
  readonly value?: unknown
  readonly problem?: string
  readonly place: Place
}

/** The pieces of a file: of a JSON text its items, else its lines. */
function* piecesOf(content: Buffer, path: string): Generator<Piece> {
  if (/\.json$/i.test(path)) {
    const whole = parse(content)
    if (whole.problem === undefined) return yield* itemsOf(whole.value, { path })
  }
  let line = 0
  for (let from = 0; from < content.length; ) {
    const end = content.indexOf(0x0a, from)
    const bytes = content.subarray(from, end < 0 ? content.length : end)
    from = end < 0 ? content.length : end + 1
    line++
    if (isBlank(bytes)) continue
    const parsed = parse(bytes)
    // A list on one line, as some tools export a page, or an exchange.
    if (Array.isArray(parsed.value) || exchangeOf(parsed.value) !== undefined) {
      for (const item of itemsOf(parsed.value, { path })) yield { ...item, line }
    } else yield { line, place: { path }, ...parsed }
  }
}

/** The records in a list, an object alone, or the answer of a recorded exchange. */
function* itemsOf(value: unknown, place: Place): Generator<Piece> {
  const exchange = exchangeOf(value)
  if (exchange !== undefined) {
    const { path, body } = exchange
    // What it was refused with, or a token that it got, is no record of the org.
    if (body !== null && typeof body === 'object') yield* itemsOf(body, { path })
    return
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item)
    const isTooLong = Buffer.byteLength(text) > MAX_RECORD_BYTES
    const piece = { line: index + 1, text, value: item, place }
    yield isTooLong ? { ...piece, problem: TOO_LONG } : piece
  }
}

const TOO_LONG = `it is longer than ${MAX_RECORD_BYTES / 1_024} KiB`

function exchangeOf(value: unknown): { readonly path: string; readonly body: unknown } | undefined {
  const { request, response } = Object(value)
  const { path } = Object(request)
  return typeof path === 'string' && typeof response === 'object' && response !== null
    ? { path, body: response.body }
    : undefined
}

type Parsed = Pick<Piece, 'text' | 'value' | 'problem'>

function parse(bytes: Uint8Array): Parsed {
  let text = ''
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim()
  } catch {
    return { text, problem: 'it is no UTF-8' }
  }
  try {
    const value: unknown = JSON.parse(text)
    const isTooLong = !Array.isArray(value) && exchangeOf(value) === undefined
    return isTooLong && bytes.length > MAX_RECORD_BYTES
      ? { text, problem: TOO_LONG }
      : { text, value }
  } catch {
    return { text, problem: 'it is no JSON' }
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

function unreadable(path: string, reason: string, cause?: unknown): ReplayError {
  return new ReplayError('replay_unreadable', `${path} cannot be read (${reason}).`, {
    remedy: 'Give --replay a file or a folder that you may read.',
    details: { path },
    cause,
  })
}

function tooLarge(observed: string): ReplayError {
  return new ReplayError('replay_too_large', `That is ${observed}.`, {
    remedy: 'Replay a part of it: a demo keeps all of it in memory.',
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
