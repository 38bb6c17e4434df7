/** @module What takes a body piece by piece, at its own pace, and is given up where it takes nothing. */

import type { Writable } from 'node:stream'

/** The end of a body. */
export interface End {
  readonly isWhole: boolean
  /** Why it is not. */
  readonly reason?: unknown
}

/** Options of {@link Taker}. */
export interface TakerOptions {
  readonly stallMs: number
  /** Asks for more of the body. */
  readonly resume: () => void
  /** Gives the rest of it up. */
  readonly stop: () => void
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** What takes a body piece by piece. */
export class Taker {
  readonly #destination: Writable
  readonly #options: TakerOptions
  #stalled: NodeJS.Timeout | undefined

  constructor(destination: Writable, options: TakerOptions) {
    this.#destination = destination
    this.#options = options
    destination.on('drain', this.#onDrain)
    destination.on('close', this.#onClose)
    if (destination.destroyed) this.#onClose()
  }

  /** Whether there is room for more. */
  write(chunk: Uint8Array): boolean {
    if (this.#destination.write(chunk)) return true
    this.#stalled ??= setTimeout(this.#onStalled, this.#options.stallMs)
    return false
  }

  end({ isWhole, reason }: End): void {
    if (!isWhole) {
      this.#settle()
      this.#options.reject(reason)
      return
    }
    this.#destination.once('finish', this.#onFinish)
    this.#destination.end()
    if (this.#destination.writableLength === 0) return
    this.#stalled ??= setTimeout(this.#onStalled, this.#options.stallMs)
  }

  readonly #onFinish = (): void => {
    this.#settle()
    this.#options.resolve()
  }

  readonly #onDrain = (): void => {
    clearTimeout(this.#stalled)
    this.#stalled = undefined
    this.#options.resume()
  }

  readonly #onClose = (): void => this.#giveUp('Whoever reads the answer is gone.')

  readonly #onStalled = (): void => this.#giveUp('Whoever reads the answer stopped reading.')

  #giveUp(observed: string): void {
    this.#settle()
    this.#options.reject(new DOMException(observed, 'AbortError'))
    this.#options.stop()
  }

  #settle(): void {
    clearTimeout(this.#stalled)
    this.#destination.off('finish', this.#onFinish)
    this.#destination.off('drain', this.#onDrain)
    this.#destination.off('close', this.#onClose)
  }
}
