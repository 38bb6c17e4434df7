/** @module The custom domains that the operator allows: beyond Okta's own domains, nothing else is taken for an org. */

import { type Clock, PosternError, parseCustomDomain } from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import {
  type DomainRow,
  deleteDomain,
  findDomain,
  insertDomain,
  readDomains,
  readDomainUses,
} from '../store/domains.ts'
import type { Store } from '../store/store.ts'

/** What can be wrong with a domain that is named. */
type DomainErrorCode = 'domain_not_found' | 'domain_in_use'

/** A domain that is not allowed, or has to stay so. */
class DomainError extends PosternError<DomainErrorCode> {
  override readonly name = 'DomainError'
}

/** A domain that is allowed. */
export interface AllowedDomain {
  readonly host: string
  readonly createdAt: Date
  /** The names of the connections that use it, in order. */
  readonly connections: readonly string[]
}

/** The custom domains of a store. */
export class Domains {
  readonly #store: Store
  readonly #clock: Clock

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Every domain that is allowed, by host. */
  async list(): Promise<readonly AllowedDomain[]> {
    const [rows, uses] = await Promise.all([readDomains(this.#store), readDomainUses(this.#store)])
    return rows.map((row) => viewOf(row, uses))
  }

  /** The hosts alone, for whoever parses an org URL. */
  async hosts(): Promise<readonly string[]> {
    return (await readDomains(this.#store)).map(({ host }) => host)
  }

  /**
   * Allows a domain; one that is allowed stays so.
   *
   * @throws {OrgUrlError | CustomDomainError} for what cannot be a custom domain.
   */
  async allow(text: string, by: Caller): Promise<AllowedDomain> {
    const host = parseCustomDomain(text)
    const now = this.#clock.now()
    return this.#store.transaction(async () => {
      if (await insertDomain(this.#store, host, now)) await this.#audit('domain.allow', host, by)
      const row = (await findDomain(this.#store, host)) ?? { host, created_at: now }
      return viewOf(row, await readDomainUses(this.#store))
    })
  }

  /**
   * Allows a domain no longer.
   *
   * @throws {DomainError} `domain_not_found`; `domain_in_use` with the names of the connections that would stop working.
   */
  async remove(text: string, by: Caller): Promise<void> {
    // Whatever is not allowed is not there; what it could have been does not matter.
    const host = text.trim().toLowerCase().replace(/\.$/, '')
    await this.#store.transaction(async () => {
      const row = await findDomain(this.#store, host)
      if (row === undefined) throw notFound()
      const { connections } = viewOf(row, await readDomainUses(this.#store))
      if (connections.length > 0) throw inUse(host, connections)
      if (!(await deleteDomain(this.#store, host))) throw notFound()
      await this.#audit('domain.remove', host, by)
    })
  }

  #audit(action: string, host: string, by: Caller): Promise<void> {
    return appendAudit(
      this.#store,
      { ...by, action, target: host, outcome: 'ok' },
      this.#clock.now(),
    )
  }
}

function viewOf(
  { host, created_at }: DomainRow,
  uses: Awaited<ReturnType<typeof readDomainUses>>,
): AllowedDomain {
  const own = uses.filter((use) => use.host === host)
  return { host, createdAt: created_at, connections: own.map((use) => use.connection).sort() }
}

function notFound(): DomainError {
  return new DomainError('domain_not_found', 'That host is not among the allowed domains.', {
    remedy: 'Look at them with postern domains list.',
  })
}

function inUse(host: string, connections: readonly string[]): DomainError {
  const [names, verb] = [connections.join(', '), connections.length === 1 ? 'uses' : 'use']
  return new DomainError('domain_in_use', `${host} stays allowed: ${names} ${verb} it.`, {
    remedy: 'Remove those connections first, or connect them anew by their Okta URL.',
    details: { host, connections },
  })
}
