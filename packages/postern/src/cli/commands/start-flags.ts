/** @module The flags of `postern start`. */

/** The flags of `start`, as they were typed. */
export interface StartFlags {
  readonly host?: string
  readonly port?: string
  readonly publicUrl?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly behindTlsProxy?: true
  readonly trustedProxy?: readonly string[]
  readonly connectOrigin?: readonly string[]
  readonly config?: string
  readonly dev?: true
  readonly workerOnly?: true
  readonly concurrency?: string
}
