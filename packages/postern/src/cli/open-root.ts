/** @module The root of a kept connection's org on this machine, and the access key of this run that is let in there. */

import { Secret, systemClock } from '@postern/core'
import { UsageError } from '../config/usage-error.ts'
import type { ConnectionView } from '../connections/view.ts'
import { type Listening, listen } from '../server/listen.ts'
import { rootApp } from '../server/proxy/root.ts'
import type { ApiClient } from './api-client.ts'
import { type AccessRule, parseRule } from './commands/access-rule.ts'
import type { StoreFlags } from './global-options.ts'
import { endInOrder, holdSignals } from './interruption.ts'
import { useKeptServed } from './kept-connection.ts'
import { openServedApi } from './open-api.ts'
import { warn } from './output.ts'

/** What the root is opened for. */
export interface RootRequest {
  /** Of a connection that is kept. */
  readonly name: string
  /** `METHODS:PATHS` each, as they were typed. Default: GET and HEAD under /api/v1. */
  readonly allow?: readonly string[] | undefined
  /** Default: any port that is free. */
  readonly port?: number | undefined
  /** What the access key is for, as lists of access keys show it. */
  readonly purpose: string
}

/** The root of an org, as long as it is open. */
export interface OpenRoot {
  /** `http://127.0.0.1:41234` */
  readonly url: string
  /** Lets in whoever shows it, as Bearer or SSWS, and ends with the run. */
  readonly accessKey: Secret
  readonly accessKeyId: string
  readonly rules: readonly AccessRule[]
  readonly connection: ConnectionView
}

interface NewAccessKey {
  readonly id: string
  readonly text: string
  readonly rules: readonly AccessRule[]
}

// What is left of a run that was killed lets in for so long.
const KEY_LIFE_MS = 60 * 60_000
const RENEW_EVERY_MS = 20 * 60_000
const CLOSE_WITHIN_MS = 2_000

/**
 * Opens a listener on loopback whose root is the root of an org, until the work is done. Every call needs the access key
 * that is made for it: another program of this machine that finds the port is refused as it is by the server.
 *
 * @param work - has to look at its signal: until the access key is revoked, no interruption ends anything by itself.
 * @throws {UsageError} `usage_invalid` for a rule or a port; {ApiProblem} `connection_not_found`
 */
export async function withRoot<Result>(
  { name, allow = [''], port, purpose }: RootRequest,
  options: StoreFlags & { readonly signal: AbortSignal },
  work: (root: OpenRoot, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const rules = allow.map((text) => parseRule(`${name}:proxy:${text}`))
  // The access key is revoked after an interruption too.
  const { signal } = new AbortController()
  const open = () => openServedApi(options, { signal, dev: true })
  const useServed = async ({ api, server }: Awaited<ReturnType<typeof open>>, path: string) => {
    endInOrder(options.signal)
    options.signal.throwIfAborted()
    const connection = await api.call<ConnectionView>('GET', path)
    const listening = await openListener(rootApp({ server, connection: connection.name }), port)
    using held = holdSignals()
    const ended = AbortSignal.any([options.signal, held.signal])
    try {
      return await withAccessKey(api, { name: purpose, rules }, ({ id, text, rules: given }) =>
        work(
          {
            url: listening.url,
            accessKey: new Secret(text),
            accessKeyId: id,
            rules: given,
            connection,
          },
          ended,
        ),
      )
    } finally {
      await listening.close(CLOSE_WITHIN_MS)
    }
  }
  return useKeptServed(name, options, useServed, open)
}

async function openListener(app: ReturnType<typeof rootApp>, port = 0): Promise<Listening> {
  try {
    return await listen(app, { port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new UsageError('usage_invalid', `Port ${port} cannot be opened (${code}).`, {
      remedy: 'Give --port one that is free, or leave it out.',
      details: { flag: '--port', code },
    })
  }
}

/** Makes an access key that is renewed while the work goes on, and revoked when it is done. */
async function withAccessKey<Result>(
  api: ApiClient,
  key: { readonly name: string; readonly rules: readonly AccessRule[] },
  work: (key: NewAccessKey) => Promise<Result>,
): Promise<Result> {
  const expiry = () => new Date(systemClock.now().getTime() + KEY_LIFE_MS).toISOString()
  const body = { ...key, expiresAt: expiry() }
  const made = await api.call<NewAccessKey>('POST', '/v1/access-keys', body)
  const path = `/v1/access-keys/${made.id}`
  const renewal = setInterval(() => {
    // A server that is away may be back at the next time.
    api.call('PATCH', path, { expiresAt: expiry() }).catch(() => undefined)
  }, RENEW_EVERY_MS)
  try {
    return await work(made)
  } finally {
    clearInterval(renewal)
    await api.call('DELETE', `${path}?forget=true`).catch(() => {
      warn(
        'access_key_left',
        `The access key ${made.id} could not be revoked: it ends by itself within an hour.`,
      )
    })
  }
}
