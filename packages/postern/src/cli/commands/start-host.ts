/** @module What another command does with a server that runs in its own process. */

import type { Service } from '../../service.ts'

/** A server that answers, as the command that runs it sees it. */
export interface RunningHere {
  readonly url: string
  readonly service: Service
  /** A link by which one browser on this machine gets in, once. */
  readonly consoleLink: () => string
}

/** What another command does with a server that it runs in its own process, in the place of saying where it is. */
export interface Host {
  /** @returns whether the server is to run on until the signal. */
  readonly onRunning: (running: RunningHere) => Promise<boolean>
}
