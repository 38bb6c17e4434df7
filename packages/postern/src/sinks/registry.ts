/** @module Every kind of sink. */

import { http } from './http.ts'
import { jsonl } from './jsonl.ts'
import { objectStorage } from './object-storage.ts'
import { postgres } from './postgres.ts'
import type { SinkKind } from './sink.ts'
import { SinkError } from './sink-error.ts'
import { stdout } from './stdout.ts'
import { store } from './store.ts'

/** The kinds, in the order they are offered. */
export const sinkKinds: readonly SinkKind[] = [store, stdout, jsonl, postgres, http, objectStorage]

/** The kind of a name. @throws {SinkError} `sink_kind_unknown` */
export function getSinkKind(name: string, kinds: readonly SinkKind[] = sinkKinds): SinkKind {
  const found = kinds.find((kind) => kind.name === name)
  if (found !== undefined) return found
  throw new SinkError('sink_kind_unknown', 'There is no kind of sink of that name.', {
    remedy: `Choose one of ${kinds.map((kind) => kind.name).join(', ')}.`,
  })
}
