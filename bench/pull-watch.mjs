/** @module What one pull of bench/pull.ts came to; the same for every client, whatever it is written in. */

import { readFileSync } from 'node:fs'

/** Counts users from the end of the first page on: starting a client is measured in bench/cold-start.ts. */
export class PullWatch {
  #users = 0
  #firstPage = 0
  #startMs = 0

  /** @param {number} users - How many have just been done with. */
  count(users) {
    this.#users += users
    if (this.#startMs > 0) return
    this.#firstPage = this.#users
    this.#startMs = performance.now()
  }

  pull() {
    const seconds = (performance.now() - this.#startMs) / 1_000
    const { user, system } = process.cpuUsage()
    return {
      users: this.#users,
      perSecond: (this.#users - this.#firstPage) / seconds,
      cpuMs: (user + system) / 1_000,
      megabytes: peakMegabytes(),
    }
  }
}

/** The most memory this program has had. `maxRSS` would count that of the process which started it, too. */
function peakMegabytes() {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kilobytes) / 1_024
}
