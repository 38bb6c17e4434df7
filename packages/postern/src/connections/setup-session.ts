/** @module One process at work on one setup of the store: what it needs from the plan to the connection that is kept. */

import { randomUUID } from 'node:crypto'
import {
  credentialOf,
  Org,
  PosternError,
  type PrivateKey,
  parseOrgUrl,
  type ServiceAppCredential,
  type SetupPlan,
  type SetupState,
  type Transport,
} from '@postern/core'
import { parseConnectionName } from '../config/connection-name.ts'
import { ownKeySetUrl } from '../config/key-set.ts'
import { differencesFrom, type PlanRequest, planOf, requireSamePlan } from '../config/setup-plan.ts'
import { appendAudit, type Caller } from '../store/audit.ts'
import type { DoctorResult } from '../store/connection-settings.ts'
import { type ConnectionRow, findConnection, readConnection } from '../store/connections.ts'
import { type Lease, withLease } from '../store/leases.ts'
import { findSetup } from '../store/setups.ts'
import { busy } from './busy-error.ts'
import type { Connections } from './connections.ts'
import type { ConnectionsContext } from './context.ts'
import { saveConnection } from './save.ts'
import { type PreparedSetup, prepareSetup } from './setup.ts'
import { connectionExists } from './stored-connection-error.ts'
import { type AboutConnection, StoredSetup } from './stored-setup.ts'

/** What setups of the store work with. */
export interface SetupsContext extends ConnectionsContext {
  readonly connections: Connections
}

/** The app and the connection that are wanted. A setup that was begun needs the name alone. */
export interface SetupRequest extends PlanRequest, AboutConnection {}

/** Who does what, as the audit log has it. */
export interface SetupDeed extends Caller {
  readonly action: 'setup.plan' | 'setup.check' | 'setup.apply' | 'setup.undo'
}

/**
 * Runs `work` while nobody else works on the setup of that name. What it refuses is in the audit log too.
 *
 * @throws {ConnectionNameError} `connection_name`; {@link BusyError} `setup_busy`
 * @throws {StoredConnectionError} `connection_exists` where another connection has the name.
 */
export async function withSetup<Result>(
  context: SetupsContext,
  request: SetupRequest,
  by: SetupDeed,
  work: (session: SetupSession) => Promise<Result>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Result> {
  const { store, clock } = context
  const name = parseConnectionName(request.name)
  const attempt = async (lease: Lease) => {
    const row = await findSetup(store, name)
    const connection = await findConnection(store, name)
    if (connection !== undefined && connection.id !== row?.id) throw connectionExists(name)
    const { description, rotationIntervalDays, rotationAdmin, isFromPage } = request
    const about = { description, rotationIntervalDays, rotationAdmin, isFromPage }
    const setup = new StoredSetup(context, { id: row?.id ?? randomUUID(), name, about }, lease)
    return work(new SetupSession(context, { request, by, setup, lease }))
  }
  try {
    const done = await withLease(store, `setup ${name}`, attempt, options)
    if (done === undefined) throw busy('setup', name)
    return done.result
  } catch (error) {
    if (error instanceof PosternError) {
      await appendAudit(store, { ...by, connection: name, outcome: error.code }, clock.now())
    }
    throw error
  }
}

/** What is kept beside what was proven. */
export interface KeepOptions {
  /** What the doctor found; default: that all is well. */
  readonly doctor?: DoctorResult
  /** The names of its admin roles, as the org told them; empty where it was not asked. */
  readonly roles?: readonly string[]
  readonly wants?: readonly string[] | undefined
  /** Done in the same transaction, behind it. */
  readonly within?: () => Promise<void>
}

/** The work on one setup. */
export class SetupSession {
  readonly setup: StoredSetup
  readonly lease: Lease
  readonly #context: SetupsContext
  readonly #request: SetupRequest
  readonly #by: SetupDeed

  constructor(
    context: SetupsContext,
    of: {
      readonly request: SetupRequest
      readonly by: SetupDeed
      readonly setup: StoredSetup
      readonly lease: Lease
    },
  ) {
    this.#context = context
    this.#request = of.request
    this.#by = of.by
    this.setup = of.setup
    this.lease = of.lease
  }

  /** The plan and the key that are kept, or new ones. */
  async prepare(): Promise<PreparedSetup> {
    const request = this.#request
    const { dev } = this.#context
    const options = await this.#planOptions()
    const { customDomains, ownKeySetUrl } = options
    return prepareSetup(this.setup, {
      plan: (publicJwk) => {
        const { org } = parseOrgUrl(request.orgUrl ?? '', { dev, customDomains })
        return planOf(request, { org, publicJwk, ownKeySetUrl })
      },
      requireSame: (plan) => requireSamePlan(request, plan, options),
    })
  }

  /** Makes room for another plan, where the one that is kept was begun on the Connect page too. Its key goes with it. */
  async makeRoom(): Promise<void> {
    const kept = await this.setup.readKept()
    if (kept?.isFromPage !== true) return
    const different = differencesFrom(this.#request, kept.state.plan, await this.#planOptions())
    if (different.length > 0) await this.setup.clear()
  }

  async #planOptions() {
    const { publicUrl } = this.#context
    const { name } = this.#request
    return {
      customDomains: await this.#context.customDomains(),
      ownKeySetUrl: publicUrl === undefined ? undefined : ownKeySetUrl(publicUrl, name),
    }
  }

  /** Reaches the org of a plan, and what publishes its key set. */
  transportFor({ org, jwksUri }: SetupPlan): Transport {
    const { openTransport } = this.#context
    const toOrg = openTransport(org)
    if (jwksUri === undefined) return toOrg
    const { origin } = new URL(jwksUri)
    const toKeySet = openTransport(origin)
    return (request) =>
      new URL(request.url).origin === origin ? toKeySet(request) : toOrg(request)
  }

  /** Opens clients of an org, each of which signs in with its own credential. */
  async clients(plan: SetupPlan): Promise<(credential: ServiceAppCredential) => Org> {
    const { clock, dev } = this.#context
    const customDomains = await this.#context.customDomains()
    const transport = this.transportFor(plan)
    const common = { url: plan.org, clock, dev, customDomains, transport }
    return (credential) => new Org({ ...common, credential })
  }

  /** Keeps what was proven as a connection, together with the end of the setup. Done again, it changes nothing. */
  async keep(
    state: SetupState,
    key: PrivateKey,
    { doctor, roles = [], wants, within }: KeepOptions = {},
  ): Promise<ConnectionRow> {
    const { store, clock, connections } = this.#context
    const { id } = this.setup
    const { plan } = state
    const now = clock.now()
    const row = await this.lease.transaction(async () => {
      const about = await this.setup.keep(state)
      const kept = await readConnection(store, id)
      if (kept !== undefined) {
        await appendAudit(store, { ...this.#by, connection: plan.name, outcome: 'ok' }, now)
        return kept
      }
      const connection = {
        id,
        name: plan.name,
        org: plan.org,
        description: about.description,
        credential: { ...credentialOf(state, key), key },
        // Sealed under this id since the setup began.
        secrets: [],
        more: {
          ...(wants === undefined ? {} : { wants }),
          ...(plan.jwksUri === undefined ? {} : { jwksUri: plan.jwksUri }),
          ...(about.rotationAdmin === undefined ? {} : { rotationAdmin: about.rotationAdmin }),
        },
        rotationIntervalDays: about.rotationIntervalDays,
        // It got its token and read with it.
        doctor: doctor ?? provenAt(now.toISOString(), roles),
      }
      const by = { ...this.#by, action: 'setup.apply' } as const
      const saved = await saveConnection(this.#context, connection, by)
      await within?.()
      return saved
    })
    connections.changed(id)
    return row
  }
}

function provenAt(at: string, names: readonly string[]): DoctorResult {
  return { status: 'ok', at, problems: [], ...(names.length === 0 ? {} : { roles: { names, at } }) }
}
