/** @module The folder of a demo: a data directory of its own, and beside what Postern keeps there the file of the org. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PosternError } from '@postern/core'
import type { OrgRecord } from '@postern/emulator'
import { dataDirectoryOf, openDataDirectory } from '../../../config/data-directory.ts'
import { keyOf } from './replay/read-records.ts'

/** Why a demo cannot use a folder. */
export type DemoFolderErrorCode =
  | 'demo_folder_not_a_demo'
  | 'demo_folder_damaged'
  | 'demo_other_org'
  | 'demo_port_taken'

/** A folder that a demo cannot use. */
export class DemoFolderError extends PosternError<DemoFolderErrorCode> {
  override readonly name = 'DemoFolderError'
}

/** Where a demo is kept: `--data`, else beside the usual data directory. It never shares one with anything else. */
export function demoFolderOf(flag: string | undefined, suffix: 'demo' | 'replay'): string {
  const usual = dataDirectoryOf({ flag, env: process.env, home: homedir() })
  return flag === undefined ? `${usual}-${suffix}` : usual
}

/** The file of a demo's org: read when the demo starts, written whenever the org has changed. */
export class OrgFile {
  readonly #path: string
  readonly #recordsPath: string

  private constructor(folder: string) {
    this.#path = pathIn(folder)
    this.#recordsPath = join(folder, 'demo-records.jsonl')
  }

  /** @throws {DemoFolderError} `demo_folder_not_a_demo` for a data directory with a store, but no org. */
  static async open(folder: string): Promise<OrgFile> {
    await openDataDirectory(folder)
    if (existsSync(pathIn(folder)) || !existsSync(join(folder, 'store'))) return new OrgFile(folder)
    throw new DemoFolderError(
      'demo_folder_not_a_demo',
      `${folder} holds a Postern that is no demo.`,
      { remedy: 'Name another folder with --data, or leave --data out.', details: { folder } },
    )
  }

  /** What the file says; undefined where there is none yet. @throws {DemoFolderError} `demo_folder_damaged` */
  read(): unknown {
    if (!existsSync(this.#path)) return undefined
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8'))
    } catch (cause) {
      throw damaged(this.#path, cause)
    }
  }

  /**
   * Writes it, and returns when it would survive a power cut. Synchronous: an answer of the org must not leave before the
   * change that it tells of is kept.
   */
  write(value: unknown): void {
    writeWhole(this.#path, JSON.stringify(value))
  }

  /** Keeps the records that the org is filled with. */
  writeRecords(records: ReadonlyMap<string, OrgRecord>): void {
    writeWhole(this.#recordsPath, textOf(records))
  }

  /** Whether these are the records that are kept. */
  hasRecords(records: ReadonlyMap<string, OrgRecord>): boolean {
    return readFileSync(this.#recordsPath, 'utf8') === textOf(records)
  }

  /** The records that are kept. @throws {DemoFolderError} `demo_folder_damaged` */
  readRecords(): ReadonlyMap<string, OrgRecord> {
    try {
      const lines = readFileSync(this.#recordsPath, 'utf8').split('\n').filter(Boolean)
      return new Map(
        lines.map((line): [string, OrgRecord] => {
          const record: Omit<OrgRecord, 'value'> = JSON.parse(line)
          return [keyOf(record), { ...record, value: JSON.parse(record.text) }]
        }),
      )
    } catch (cause) {
      throw damaged(this.#recordsPath, cause)
    }
  }

  /** The refusal of a file that says something else than a demo wrote. */
  damaged(cause?: unknown): DemoFolderError {
    return damaged(this.#path, cause)
  }
}

function pathIn(folder: string): string {
  return join(folder, 'demo-org.json')
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

/** Without the values, which the texts say. */
function textOf(records: ReadonlyMap<string, OrgRecord>): string {
  return [...records.values()]
    .map(({ value: _value, ...record }) => `${JSON.stringify(record)}\n`)
    .join('')
}

function damaged(path: string, cause: unknown): DemoFolderError {
  return new DemoFolderError('demo_folder_damaged', `${path} cannot be read.`, {
    remedy: 'Delete its folder for a new demo, or name another one with --data.',
    details: { path },
    cause,
  })
}
