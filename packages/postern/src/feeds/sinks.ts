/** @module The sinks that are kept: added once they were proven, looked at, changed and removed by name. */

import { randomUUID } from 'node:crypto'
import { Secret } from '@postern/core'
import { MemberProblems } from '../config/member-problem.ts'
import { parseOwnName } from '../config/own-name.ts'
import type { SinkChangeMembers, SinkMembers } from '../config/sink-members.ts'
import { getSinkKind } from '../sinks/registry.ts'
import type { Sink, SinkContext, SinkKind } from '../sinks/sink.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import type { SealedSecret } from '../store/seal.ts'
import { putSealed, removeSecrets } from '../store/secrets.ts'
import {
  deleteSink,
  findSink,
  holdSinks,
  insertSink,
  listSinkSecrets,
  listSinks,
  placeOfSinkSecret,
  readFeedsOfSink,
  readPositionsInSink,
  readSinkSecrets,
  readSinkUses,
  type SinkRow,
  updateSink,
} from '../store/sinks.ts'
import { type JudgedSink, judgeSink } from './judge-sink.ts'
import { type OpenSinkContext, openSink, prepareSink } from './open-sink.ts'
import {
  sinkChanged,
  sinkElsewhere,
  sinkExists,
  sinkInUse,
  sinkInvalid,
  sinkNotFound,
} from './sink-refusals.ts'

/** A sink as it is shown: without its secrets. */
export interface SinkView {
  readonly name: string
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
  /** The names of those that are sealed. */
  readonly secrets: readonly string[]
  /** The names of the feeds that write to it, in order. */
  readonly feeds: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Options of {@link Sinks.add} and {@link Sinks.update}. */
export interface KeepSinkOptions {
  /** Keeps it though it was not proven that it can be written to. */
  readonly force?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** The sinks of a store. */
export class Sinks {
  readonly #context: OpenSinkContext

  constructor(context: OpenSinkContext) {
    this.#context = context
  }

  /**
   * Keeps a sink, once it was proven that it can be written to.
   *
   * @throws {SinkError} `sink_invalid` with every value that cannot be used, `sink_exists`; what the check throws.
   */
  async add(members: SinkMembers, by: Caller, options: KeepSinkOptions = {}): Promise<SinkView> {
    const { store, seal, clock } = this.#context
    const problems = new MemberProblems()
    problems.read('name', () => parseOwnName(members.name, 'sink'))
    const kind = problems.read('kind', () => getSinkKind(members.kind))
    const given = Object.entries(members.secrets ?? {})
    const judged =
      kind &&
      judgeSink(
        kind,
        members.settings ?? {},
        given.map(([name]) => name),
        problems,
      )
    if (judged === undefined || problems.all.length > 0) throw sinkInvalid(problems.all)
    const { name } = members
    if ((await findSink(store, name)) !== undefined) throw sinkExists(name)
    const sink = { id: randomUUID(), name, kind: judged.kind.name, settings: judged.given }
    const secrets = given.map(([label, text]) => [label, new Secret(text)] as const)
    await this.#prove(judged, { sink, secrets: Object.fromEntries(secrets) }, options)
    const sealed = await this.#sealAll(sink.id, secrets)
    const now = clock.now()
    return store.transaction(async () => {
      if (!(await insertSink(store, sink, now))) throw sinkExists(name)
      for (const [label, secret] of sealed) {
        await putSealed(store, seal, placeOfSinkSecret(sink.id, label), secret)
      }
      await this.#audit('sink.add', name, by, { kind: sink.kind })
      return this.get(name)
    })
  }

  /**
   * Keeps a sink of a kind that needs nothing to be said, under the kind's own name, where there is none yet. In the caller's
   * transaction.
   */
  async addPlain(kind: SinkKind, by: Caller): Promise<void> {
    const { store, clock } = this.#context
    const sink = {
      id: randomUUID(),
      name: kind.name,
      kind: kind.name,
      settings: kind.settings.parse({}),
    }
    if (!(await insertSink(store, sink, clock.now()))) return
    await this.#audit('sink.add', kind.name, by, { kind: kind.name })
  }

  /** Every sink, by name. */
  async list(): Promise<readonly SinkView[]> {
    const { store } = this.#context
    const [rows, uses] = await Promise.all([listSinks(store), readSinkUses(store)])
    return Promise.all(
      rows.map(async (row) =>
        viewOf(row, await listSinkSecrets(store, row.id), uses.get(row.id) ?? []),
      ),
    )
  }

  /** @throws {SinkError} `sink_not_found` */
  async get(name: string): Promise<SinkView> {
    const { store } = this.#context
    const row = await this.#row(name)
    const secrets = await listSinkSecrets(store, row.id)
    return viewOf(row, secrets, await readFeedsOfSink(store, row.id))
  }

  /**
   * Changes settings and secrets of a sink, once it was proven that it can be written to with them. The feeds that write to
   * it do so as it is then, from their next run on.
   *
   * @throws {SinkError} as {@link Sinks.add}; `sink_in_use` where feeds would go on at a place that has nothing of them;
   * `sink_changed` where somebody else was faster.
   */
  async update(
    name: string,
    members: SinkChangeMembers,
    by: Caller,
    options: KeepSinkOptions = {},
  ): Promise<SinkView> {
    const { store, seal, clock } = this.#context
    const row = await this.#row(name)
    const kind = getSinkKind(row.kind)
    const given = Object.entries(members.secrets ?? {})
    const kept = await readSinkSecrets(store, seal, row.id)
    const added = given.flatMap(([label, text]) =>
      text === null ? [] : [[label, new Secret(text)] as const],
    )
    const removed = given.flatMap(([label, text]) => (text === null ? [label] : []))
    const secrets = Object.fromEntries(
      [...Object.entries(kept), ...added].filter(([label]) => !removed.includes(label)),
    )
    const problems = new MemberProblems()
    const wanted = merged(row.settings, members.settings ?? {})
    const judged = judgeSink(kind, wanted, Object.keys(secrets), problems)
    if (judged === undefined || problems.all.length > 0) throw sinkInvalid(problems.all)
    const sink = { id: row.id, name, kind: row.kind, settings: judged.given }
    if (!options.force) await this.#requireSamePlace(row, judged)
    await this.#prove(judged, { sink, secrets }, options)
    const sealed = await this.#sealAll(row.id, added)
    return store.transaction(async () => {
      if (!(await updateSink(store, row, judged.given, clock.now()))) throw sinkChanged(name)
      for (const label of removed) {
        await removeSecrets(store, { connectionId: row.id, kind: 'sink', label })
      }
      for (const [label, secret] of sealed) {
        await putSealed(store, seal, placeOfSinkSecret(row.id, label), secret)
      }
      const fields = [...Object.keys(members.settings ?? {}), ...given.map(([label]) => label)]
      await this.#audit('sink.update', name, by, { fields: fields.sort() })
      return this.get(name)
    })
  }

  /** Removes a sink and its secrets; what was written stays. @throws {SinkError} `sink_not_found`, `sink_in_use` */
  async remove(name: string, by: Caller): Promise<void> {
    const { store } = this.#context
    await store.transaction(async () => {
      const [row] = await holdSinks(store, [name])
      if (row === undefined) throw sinkNotFound()
      const feeds = await readFeedsOfSink(store, row.id)
      if (feeds.length > 0) throw sinkInUse(name, feeds)
      if (!(await deleteSink(store, row.id))) throw sinkNotFound()
      await this.#audit('sink.remove', name, by, { kind: row.kind })
    })
  }

  /** Proves that a sink can be written to, and leaves nothing behind. @throws {SinkError} why not */
  async check(name: string, signal?: AbortSignal): Promise<void> {
    const { kind, given } = await prepareSink(this.#context, await this.#row(name))
    await kind.check(given, signal)
  }

  /** Opens a sink for one feed; whoever opens it closes it. @throws {SinkError} {@link SealError} */
  open(row: SinkRow): Promise<Sink> {
    return openSink(this.#context, row)
  }

  async #row(name: string): Promise<SinkRow> {
    const row = await findSink(this.#context.store, name)
    if (row === undefined) throw sinkNotFound()
    return row
  }

  /** What is written is not left behind: a feed goes on where its last batch ends. */
  async #requireSamePlace(row: SinkRow, { kind, settings }: JudgedSink): Promise<void> {
    const { continues } = kind
    if (continues === undefined) return
    const before = kind.settings.safeParse(row.settings).data
    for (const written of await readPositionsInSink(this.#context.store, row.id)) {
      if (await continues(settings, written)) continue
      // What is lost already is no reason to keep it so.
      if (before === undefined || !(await continues(before, written))) continue
      throw sinkElsewhere(row.name, written.feed)
    }
  }

  async #prove(
    { kind, settings }: JudgedSink,
    { sink, secrets }: Pick<SinkContext<unknown>, 'sink' | 'secrets'>,
    { force = false, signal }: KeepSinkOptions,
  ): Promise<void> {
    if (force) return
    const { store, outbound: transport, clock, dev } = this.#context
    const { id, name } = sink
    const given = { settings, secrets, sink: { id, name }, store, transport, clock, dev }
    await kind.check(given, signal)
  }

  async #sealAll(
    sinkId: string,
    secrets: readonly (readonly [string, Secret])[],
  ): Promise<readonly (readonly [string, SealedSecret])[]> {
    const sealed: [string, SealedSecret][] = []
    for (const [label, secret] of secrets) {
      const place = placeOfSinkSecret(sinkId, label)
      sealed.push([label, await this.#context.seal.seal(place, secret)])
    }
    return sealed
  }

  #audit(
    action: string,
    target: string,
    by: Caller,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const entry = { ...by, action, target, outcome: 'ok', details }
    return appendAudit(this.#context.store, entry, this.#context.clock.now())
  }
}

function merged(
  kept: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries({ ...kept, ...change }).filter(([, value]) => value !== null),
  )
}

function viewOf(
  { name, kind, settings, created_at, updated_at }: SinkRow,
  secrets: readonly string[],
  feeds: readonly string[],
): SinkView {
  return { name, kind, settings, secrets, feeds, createdAt: created_at, updatedAt: updated_at }
}
