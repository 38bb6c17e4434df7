/** @module Files of JSON lines: where a batch goes, and what is left alone. */

import { spawnSync } from 'node:child_process'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { sourceFlags } from '../../../../test/source-program.ts'
import type { Sink, Written } from '../../src/sinks/sink.ts'
import { SinkError, type SinkErrorCode } from '../../src/sinks/sink-error.ts'
import { batchOf, eventOf, eventsOf, writeAll } from './batches.ts'
import { destinationOf } from './destination.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(path.join(inject('runFolder'), 'jsonl-'))
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

describe('a feed with a sink of JSON lines', () => {
  test('has a folder of its own, which only its user reads', async () => {
    await writeAll(await openSink(), [batchOf(1, eventsOf('a'))])
    expect(await files()).toEqual(['system-log-000000000001.jsonl'])
    expect((await stat(fileOf('system-log-000000000001.jsonl'))).mode & 0o777).toBe(0o600)
    expect((await stat(path.join(root, 'acme-log'))).mode & 0o777).toBe(0o700)
  })

  test('lets its group read where that is asked for', async () => {
    await writeAll(await openSink({ groupReadable: true }), [batchOf(1, eventsOf('a'))])
    expect((await stat(fileOf('system-log-000000000001.jsonl'))).mode & 0o777).toBe(0o640)
  })

  test('begins a file with the batch that would make the last one too large', async () => {
    const sink = await openSink({ rotateMiB: 1 })
    await writeAll(
      sink,
      [1, 2, 3].map((seq) => batchOf(seq, [largeEvent(`a${seq}`)])),
    )
    expect(await files()).toEqual([
      'system-log-000000000001.jsonl',
      'system-log-000000000003.jsonl',
    ])
  })

  test('begins a file with the first batch of a day where that is asked for', async () => {
    const sink = await openSink({ rotateDaily: true })
    const at = (day: string) => ({ readAt: new Date(`2026-03-${day}:00:00Z`) })
    await writeAll(sink, [
      batchOf(1, eventsOf('a'), at('01T22')),
      batchOf(2, eventsOf('b'), at('01T23')),
      batchOf(3, eventsOf('c'), at('02T00')),
    ])
    expect(await files()).toEqual([
      'system-log-000000000001.jsonl',
      'system-log-000000000003.jsonl',
    ])
  })

  test.each([
    { before: 1, after: 256 },
    { before: 256, after: 1 },
  ])(
    'finds a batch again when rotation changed from $before to $after MiB meanwhile',
    async (to) => {
      const first = await openSink({ rotateMiB: to.before })
      const two = await writeAll(
        first,
        [1, 2].map((seq) => batchOf(seq, [largeEvent(`a${seq}`)])),
      )
      const third = batchOf(3, [largeEvent('a3')])
      await writeAll(first, [third], two)
      const held = await contents()
      await writeAll(await openSink({ rotateMiB: to.after }), [third], two)
      expect(await contents()).toBe(held)
    },
  )

  test.each([1, 2])('writes over the zeros that a power cut left of batch %i', async (seq) => {
    const sink = await openSink()
    const batches = [batchOf(1, eventsOf('a', 'b')), batchOf(2, eventsOf('c', 'd'))]
    const before = await writeAll(sink, batches.slice(0, seq - 1))
    const batch = batches.slice(seq - 1, seq)
    const whole = await writeAll(sink, batch, before)
    const held = await contents()
    const file = fileOf('system-log-000000000001.jsonl')
    await truncate(file, bytesOf(whole) - 20)
    await truncate(file, bytesOf(whole))
    expect(await writeAll(sink, batch, before)).toEqual(whole)
    expect(await contents()).toBe(held)
  })

  test('cuts off what was confirmed after the backup that the store was brought back from', async () => {
    const sink = await openSink()
    const one = await writeAll(sink, [batchOf(1, eventsOf('a'))])
    await writeAll(sink, [batchOf(2, eventsOf('b')), batchOf(3, eventsOf('c', 'd'))], one)
    await writeAll(sink, [batchOf(2, eventsOf('b', 'c')), batchOf(3, eventsOf('d'))], one)
    expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each<{ readonly what: string; readonly harm: () => Promise<void> }>([
    { what: 'is gone', harm: () => rm(fileOf('system-log-000000000001.jsonl')) },
    { what: 'was cut', harm: () => truncate(fileOf('system-log-000000000001.jsonl'), 10) },
  ])('refuses to go on in a file that $what', async ({ harm }) => {
    const sink = await openSink()
    const one = await writeAll(sink, [batchOf(1, eventsOf('a'))])
    await harm()
    const held = await contents()
    expect(await codeOf(sink.write(batchOf(2, eventsOf('b')), one))).toBe('sink_damaged')
    expect(await contents()).toBe(held)
  })

  test('begins no file where its folder is not mounted, and goes on once it is', async () => {
    const sink = await openSink({ rotateDaily: true })
    const at = (day: string) => ({ readAt: new Date(`2026-03-${day}T12:00:00Z`) })
    const one = await writeAll(sink, [batchOf(1, eventsOf('a'), at('01'))])
    const next = batchOf(2, eventsOf('b'), at('02'))
    await rename(root, `${root}-away`)
    expect(await codeOf(sink.write(next, one))).toBe('sink_damaged')
    // The place at which it is mounted is empty.
    await mkdir(root)
    expect(await codeOf(sink.write(next, one))).toBe('sink_damaged')
    expect(await readdir(root)).toEqual([])
    await rmdir(root)
    await rename(`${root}-away`, root)
    await sink.write(next, one)
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('leaves the file of another Postern with the same folder as it is', async () => {
    await writeAll(await openSink(), [batchOf(1, eventsOf('a'))])
    const held = await contents()
    const other = await openSink()
    expect(await codeOf(other.write(batchOf(1, eventsOf('much', 'more')), {}))).toBe('sink_damaged')
    expect(await contents()).toBe(held)
  })

  test('is refused where the system lets nobody make folders', async () => {
    const below = destinationOf('jsonl', { settings: { path: '/proc/postern/log' } })
    expect(await codeOf(below.check())).toBe('sink_unwritable')
    const sink = await below.open()
    expect(await codeOf(sink.write(batchOf(1, eventsOf('a')), {}))).toBe('sink_unwritable')
  })

  test('has no folder where a file is in its way', async () => {
    const file = path.join(root, 'file')
    await writeFile(file, 'kept')
    for (const taken of [file, path.join(file, 'log')]) {
      const refused = destinationOf('jsonl', { settings: { path: taken } }).check()
      await expect(refused).rejects.toMatchObject({
        code: 'sink_unwritable',
        message: `No folder can be at ${taken}: a file is.`,
      })
    }
    expect(await readFile(file, 'utf8')).toBe('kept')
  })

  test('follows no link', async () => {
    const target = path.join(root, 'target')
    await writeFile(target, '')
    await writeAll(await openSink(), [batchOf(1, eventsOf('a'))])
    await rm(fileOf('system-log-000000000001.jsonl'))
    await symlink(target, fileOf('system-log-000000000001.jsonl'))
    const sink = await openSink()
    await expect(sink.write(batchOf(1, eventsOf('a')), {})).rejects.toMatchObject({
      code: 'sink_unwritable',
      message: `${fileOf('system-log-000000000001.jsonl')} cannot be written (ELOOP).`,
    })
    expect(await readFile(target, 'utf8')).toBe('')
  })

  test('names the file that is no file, or the folder that is gone', async () => {
    const sink = await openSink({ rotateDaily: true })
    const at = (day: string) => ({ readAt: new Date(`2026-03-${day}T12:00:00Z`) })
    const one = await writeAll(sink, [batchOf(1, eventsOf('a'), at('01'))])
    const next = batchOf(2, eventsOf('b'), at('02'))
    const taken = fileOf('system-log-000000000002.jsonl')
    await mkdir(taken)
    await expect(sink.write(next, one)).rejects.toMatchObject({
      code: 'sink_unwritable',
      message: `${taken} cannot be written (EISDIR).`,
    })
    const folder = path.dirname(taken)
    await rm(folder, { recursive: true })
    await expect(sink.write(next, one)).rejects.toMatchObject({
      code: 'sink_damaged',
      message: `${folder} is no longer there.`,
    })
  })

  test('says that the disk is full, and goes on when there is room', async () => {
    const program = path.join(import.meta.dirname, 'full-disk-process.ts')
    // A limit of 1 MiB for a file stands for the disk. The system answers in the same place, with another code.
    const script = 'trap "" XFSZ; ulimit -f 1024; exec "$@"'
    const command = [process.execPath, ...sourceFlags, program, root]
    const run = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' })
    expect(run).toMatchObject({ status: 0, stdout: 'sink_disk_full' })
    expect(await ids()).toEqual(['a', 'b'])
  })
})

async function openSink(settings: object = {}): Promise<Sink> {
  return destinationOf('jsonl', { settings: { path: root, ...settings } }).open()
}

/** Of half a MiB, less what its line needs. */
function largeEvent(uuid: string) {
  return eventOf(JSON.stringify({ uuid, padding: 'x'.repeat(512 * 1024 - 100) }))
}

async function files(): Promise<readonly string[]> {
  return (await readdir(path.join(root, 'acme-log'))).toSorted()
}

function fileOf(name: string): string {
  return path.join(root, 'acme-log', name)
}

async function contents(): Promise<string> {
  const texts = (await files()).map((name) => readFile(fileOf(name), 'utf8').catch(() => ''))
  return (await Promise.all(texts)).join('--\n')
}

async function ids(): Promise<readonly string[]> {
  const lines = (await contents()).replaceAll('--\n', '').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line).uuid)
}

function bytesOf({ position }: Written): number {
  return Number(position?.['bytes'])
}

async function codeOf(work: Promise<unknown>): Promise<SinkErrorCode | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof SinkError) return error.code
    throw error
  }
}
