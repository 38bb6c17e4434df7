/** @module A lock that one process holds at a time, as a file. One that was killed is succeeded, by exactly one of those who wait. */

import { link, readdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Clock, systemClock } from '@postern/core'
import { identifyProcess, lifeOf, type ProcessIdentity } from './process-identity.ts'

/** A lock that this process holds. */
export interface ProcessLock {
  release(): Promise<void>
}

/** The lock, or who has it. */
export type LockAttempt = { readonly lock: ProcessLock } | { readonly owner: ProcessIdentity }

/** Options of {@link takeLock}. */
export interface TakeLockOptions {
  /** Called when another process took the lock: this one was stopped for so long that it counted as dead. */
  readonly onLost: () => void
  readonly clock?: Clock
  readonly signal?: AbortSignal | undefined
}

const BEAT_MS = 5_000

// Three beats that did not come.
const SILENCE_MS = 15_000
const LOOK_AGAIN_MS = 1_000

const MAX_ATTEMPTS = 100

/**
 * Takes the lock that the file `path` is, or says who has it.
 *
 * The owner is known by what no other process has: number, start, machine. Where that cannot be seen from here (another
 * container, another machine, a system without `/proc`), it is waited for 15 seconds for a sign of life.
 *
 * @throws what the file system says where it can hold no such lock.
 */
export async function takeLock(path: string, options: TakeLockOptions): Promise<LockAttempt> {
  const own = await identifyProcess()
  const mine = `${path}.${own.nonce}`
  // Whole before it has its name, so that nobody ever reads half of it.
  await writeFile(mine, JSON.stringify(own), { flag: 'wx', mode: 0o600, flush: true })
  try {
    const silent = new Set<string>()
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      options.signal?.throwIfAborted()
      const owner = await tryOnce(path, mine, own, { silent, ...options })
      if (owner === 'taken') return { lock: hold(path, own, options.onLost) }
      if (owner !== 'again') return { owner }
    }
    throw new Error(`${path} changed ${MAX_ATTEMPTS} times while it was looked at.`)
  } finally {
    await unlink(mine).catch(ignoreAbsence)
  }
}

type Attempt = ProcessIdentity | 'taken' | 'again'

async function tryOnce(
  path: string,
  mine: string,
  own: ProcessIdentity,
  options: TakeLockOptions & { readonly silent: Set<string> },
): Promise<Attempt> {
  const head = await readIdentity(path)
  if (head === undefined) return (await isLinked(mine, path)) ? 'taken' : 'again'
  const last = await lastInLine(path, head)
  const life = options.silent.has(last.identity.nonce) ? 'dead' : await lifeOf(last.identity, own)
  if (life === 'unknown' && (await isSilent(last.file, options))) {
    options.silent.add(last.identity.nonce)
    return 'again'
  }
  const isUnchanged = async () => (await readIdentity(path))?.nonce === head.nonce
  if (life !== 'dead') return (await isUnchanged()) ? last.identity : 'again'
  // The dead are succeeded once: there is one file of this name, and who makes it is next.
  const claim = claimOn(path, last.identity)
  if (!(await isLinked(mine, claim))) return 'again'
  if (!(await isUnchanged())) {
    await unlink(claim).catch(ignoreAbsence)
    return 'again'
  }
  await rename(mine, path)
  await removeClaims(path)
  return 'taken'
}

/** The last of those who succeeded the owner and died before they had the lock. */
async function lastInLine(
  path: string,
  head: ProcessIdentity,
): Promise<{ readonly identity: ProcessIdentity; readonly file: string }> {
  for (let last = { identity: head, file: path }; ; ) {
    const file = claimOn(path, last.identity)
    const identity = await readIdentity(file)
    if (identity === undefined) return last
    last = { identity, file }
  }
}

function claimOn(path: string, { nonce }: ProcessIdentity): string {
  return `${path}.claim.${nonce}`
}

async function removeClaims(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.claim.`)) continue
    await unlink(join(folder, name)).catch(ignoreAbsence)
  }
}

/** Whether the file gave no sign of life for 15 seconds. Its times are compared with each other, not with a clock here. */
async function isSilent(
  file: string,
  { clock = systemClock, signal }: TakeLockOptions,
): Promise<boolean> {
  const lastSign = async () => (await stat(file).catch(() => undefined))?.mtimeMs
  const first = await lastSign()
  for (let waitedMs = 0; waitedMs < SILENCE_MS; waitedMs += LOOK_AGAIN_MS) {
    await clock.sleep(LOOK_AGAIN_MS, { signal })
    if ((await lastSign()) !== first) return false
  }
  return true
}

function hold(path: string, own: ProcessIdentity, onLost: () => void): ProcessLock {
  const beat = async () => {
    // What cannot be read at this moment says nothing.
    const owner = await readIdentity(path).catch(() => undefined)
    if (owner !== undefined && owner.nonce !== own.nonce) {
      clearInterval(timer)
      return onLost()
    }
    const now = new Date()
    await utimes(path, now, now).catch(() => undefined)
  }
  const timer = setInterval(() => void beat(), BEAT_MS)
  timer.unref()
  return {
    release: async () => {
      clearInterval(timer)
      if ((await readIdentity(path))?.nonce === own.nonce) await unlink(path)
    },
  }
}

async function readIdentity(path: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreAbsence)
  return text === undefined ? undefined : JSON.parse(text)
}

/** Whether the name was free and is ours now. The file system decides, for all processes alike. */
async function isLinked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function ignoreAbsence(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
