/** @module Holds what came out at the sinks against the records that went in. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OrgRecord } from '@postern/emulator'

/** What came out at one sink. */
export interface Compared {
  /** Of the records that went in, byte for byte as they were. */
  readonly equal: number
  /** Those that came out with other bytes, or not at all. */
  readonly different: readonly string[]
  /** Records that did not go in: what an org has by itself, and what Postern did in it. */
  readonly own: number
}

/** A record that came out: what it is of, and its bytes. */
export interface CameOut {
  readonly key: string
  readonly text: string
}

/** Compares what came out last of each thing with what went in. */
export async function compareRecords(
  wentIn: ReadonlyMap<string, OrgRecord>,
  cameOut: AsyncIterable<CameOut>,
): Promise<Compared> {
  const outcomes = new Map<string, boolean>()
  const own = new Set<string>()
  for await (const { key, text } of cameOut) {
    const record = wentIn.get(key)
    if (record === undefined) own.add(key)
    else outcomes.set(key, wrappedText(record) === text)
  }
  const different = [...wentIn.keys()].filter((key) => outcomes.get(key) !== true)
  return { equal: wentIn.size - different.length, different, own: own.size }
}

/** What the folder of the files has, file by file in the order in which they were written. */
export async function* readFiles(folder: string): AsyncGenerator<CameOut> {
  for (const feed of await readdir(folder)) {
    for (const name of (await readdir(join(folder, feed))).toSorted()) {
      const text = await readFile(join(folder, feed, name), 'utf8')
      // Not by readline, which takes other characters for line ends too.
      for (const line of text.split('\n')) if (line !== '') yield cameOutOf(line)
    }
  }
}

const RECORD = ',"record":'

function cameOutOf(line: string): CameOut {
  const { uuid, kind, id } = JSON.parse(line)
  if (typeof uuid === 'string' && kind === undefined) return { key: `event ${uuid}`, text: line }
  const at = line.indexOf(RECORD)
  return { key: `${kind} ${id}`, text: at < 0 ? '' : line.slice(at + RECORD.length, -1) }
}

/** A record as feeds pass it on: a member or assignment has its parent's id beside it. */
function wrappedText({ kind, parentId, text }: OrgRecord): string {
  const id = JSON.stringify(parentId)
  switch (kind) {
    case 'group-member':
      return `{"groupId":${id},"user":${text}}`
    case 'app-user':
      return `{"appId":${id},"user":${text}}`
    case 'app-group':
      return `{"appId":${id},"group":${text}}`
    default:
      return text
  }
}

/** What the database has. */
export async function* readDatabase(
  stored: AsyncIterable<{ readonly kind: string; readonly id: string; readonly raw: string }>,
): AsyncGenerator<CameOut> {
  for await (const { kind, id, raw } of stored) yield { key: `${kind} ${id}`, text: raw }
}

/** How many records there are of each kind. */
export function countKinds(records: ReadonlyMap<string, OrgRecord>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { kind } of records.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
