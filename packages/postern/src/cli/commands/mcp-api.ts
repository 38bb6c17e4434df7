/** @module The API for a command that runs for days and asks now and then: opened when it is needed, and closed when it is not. */

import type { Secret } from '@postern/core'
import type { ApiClient } from '../api-client.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'

// One process at a time has an embedded store open: a client that is idle must not keep others, `postern start` among them, out.
const IDLE_MS = 5_000

/** The API, while it is used. */
export class IdleApi implements AsyncDisposable {
  readonly #options: GlobalOptions
  readonly #how: { readonly signal: AbortSignal; readonly accessKey: Secret | undefined }
  #opened: Promise<ApiClient> | undefined
  #users = 0
  #failed = false
  #idle: NodeJS.Timeout | undefined

  constructor(
    options: GlobalOptions,
    how: { readonly signal: AbortSignal; readonly accessKey: Secret | undefined },
  ) {
    this.#options = options
    this.#how = how
  }

  /** Does something with the API, which stays open until it is done. @throws what opening it throws, and what `work` throws. */
  async use<Result>(work: (api: ApiClient) => Promise<Result>): Promise<Result> {
    clearTimeout(this.#idle)
    this.#users++
    try {
      return await work(await this.#open())
    } catch (error) {
      // Where it is may have changed: the next call looks anew.
      this.#failed = true
      throw error
    } finally {
      this.#users--
      if (this.#users === 0 && this.#failed) await this.#close()
      else if (this.#users === 0) this.#idle = setTimeout(() => void this.#close(), IDLE_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle)
    await this.#close()
  }

  #open(): Promise<ApiClient> {
    const { signal, accessKey } = this.#how
    this.#opened ??= openApi(this.#options, signal, { accessKey })
    return this.#opened
  }

  async #close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    this.#failed = false
    const api = await opened?.catch(() => undefined)
    // What could not be opened cannot be closed, and was told already.
    await api?.[Symbol.asyncDispose]().catch(() => undefined)
  }
}
