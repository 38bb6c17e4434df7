/** @module Servers of one store, one after the other, each killed in the middle of a change. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { startOf } from '../../../../test/test-programs.ts'
import { heardOf } from './change-desk.ts'
import type { Asker, AskOptions, Heard } from './change-judge.ts'
import type { Change } from './change-kinds.ts'
import type { ChangeTask, Death } from './change-process.ts'

/** Whoever asks the server that runs; where it was killed, the next one. */
export class ChangeServers implements Asker {
  readonly #task: ChangeTask
  readonly #accessKey: string
  #next: ChangeServer
  #running: ChangeServer | undefined

  constructor(task: ChangeTask, accessKey: string) {
    this.#task = task
    this.#accessKey = accessKey
    this.#next = new ChangeServer()
  }

  /** Lets the server end itself at a step of the next change. */
  async arm(death: Death): Promise<void> {
    await (await this.#server()).tell(death)
  }

  /** Kills the server that runs. */
  kill(): void {
    this.#running?.kill()
    this.#running = undefined
  }

  async ask({ action, given }: Change, { key }: AskOptions): Promise<Heard> {
    try {
      return heardOf(await this.#post(action, { arguments: given }, key))
    } catch {
      this.kill()
      return { kind: 'nothing' }
    }
  }

  async look(at: string): Promise<string> {
    return (await this.#post('request', { arguments: { path: at } })).text
  }

  close(): void {
    this.kill()
    this.#next.kill()
  }

  async #server(): Promise<ChangeServer> {
    if (this.#running === undefined) {
      this.#running = this.#next
      this.#next = new ChangeServer()
      await this.#running.tell(this.#task)
    }
    return this.#running
  }

  async #post(action: string, body: object, key?: string) {
    const { url } = await this.#server()
    const response = await fetch(`${url}/v1/connections/acme/actions/${action}`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${this.#accessKey}`, 'content-type': 'application/json' },
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, text, json: JSON.parse(text) as Record<string, unknown> }
  }
}

class ChangeServer {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  url = ''

  constructor() {
    const child = spawn(process.execPath, startOf('actions/change-process'), {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.on('error', () => undefined)
    this.#child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** Tells it something, and waits until it has heard that. */
  async tell(what: ChangeTask | Death): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify(what)}\n`)
    for (;;) {
      const { done, value } = await this.#lines.next()
      if (done) throw new Error('The server ended by itself.')
      if (value === 'ready') continue
      this.url = value
      return
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
