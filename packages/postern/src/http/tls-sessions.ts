/** @module TLS sessions that servers have given, so that the next connection to one need not prove its certificate anew. */

/** What is kept of a server. */
interface Kept {
  readonly session: Buffer
  readonly endMs: number
}

/** What a session came with. */
export interface SessionOf {
  /** Whether its connection went on with the one that was kept. */
  readonly isResumed: boolean
  /** How long the server's certificate holds from now on. */
  readonly validForMs: number
}

// About 2 KB each: those of a fleet.
const MAX_SERVERS = 10_000

// A certificate is looked at again at least that often, however long the server takes its sessions.
const MAX_AGE_MS = 3_600_000

/** The last session of each server. They hold for one set of trusted authorities, and are in memory alone. */
export class TlsSessions {
  readonly #kept = new Map<string, Kept>()
  readonly #nowMs: () => number

  /** @param nowMs - a clock that is never set back. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
  }

  /** The session to go on with; undefined where the server has to prove itself. */
  of(origin: string): Buffer | undefined {
    const kept = this.#kept.get(origin)
    if (kept === undefined || this.#nowMs() < kept.endMs) return kept?.session
    this.#kept.delete(origin)
    return undefined
  }

  /** Keeps a session, no longer than the certificate that was judged holds. */
  keep(origin: string, session: Buffer, { isResumed, validForMs }: SessionOf): void {
    const endMs = isResumed
      ? this.#kept.get(origin)?.endMs
      : this.#nowMs() + Math.min(MAX_AGE_MS, validForMs)
    // What it went on with was dropped meanwhile.
    if (endMs === undefined) return
    this.#kept.delete(origin)
    this.#kept.set(origin, { session: alone(session), endMs })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_SERVERS && oldest !== undefined) this.#kept.delete(oldest)
  }

  /** Drops what is kept of a server: connecting with it failed. */
  drop(origin: string): void {
    this.#kept.delete(origin)
  }
}

/** A copy with memory of its own: Node gives a piece of 64 KB, which would be kept whole. */
function alone(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
