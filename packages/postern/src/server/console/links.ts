/** @module Links that sign one browser in, once: what `postern start` shows on a terminal. Kept by this process alone. */

import type { Clock, Secret } from '@postern/core'
import { isSameDigest, newId } from '../../store/digest.ts'
import { newCookie, parseCookie } from './cookie.ts'
import { linkInvalid, linkOver } from './session-error.ts'

interface Link {
  readonly digest: Uint8Array
  readonly accessKey: Secret
  readonly expiresAtMs: number
  isUsed: boolean
}

const LIFE_MS = 10 * 60_000
const noDigest = new Uint8Array(32)

/** The links of a process. */
export class ConsoleLinks {
  readonly #clock: Clock
  readonly #links = new Map<string, Link>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A new link, as it stands in a fragment: `<id>.<secret>`. It is exchanged for the rights of an access key. */
  add(accessKey: Secret): Secret {
    const id = newId()
    const { text, digest } = newCookie(id)
    const expiresAtMs = this.#clock.monotonicMs() + LIFE_MS
    this.#links.set(id, { digest, accessKey, expiresAtMs, isUsed: false })
    return text
  }

  /** The access key of a link. @throws {ConsoleError} `console_link_invalid`; for the right one `console_link_over` */
  take(text: string): Secret {
    const presented = parseCookie(text)
    const link = presented && this.#links.get(presented.id)
    const isRight = isSameDigest(link?.digest ?? noDigest, presented?.digest ?? noDigest)
    if (link === undefined || !isRight) throw linkInvalid()
    if (link.isUsed || this.#clock.monotonicMs() >= link.expiresAtMs) throw linkOver()
    link.isUsed = true
    return link.accessKey
  }
}
