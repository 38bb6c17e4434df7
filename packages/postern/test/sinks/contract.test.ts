/** @module What every sink promises, for every kind of sink. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FeedRecord } from '../../src/sinks/record.ts'
import { SinkError } from '../../src/sinks/sink-error.ts'
import {
  batchOf,
  changeOf,
  eventsOf,
  hostileEvents,
  malformedEvents,
  recordedEvents,
  writeAll,
} from './batches.ts'
import type { Destination, Held } from './destination.ts'
import { sinksUnderTest } from './sinks-under-test.ts'

describe.each(sinksUnderTest)('the sink $name', ({ guarantee, start }) => {
  const isOnce = guarantee === 'effectively-once'
  let destination: Destination

  beforeEach(async () => {
    destination = await start()
  })

  afterEach(async () => {
    await destination.close()
  })

  test('holds every recorded event, in order and byte for byte', async () => {
    const half = Math.ceil(recordedEvents.length / 2)
    const batches = [
      batchOf(1, recordedEvents.slice(0, half)),
      batchOf(2, recordedEvents.slice(half)),
    ]
    await using sink = await opened()
    await writeAll(sink.sink, batches)
    expect(await destination.read()).toEqual(recordedEvents.map(asHeld))
  })

  test('holds hostile events byte for byte', async () => {
    await using sink = await opened()
    const { rejected } = await writeAll(sink.sink, [batchOf(1, hostileEvents)])
    expect(rejected ?? []).toEqual([])
    expect(await destination.read()).toEqual(hostileEvents.map(asHeld))
    expect({}).not.toHaveProperty('polluted')
  })

  test('takes the events beside one that is malformed, and holds that one as it is or names it', async () => {
    const records = malformedEvents.flatMap((event, index) => [...eventsOf(`good-${index}`), event])
    await using sink = await opened()
    const { rejected = [] } = await writeAll(sink.sink, [batchOf(1, records)])
    const taken = records.filter((_, index) => !rejected.some((one) => one.index === index))
    expect(await destination.read()).toEqual(taken.map(asHeld))
    expect(taken.filter(({ id }) => id.startsWith('good-'))).toHaveLength(malformedEvents.length)
    for (const { code, reason } of rejected) {
      expect(code).toMatch(/^sink_record_/)
      expect(reason).not.toBe('')
    }
  })

  test('keeps feeds with hostile names apart, and within its place', async () => {
    await using sink = await opened()
    const names = ['../../../escaped', '..', 'a/b', 'a\\b', "x'; drop table y; --", 'nul\0', 'É']
    for (const [index, name] of names.entries()) {
      const feed = { id: `feed-${index}`, name }
      await sink.sink.write(batchOf(1, eventsOf(`of-${index}`), { feed }), {})
    }
    const held = await destination.read()
    expect(held.map(({ id }) => id).toSorted()).toEqual(names.map((_, index) => `of-${index}`))
  })

  test('holds how objects are, and that they are gone', async () => {
    const user = (name: string) => JSON.stringify({ id: '00u1', status: 'ACTIVE', name })
    const batches = [
      batchOf(
        1,
        [
          changeOf({ op: 'upsert', kind: 'user', id: '00u1' }, user('before')),
          changeOf({ op: 'upsert', kind: 'user', id: '00u2' }, '{"id":"00u2"}'),
          changeOf(
            { op: 'upsert', kind: 'group-member', id: '00g1/00u1' },
            '{"groupId":"00g1","user":{"id":"00u1"}}',
          ),
        ],
        { input: 'users' },
      ),
      batchOf(
        2,
        [
          changeOf({ op: 'upsert', kind: 'user', id: '00u1', version: 2 }, user('\\u0000 after')),
          changeOf({ op: 'delete', kind: 'user', id: '00u2', version: 2 }),
        ],
        { input: 'users' },
      ),
    ]
    await using sink = await opened()
    await writeAll(sink.sink, batches)
    expect(current(await destination.read())).toEqual({
      'user 00u1': user('\\u0000 after'),
      'group-member 00g1/00u1': '{"groupId":"00g1","user":{"id":"00u1"}}',
    })
  })

  test(`holds a batch that is written again ${isOnce ? 'once' : 'twice, with the same bytes'}`, async () => {
    const batch = batchOf(2, eventsOf('b', 'c'))
    await using first = await opened()
    const before = await writeAll(first.sink, [batchOf(1, eventsOf('a'))])
    const confirmed = await writeAll(first.sink, [batch], before)
    // The process ended between the write and its confirmation: the next one begins where the store says.
    await using second = await opened()
    const again = await writeAll(second.sink, [batch], before)
    if (isOnce) expect((await destination.read()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(again.position).toEqual(confirmed.position)
    await writeAll(second.sink, [batchOf(3, eventsOf('d'))], again)
    const held = await destination.read()
    expect(held.map(({ id }) => id)).toEqual(
      isOnce ? ['a', 'b', 'c', 'd'] : ['a', 'b', 'c', 'b', 'c', 'd'],
    )
    expect(new Set(held.map(({ id, raw }) => `${id} ${raw}`)).size).toBe(4)
  })

  test('loses nothing to a process that wakes late', async () => {
    const batches = [1, 2, 3, 4].map((seq) => batchOf(seq, eventsOf(`a${seq}`, `b${seq}`)))
    await using late = await opened()
    await using other = await opened()
    const before = await writeAll(late.sink, batches.slice(0, 1))
    const end = await writeAll(other.sink, batches.slice(1), before)
    const standing = await destination.read()
    // Whether it is refused or not: what it was about to write has been written since.
    await writeAll(late.sink, batches.slice(1, 2), before).catch(asSinkError)
    await writeAll(late.sink, batches.slice(0, 1)).catch(asSinkError)
    if (isOnce) expect(await destination.read()).toEqual(standing)
    await writeAll(other.sink, [batchOf(5, eventsOf('a5'))], end)
    const held = (await destination.read()).map(({ id }) => id)
    expect(isOnce ? held : [...new Set(held)]).toEqual([
      ...['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'b4', 'a5'],
    ])
  })

  test('writes nothing for a caller that has gone', async () => {
    await using sink = await opened()
    const signal = AbortSignal.abort()
    await expect(sink.sink.write(batchOf(1, eventsOf('a')), { signal })).rejects.toThrow()
    expect(await destination.read()).toEqual([])
  })

  test('is closed as often as anybody likes', async () => {
    const sink = await destination.open()
    await writeAll(sink, [batchOf(1, eventsOf('a'))])
    await sink.close()
    await sink.close()
    expect((await destination.read()).map(({ id }) => id)).toEqual(['a'])
  })

  test('is checked without a trace', async () => {
    const before = await destination.dump()
    await destination.check()
    expect(await destination.dump()).toBe(before)
    await using sink = await opened()
    await writeAll(sink.sink, [batchOf(1, eventsOf('a'))])
    const used = await destination.dump()
    await destination.check()
    expect(await destination.dump()).toBe(used)
  })

  test('says what to do where nothing can be written', async () => {
    await destination.break()
    const write = async () => {
      await using sink = await opened()
      await sink.sink.write(batchOf(1, eventsOf('a')), {})
    }
    expect((await write().catch(asSinkError))?.remedy).toBeTruthy()
    expect((await destination.check().catch(asSinkError))?.remedy).toBeTruthy()
  })

  /** A sink that is closed with its block. */
  async function opened() {
    const sink = await destination.open()
    return { sink, [Symbol.asyncDispose]: () => sink.close() }
  }
})

function asHeld({ id, line }: FeedRecord): Held {
  return { kind: 'event', id, raw: Buffer.from(line).toString('latin1') }
}

/** How objects are after all changes, where a destination holds changes, and where it holds the objects. */
function current(held: readonly Held[]): Record<string, string> {
  const objects = new Map<string, string>()
  for (const { kind, id, raw } of held) {
    if (raw === undefined) objects.delete(`${kind} ${id}`)
    else objects.set(`${kind} ${id}`, raw)
  }
  return Object.fromEntries(objects)
}

/** @throws whatever is no error of a sink. */
function asSinkError(error: unknown): SinkError {
  if (error instanceof SinkError) return error
  throw error
}
