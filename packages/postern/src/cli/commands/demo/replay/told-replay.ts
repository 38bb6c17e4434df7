/** @module What a demo tells of recorded data: what it read, what it left out and why, and how all of it came out. */

import { storedTexts } from '../../../../store/stored-texts.ts'
import { formatCount, formatCountOf } from '../../../count.ts'
import { showPlain, tell } from '../../../output.ts'
import { isUnchanged } from '../emulated-org.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Told } from '../told.ts'
import { type Compared, compareRecords, countKinds, readDatabase, readFiles } from './compare.ts'
import { type ReadRecords, readRecords } from './read-records.ts'

/** How recorded data came out. */
export interface ReplayOutcome {
  /** How many records went in that nobody has changed since. */
  readonly records: number
  readonly files: Compared
  readonly database: Compared
}

const MAX_TOLD = 20

/** Reads recorded data, and tells of each line that is none. */
export async function readReplay(path: string, told: Told): Promise<ReadRecords> {
  const read = await readRecords(path)
  const { records, badLines, replaced, files } = read
  told.step(
    `Recorded data: ${formatCountOf(records.size, 'records')} of ${formatCountOf(files, 'files')}`,
  )
  for (const [kind, count] of countKinds(records))
    told.line(`${kind.padEnd(14)} ${formatCount(count)}`)
  if (replaced > 0)
    told.line(`${formatCount(replaced)} older or equal ones of the same things were left out`)
  for (const { file, line, problem } of badLines.slice(0, MAX_TOLD)) {
    tell(`left out ${showPlain(file)}:${line}: ${problem}`)
  }
  const more = badLines.length - MAX_TOLD
  if (more > 0) tell(`left out ${formatCountOf(more, 'more lines')}`)
  return read
}

/** Holds what is at both sinks against the records that the org was filled with; undefined where it was made up. */
export async function compareAtSinks(
  { org, told, running }: Surroundings,
  { connection, records: folder }: { readonly connection: string; readonly records: string },
): Promise<ReplayOutcome | undefined> {
  if (org.records === undefined) return undefined
  const wentIn = new Map([...org.records].filter(([, record]) => isUnchanged(org.running, record)))
  const { id } = await running.service.connections.get(connection)
  const stored = storedTexts(running.service.store, id)
  const outcome = {
    records: wentIn.size,
    files: await compareRecords(wentIn, readFiles(folder)),
    database: await compareRecords(wentIn, readDatabase(stored)),
  }
  told.step('Is what went in what came out, byte for byte?')
  tellCompared('JSON lines', outcome.files, wentIn.size, told)
  tellCompared('Database', outcome.database, wentIn.size, told)
  const changed = org.records.size - wentIn.size
  if (changed > 0)
    told.line(
      `${formatCountOf(changed, 'records')} changed in the org since, and were not compared`,
    )
  return outcome
}

function tellCompared(sink: string, compared: Compared, size: number, told: Told): void {
  const { equal, different, own } = compared
  const beside = `beside ${formatCount(own)} that the org or Postern's own app made`
  told.line(
    `${sink.padEnd(10)}  ${formatCount(equal)} of ${formatCountOf(size, 'records')} ${size === 1 ? 'is' : 'are'} equal, ${beside}`,
  )
  for (const key of different.slice(0, MAX_TOLD))
    told.line(`            not equal, or missing: ${showPlain(key)}`)
}
