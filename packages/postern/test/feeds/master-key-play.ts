/** @module Plays what can happen to a master key while feeds run: lost, wrong, behind, rotated by processes that are killed. */

import { execFile } from 'node:child_process'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { addEvents } from '@postern/emulator'
import type { StoreUnderTest } from '../../../../test/stores.ts'
import { startOf } from '../../../../test/test-programs.ts'
import { testKeyLine } from '../../../../test/test-seal.ts'
import { masterKeyFromFile } from '../../src/config/master-key/file.ts'
import { retireMasterKeys } from '../../src/store/retire-master-key.ts'
import { rotateMasterKey } from '../../src/store/rotate-master-key.ts'
import { openSeal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { by, codeOf } from '../connections/kept.ts'
import type { MasterKeyTask } from '../store/master-key-process.ts'
import { putSecrets, secretPlaces } from '../store/seeded-secrets.ts'
import { judge, type Verdict } from './checker.ts'
import type { FeedTask, FeedTaskResult } from './feed-process.ts'
import { openKillScene } from './kill-scene.ts'
import { addFeed, eventsOf } from './scene.ts'
import { deadlySteps } from './steps.ts'

/** What can happen to a master key. */
export const keyFaults = [
  /** Its file is gone. */
  'lost',
  /** Another key has its version. */
  'wrong',
  /** Others may read its file. */
  'unsafe',
  /** Its file is the one from before the last rotation. */
  'behind',
  /** A rotation is killed after any of its steps, beside a feed that runs. */
  'rotation-killed',
  /** A process that runs a feed is killed while the key is rotated. */
  'feed-killed',
  /** The old version is to be retired, and is taken out of the file, while secrets need it. */
  'retired-early',
  /** A process that remembers the key is to rotate it, and its file has another one. */
  'rotated-over',
] as const

/** One of {@link keyFaults}. */
export type KeyFault = (typeof keyFaults)[number]

const SECRETS = 5
// Version made, version kept, each secret, version retired, versions removed.
const ROTATION_STEPS = 4 + SECRETS
const MAX_FINISHES = 10

/** What a case came to. */
export interface PlayedFault {
  /** How often a process was killed. */
  readonly killed: number
  /** How often one found the store locked. */
  readonly locked: number
  /** What must not have happened, in words. */
  readonly wrong: readonly string[]
}

/** A scene with seeded secrets beside those of its connection and sinks. */
export async function openMasterKeyScene(open: StoreUnderTest['open']) {
  const scene = await openKillScene(open, 1)
  const feed = await addFeed(scene.director, { name: 'log', sinks: scene.sinks })
  const source = masterKeyFromFile(scene.task.keyFile)
  const { store } = scene.kept
  await putSecrets(store, await openSeal(store, { source }), secretPlaces(SECRETS))
  if (store.kind === 'pglite') await store.close()
  return new MasterKeyPlay(scene, { ...scene.task, feedId: feed.id, secrets: SECRETS })
}

type Scene = Awaited<ReturnType<typeof openKillScene>>

/** Plays one fault after the other on one store. */
class MasterKeyPlay {
  readonly #scene: Scene
  readonly #task: FeedTask
  /** Whether processes share the store: then several are at work. */
  readonly #isShared: boolean
  /** What processes printed. */
  printed = ''
  /** Every key that there was, as its file had it. */
  readonly keys = new Set<string>()
  #counted = 0
  #killed = 0
  #locked = 0
  #wrong: string[] = []

  constructor(scene: Scene, task: FeedTask) {
    this.#scene = scene
    this.#task = task
    this.#isShared = task.database !== undefined
  }

  get dataDir(): string {
    return this.#task.dataDir
  }

  /** The private number of the service app's key. */
  get appKey(): string {
    return String(this.#scene.running.app.key['d'])
  }

  /** Of the table that a sink writes to. */
  get password(): string {
    const urls = this.#scene.sinks.flatMap(({ members }) => members.secrets?.['url'] ?? [])
    return new URL(urls[0] ?? 'postgres://').password
  }

  /** How many events the org has that were not counted before. */
  newEvents(): number {
    const { size } = this.#scene.running.org.log
    const count = size - this.#counted
    this.#counted = size
    return count
  }

  /** Plays a fault, and lets the feed come to its end with the right key. @param random - whole numbers below a bound */
  async play(fault: KeyFault, random: (below: number) => number): Promise<PlayedFault> {
    this.#killed = 0
    this.#locked = 0
    this.#wrong = []
    addEvents(this.#scene.running.org, { count: 1 + random(60) })
    await this.#noteKeys()
    await this.#happen(fault, random)
    await this.#noteKeys()
    addEvents(this.#scene.running.org, { count: 1 + random(20) })
    await this.#finish()
    return { killed: this.#killed, locked: this.#locked, wrong: this.#wrong }
  }

  /** What is wrong with each sink; of the webhook's repeats nothing is said. */
  async verdicts(): Promise<readonly Verdict[]> {
    const { running, sinks } = this.#scene
    const due = this.#due
    return Promise.all(
      sinks.map(async (sink) => {
        const { lost, duplicates, ...verdict } = judge(eventsOf(running), await sink.read('log'))
        return {
          ...verdict,
          lost: lost.filter((uuid) => due.has(uuid)),
          duplicates: sink.mayRepeat ? [] : duplicates,
        }
      }),
    )
  }

  /** Opens the store for a look. */
  async look<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    const { kept } = this.#scene
    if (this.#isShared) return work(kept.store)
    const store = await kept.reopen()
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }

  /** All rows as text. */
  dump(): Promise<string> {
    return this.look(() => this.#scene.kept.dump())
  }

  #due: ReadonlySet<string> = new Set()

  async #happen(fault: KeyFault, random: (below: number) => number): Promise<void> {
    const { keyFile } = this.#task
    // Otherwise what was left to do is done in the place of a rotation.
    if (fault === 'behind' || fault === 'retired-early') await this.#endRotation()
    const right = await readFile(keyFile, 'utf8')
    switch (fault) {
      case 'lost':
        await rm(keyFile)
        await this.#expectLocked()
        return this.#putBack(right)
      case 'wrong':
        await writeFile(keyFile, anotherKey(right))
        await this.#expectLocked()
        return this.#putBack(right)
      case 'unsafe':
        await chmod(keyFile, 0o644)
        await this.#expectLocked()
        await chmod(keyFile, 0o600)
        return
      case 'behind': {
        await this.#end(this.#begin({ rotate: {} }))
        const newest = await readFile(keyFile, 'utf8')
        await writeFile(keyFile, right)
        await this.#expectLocked()
        return this.#putBack(newest)
      }
      case 'rotation-killed':
        for (let kills = 1 + random(3); kills > 0; kills--)
          await this.#killRotation(1 + random(ROTATION_STEPS))
        return
      case 'feed-killed': {
        const step = deadlySteps[random(deadlySteps.length)] ?? 'before-get'
        const dieAt = { step, nth: 1 + random(4) }
        const rotating = this.#isShared ? this.#rotateElsewhere() : undefined
        await this.#end(this.#begin({ dieAt, ...(rotating === undefined && { rotate: {} }) }))
        return void (await rotating)
      }
      case 'retired-early':
        return this.#retireEarly()
      case 'rotated-over':
        return this.#rotateOver(right)
    }
  }

  /** On a shared store beside two workers; on an embedded one the process that runs the feed is the one that rotates. */
  async #killRotation(dieAfter: number): Promise<void> {
    if (!this.#isShared) return this.#end(this.#begin({ rotate: { dieAfter } }))
    const workers = [this.#begin({}), this.#begin({})]
    await this.#rotateElsewhere(dieAfter)
    for (const worker of workers) await this.#end(worker)
  }

  /** Ends one that was killed: as long as it is not over, there are two keys. */
  async #endRotation(): Promise<void> {
    const keys = (await readFile(this.#task.keyFile, 'utf8')).trim().split('\n')
    if (keys.length > 1) await this.#end(this.#begin({ rotate: {} }))
  }

  async #rotateElsewhere(dieAfter?: number): Promise<void> {
    const { dataDir, database, keyFile, secrets = 0 } = this.#task
    const task: MasterKeyTask = {
      ...{ dataDir, keyFile, secrets },
      ...(database !== undefined && { database }),
      ...(dieAfter !== undefined && { dieAfter }),
    }
    const { signal, stderr, stdout } = await new Promise<{
      readonly signal: string | null
      readonly stderr: string
      readonly stdout: string
    }>((resolve) => {
      const args = [...startOf('store/master-key-process'), JSON.stringify(task)]
      const child = execFile(process.execPath, args, (_error, out, complaint) =>
        resolve({ signal: child.signalCode, stdout: out, stderr: complaint }),
      )
    })
    this.printed += stdout + stderr
    if (signal === 'SIGKILL') this.#killed++
    else if (stderr !== '') this.#wrong.push(`A rotation failed: ${stderr}`)
  }

  /** With one secret rewrapped, the old version is asked to be retired, and then taken out of the file by hand. */
  async #retireEarly(): Promise<void> {
    const { keyFile } = this.#task
    const before = await readFile(keyFile, 'utf8')
    const made = await this.look(async (store) => {
      const seal = await openSeal(store, { source: masterKeyFromFile(keyFile) })
      const stop = new AbortController()
      const onStep = ({ step }: { readonly step: string }) => {
        if (step === 'secret-rewrapped') stop.abort()
      }
      await rotateMasterKey(store, seal, by, { onStep, signal: stop.signal }).catch(() => undefined)
      const code = await codeOf(retireMasterKeys(store, seal, by))
      if (code !== 'master_key_in_use') this.#wrong.push(`Retired early: ${String(code)}`)
      return readFile(keyFile, 'utf8')
    })
    const added = made.slice(before.length)
    if (!made.startsWith(before) || added === '') this.#wrong.push('The old version is gone.')
    await writeFile(keyFile, added)
    await this.#expectRefusal()
    return this.#putBack(made)
  }

  async #rotateOver(right: string): Promise<void> {
    const { keyFile } = this.#task
    await this.look(async (store) => {
      const seal = await openSeal(store, { source: masterKeyFromFile(keyFile) })
      for (const text of [anotherKey(right), undefined]) {
        await (text === undefined ? rm(keyFile) : writeFile(keyFile, text))
        for (const deed of [rotateMasterKey, retireMasterKeys]) {
          const code = await codeOf(deed(store, seal, by))
          if (code === 'seal_locked' || code === 'master_key_missing') this.#locked++
          else this.#wrong.push(`${deed.name} over another file: ${String(code)}`)
        }
      }
    })
    await this.#expectLocked()
    return this.#putBack(right)
  }

  async #putBack(text: string): Promise<void> {
    await writeFile(this.#task.keyFile, text, { mode: 0o600 })
  }

  /** A process that begins now finds the store locked, and changes nothing that is sealed. */
  async #expectLocked(): Promise<void> {
    const before = await this.look(sealedIn)
    await this.#expectRefusal()
    if ((await this.look(sealedIn)) !== before) this.#wrong.push('What is sealed was changed.')
  }

  async #expectRefusal(): Promise<void> {
    const { result, stderr } = await this.#begin({}).ended
    this.printed += JSON.stringify(result) + stderr
    const isRefused =
      result?.error?.startsWith('seal_locked') === true || (result?.unopened ?? []).length > 0
    if (isRefused) this.#locked++
    else this.#wrong.push(`It went on without its key: ${JSON.stringify(result)} ${stderr}`)
  }

  #begin(more: Partial<FeedTask>) {
    return this.#scene.processes.begin({ ...this.#task, ...more })
  }

  async #end({ ended }: ReturnType<Scene['processes']['begin']>): Promise<void> {
    const { result, signal, stderr } = await ended
    this.printed += JSON.stringify(result ?? '') + stderr
    if (signal === 'SIGKILL') this.#killed++
    else this.#judge(result, stderr)
  }

  #judge(result: FeedTaskResult | undefined, stderr: string): void {
    if (result === undefined) this.#wrong.push(`A process failed: ${stderr}`)
    if (result?.error !== undefined) this.#wrong.push(result.error)
    if ((result?.unopened ?? []).length > 0) this.#wrong.push(`Not opened: ${result?.unopened}`)
  }

  /** With the right key the feed comes to its end. */
  async #finish(): Promise<void> {
    const { running } = this.#scene
    this.#due = new Set(eventsOf(running).map(({ uuid }) => uuid))
    for (let attempt = 0; attempt < MAX_FINISHES; attempt++) {
      const { result, stderr } = await this.#begin({}).ended
      this.printed += JSON.stringify(result ?? '') + stderr
      this.#judge(result, stderr)
      if (result === undefined || (result.outcome === 'ok' && !result.more)) return
    }
    this.#wrong.push('The feed does not come to its end.')
  }

  async #noteKeys(): Promise<void> {
    const text = await readFile(this.#task.keyFile, 'utf8')
    for (const [, key = ''] of text.matchAll(/^postern-master-key:\d+:(\S+)$/gm)) this.keys.add(key)
  }
}

/** The same versions, of other keys. */
function anotherKey(text: string): string {
  return text.replaceAll(/^postern-master-key:(\d+):.*$/gm, (_line, version: string) =>
    testKeyLine(Number(version)),
  )
}

/** What must not change while the store is locked. */
async function sealedIn({ db }: Store): Promise<string> {
  const secrets = await db.selectFrom('secret').selectAll().orderBy('connection_id').execute()
  const versions = await db.selectFrom('master_key').selectAll().orderBy('version').execute()
  const connections = await db.selectFrom('connection').select(['id', 'settings']).execute()
  const hex = (_name: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
  return JSON.stringify(
    [secrets.map((row) => JSON.stringify(row, hex)).toSorted(), versions, connections],
    hex,
  )
}
