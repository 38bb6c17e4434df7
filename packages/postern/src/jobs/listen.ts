/** @module Hears what a PostgreSQL server notifies, on a connection of its own that is made anew whenever it breaks. */

import { systemClock } from '@postern/core'
import pg from 'pg'

/** What {@link listen} hears, and whom it tells. */
export interface Listening {
  /** `LISTEN` and the name of a channel. */
  readonly statement: string
  readonly onNotification: (payload: string) => void
  /** After each new connection: something may have been missed. */
  readonly onReconnect: () => void
}

const KEEP_ALIVE_AFTER_MS = 10_000
const MAX_PAUSE_MS = 30_000
const FIRST_PAUSE_MS = 500

/** Listens until it is closed. @throws what the first connection fails with; later ones are tried again. */
export async function listen(
  config: pg.ClientConfig,
  listening: Listening,
): Promise<{ close(): Promise<void> }> {
  const closed = new AbortController()
  const { signal } = closed
  let client = await connect(config, listening)
  const held = (async () => {
    for (;;) {
      await ended(client, signal)
      const next = await reconnect(config, listening, signal)
      if (next === undefined) return
      client = next
    }
  })()
  return {
    close: async () => {
      closed.abort()
      await held
      await client.end().catch(() => undefined)
    },
  }
}

/** Connects as soon as the server takes it; undefined where nobody listens any more. */
async function reconnect(
  config: pg.ClientConfig,
  listening: Listening,
  signal: AbortSignal,
): Promise<pg.Client | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    await systemClock.sleep(pauseMs, { signal }).catch(() => undefined)
    if (signal.aborted) return undefined
    const client = await connect(config, listening).catch(() => undefined)
    if (client === undefined) continue
    if (!signal.aborted) return client
    await client.end().catch(() => undefined)
    return undefined
  }
}

async function connect(
  config: pg.ClientConfig,
  { statement, onNotification, onReconnect }: Listening,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...config,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  })
  // Followed by `end`, which is what is waited for.
  client.on('error', () => undefined)
  client.on('notification', ({ payload }) => {
    if (payload !== undefined) onNotification(payload)
  })
  try {
    await client.connect()
    await client.query(statement)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  onReconnect()
  return client
}

/** Resolves when a connection is over, or nobody listens any more. */
function ended(client: pg.Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    client.once('end', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
