/** @module A process whose files may not become large: writes a batch that is too large, and then one that is not. */

import { jsonl } from '../../src/sinks/jsonl.ts'
import { SinkError } from '../../src/sinks/sink-error.ts'
import { batchOf, eventOf, eventsOf, writeAll } from './batches.ts'

const [, , path] = process.argv
const sink = await jsonl.open({
  settings: jsonl.settings.parse({ path }),
  secrets: {},
  sink: { id: 'sink-1', name: 'lines' },
  get store(): never {
    throw new Error('Files need no store.')
  },
  transport: () => Promise.reject(new Error('Files need no network.')),
  clock: { now: () => new Date(), monotonicMs: () => 0, sleep: () => Promise.resolve() },
  dev: true,
})
const first = await writeAll(sink, [batchOf(1, eventsOf('a'))])
const large = eventOf(JSON.stringify({ uuid: 'large', padding: 'x'.repeat(2 * 1024 * 1024) }))
const failed: unknown = await sink.write(batchOf(2, [large]), first).catch((error) => error)
await writeAll(sink, [batchOf(2, eventsOf('b'))], first)
process.stdout.write(failed instanceof SinkError ? failed.code : String(failed))
