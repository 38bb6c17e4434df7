/** @module Who a process is, so that another one can tell later whether it still runs. */

import { createHash, randomUUID } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** A process, for those of the same machine and those of others. What a system does not tell is absent. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it began, in ticks since the machine did: another process with this number has another one. */
  readonly start?: string | undefined
  /** Which start of which machine: the same for its containers. */
  readonly boot?: string | undefined
  /** Whose numbers `pid` is one of: each container has its own. */
  readonly namespace?: string | undefined
  /** Which machine, whenever it started. */
  readonly machine?: string | undefined
  readonly host: string
  /** Tells everything apart that the others do not. */
  readonly nonce: string
}

/** What can be said of a process. `unknown`: only a sign of life from it could tell. */
export type Life = 'alive' | 'dead' | 'unknown'

/** Who this process is, under a nonce of its own for each call. */
export async function identifyProcess(): Promise<ProcessIdentity> {
  const machine = await readSystem('/etc/machine-id')
  return {
    pid: process.pid,
    start: (await readStart(process.pid)).start,
    boot: await readSystem('/proc/sys/kernel/random/boot_id'),
    namespace: await readlink('/proc/self/ns/pid').catch(() => undefined),
    // The id itself is for the machine alone.
    machine: machine && createHash('sha256').update(`postern ${machine}`).digest('base64url'),
    host: hostname(),
    nonce: randomUUID(),
  }
}

/** Whether a process still runs, as far as this one can see. */
export async function lifeOf(other: ProcessIdentity, own: ProcessIdentity): Promise<Life> {
  if (other.boot !== undefined && other.boot === own.boot) {
    // In another container its number means nothing here.
    return other.namespace === own.namespace ? lifeOnThisMachine(other) : 'unknown'
  }
  const hasStartedAnew = other.boot !== undefined && own.boot !== undefined
  if (hasStartedAnew && other.machine !== undefined && other.machine === own.machine) {
    return (await isSeenHere(other, own)) ? 'unknown' : 'dead'
  }
  // Systems without /proc.
  const isHere = other.boot === undefined && own.boot === undefined && other.host === own.host
  return isHere && !(await exists(other.pid)) ? 'dead' : 'unknown'
}

/**
 * Whether a process runs on this machine and in this container. Where a system tells no start of it, having its number has
 * to do, which another program may have by now.
 */
export async function runsHere(other: ProcessIdentity, own: ProcessIdentity): Promise<boolean> {
  const life = await lifeOf(other, own)
  if (life !== 'unknown') return life === 'alive'
  const isHere =
    other.boot === own.boot && other.namespace === own.namespace && other.host === own.host
  return other.start === undefined && isHere && exists(other.pid)
}

/** The process that a file names; undefined where it names none. */
export function parseProcess(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { pid, host, nonce, start, boot, namespace, machine }: Record<string, unknown> = {
    ...value,
  }
  if (!Number.isSafeInteger(pid) || typeof host !== 'string' || typeof nonce !== 'string') {
    return undefined
  }
  const isText = (told: unknown) => told === undefined || typeof told === 'string'
  if (![start, boot, namespace, machine].every(isText)) return undefined
  return value as ProcessIdentity
}

/** Whether it runs after all: a container may show one boot to some of its services, and another one to the rest. */
async function isSeenHere(other: ProcessIdentity, own: ProcessIdentity): Promise<boolean> {
  if (other.namespace !== own.namespace || other.pid === own.pid) return false
  return (await lifeOnThisMachine(other)) === 'alive'
}

async function lifeOnThisMachine({ pid, start }: ProcessIdentity): Promise<Life> {
  const now = await readStart(pid)
  if (now.hasEnded) return 'dead'
  if (now.start !== undefined && start !== undefined) return now.start === start ? 'alive' : 'dead'
  // /proc can be kept from a user.
  return (await exists(pid)) ? 'unknown' : 'dead'
}

/** @see proc_pid_stat(5) - the command name is in parentheses and may hold anything; state and start are fields 3 and 22 */
async function readStart(pid: number): Promise<{ start?: string; hasEnded?: boolean }> {
  const text = await readSystem(`/proc/${pid}/stat`)
  if (text === undefined) return {}
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = '', start] = [fields[0], fields[19]]
  if (state === 'Z' || state === 'X') return { hasEnded: true }
  return start === undefined ? {} : { start }
}

async function readSystem(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'latin1').catch(() => '')
  return text.trim() || undefined
}

/** Whether a process has this number, whosoever it is. */
async function exists(pid: number): Promise<boolean> {
  try {
    // Signal 0 asks only that.
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
