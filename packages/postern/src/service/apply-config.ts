/** @module Makes what is kept what a configuration file declares. The file wins for what it names, and touches nothing else. */

import type { DeclaredConfig } from '../config/file/declared.ts'
import type { Services } from '../server/services.ts'
import { withLease } from '../store/leases.ts'
import { type Applied, applyOne, byConfig } from './applied.ts'
import { applyAccessKey } from './apply-access-key.ts'
import { applyAction } from './apply-action.ts'
import { applyConnection } from './apply-connection.ts'
import { applyFeed } from './apply-feed.ts'
import { applySink } from './apply-sink.ts'

/** Options of {@link applyConfig}. */
export interface ApplyConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes orgs on this machine. */
  readonly dev: boolean
  /** Whether somebody sees what is shown: only then is an access key made that the file gives no text. */
  readonly isAttended: boolean
  readonly signal?: AbortSignal
  /** Told of each thing as soon as it is as it will be. */
  readonly onApplied?: (applied: Applied) => void
}

// A connection is tried out for 40 s at most; the lease is renewed meanwhile.
const LEASE = 'config'

/**
 * Applies a file: domains, actions, connections, sinks, feeds and access keys, in this order. Applied again, it changes nothing.
 *
 * What cannot be as the file says is refused for itself and does not stop the others.
 *
 * @returns what became of each; undefined where another process applies a file now.
 * @throws the reason of `signal`.
 */
export async function applyConfig(
  services: Services,
  config: DeclaredConfig,
  options: ApplyConfigOptions,
): Promise<readonly Applied[] | undefined> {
  const { signal } = options
  const applied = await withLease(
    services.store,
    LEASE,
    (lease) => applyAll(services, config, { ...options, signal: lease.signal }),
    { signal },
  )
  return applied?.result
}

async function applyAll(
  services: Services,
  config: DeclaredConfig,
  {
    env,
    dev,
    isAttended,
    signal,
    onApplied,
  }: ApplyConfigOptions & { readonly signal: AbortSignal },
): Promise<readonly Applied[]> {
  const { store, domains, accessKeys, clock } = services
  const all: Applied[] = []
  const note = (applied: Applied) => {
    all.push(applied)
    onApplied?.(applied)
    signal.throwIfAborted()
  }
  const sources = { env, folder: config.folder }
  for (const { host } of config.domains) {
    const work = () => applyDomain(host, services)
    note(await applyOne({ kind: 'domain', name: host }, work))
  }
  for (const action of config.actions) {
    const work = () => applyAction(action, services.knownActions)
    note(await applyOne({ kind: 'action', name: action.name }, work))
  }
  const customDomains = await domains.hosts()
  const context = { ...services, customDomains, dev, sources, signal }
  for (const connection of config.connections) {
    const work = () => applyConnection(connection, context)
    note(await applyOne({ kind: 'connection', name: connection.name }, work))
  }
  for (const sink of config.sinks) {
    const work = () => applySink(sink, context)
    note(await applyOne({ kind: 'sink', name: sink.name }, work))
  }
  for (const feed of config.feeds) {
    const work = () => applyFeed(feed, services)
    note(await applyOne({ kind: 'feed', name: feed.name }, work))
  }
  for (const declared of config.accessKeys) {
    const now = clock.now()
    const work = () => applyAccessKey(declared, { store, accessKeys, now, isAttended, sources })
    note(await applyOne({ kind: 'access-key', name: declared.name }, work))
  }
  return all
}

async function applyDomain(
  host: string,
  { domains }: Services,
): Promise<Omit<Applied, 'kind' | 'name'>> {
  const isThere = (await domains.hosts()).includes(host)
  if (!isThere) await domains.allow(host, byConfig)
  return { outcome: isThere ? 'unchanged' : 'added' }
}
