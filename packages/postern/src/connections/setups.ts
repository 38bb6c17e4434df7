/** @module The setups of the store: planned, carried out, taken back. Each ends as a connection. */

import {
  type AppProof,
  applySetup,
  type SetupProgress,
  type SetupState,
  type UndoDeed,
  undoSetup,
} from '@postern/core'
import { appendAudit, type Caller } from '../store/audit.ts'
import { type ConnectionRow, readConnection } from '../store/connections.ts'
import { findSetup } from '../store/setups.ts'
import { requireAdmin } from './admin.ts'
import type { AdminChoice } from './admin-choice.ts'
import { setupNotFound } from './setup-not-found.ts'
import {
  type SetupRequest,
  type SetupSession,
  type SetupsContext,
  withSetup,
} from './setup-session.ts'
import { type KeptSetup, parseKeptSetup } from './stored-setup.ts'
import { requireUnused } from './unused.ts'

/** What whoever waits may say. */
export interface SetupOptions {
  readonly onProgress?: ((progress: SetupProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** A setup that came to its end. */
export interface FinishedSetup {
  readonly row: ConnectionRow
  readonly state: SetupState
  readonly proof: AppProof
  /** The names of the app's admin roles, where the org was asked. */
  readonly roles: readonly string[]
}

/** The setups of a store. */
export class Setups {
  readonly #context: SetupsContext

  constructor(context: SetupsContext) {
    this.#context = context
  }

  /**
   * Keeps a plan with a new key, and calls nobody. What was planned before stays as it is.
   *
   * @throws {UsageError} where another plan was begun under that name.
   */
  plan(request: SetupRequest, by: Caller): Promise<SetupState> {
    const deed = { ...by, action: 'setup.plan' } as const
    return withSetup(this.#context, request, deed, async (session) => {
      const { state } = await session.prepare()
      const entry = { ...deed, connection: request.name, outcome: 'ok' }
      await appendAudit(this.#context.store, entry, this.#context.clock.now())
      return state
    })
  }

  /** How far a setup got. @throws {StoredSetupError} `setup_not_found` */
  async get(name: string): Promise<KeptSetup> {
    const row = (await findSetup(this.#context.store, name)) ?? setupNotFound(name)
    return parseKeptSetup(row, await this.#context.customDomains())
  }

  /**
   * Makes the app, proves it and keeps the connection. Stopped anywhere, the next call goes on and makes nothing twice.
   *
   * @throws {BusyError} `setup_busy`
   * @throws {StoredConnectionError} `connection_exists`
   * @throws {AdminError} where nobody is named who may make the app.
   * @throws what core's `applySetup` throws.
   */
  apply(
    request: SetupRequest & AdminChoice,
    by: Caller,
    { onProgress, signal }: SetupOptions = {},
  ): Promise<FinishedSetup> {
    const deed = { ...by, action: 'setup.apply' } as const
    const work = async (session: SetupSession): Promise<FinishedSetup> => {
      const { state: before, key } = await session.prepare()
      const { plan } = before
      const { state, proof, roles } = await applySetup(before, {
        admin: await requireAdmin(this.#context, plan.org, request),
        openOrg: await session.clients(plan),
        key,
        save: (kept) => session.setup.saveSetup(kept),
        transport: session.transportFor(plan),
        clock: this.#context.clock,
        ...(onProgress === undefined ? {} : { onProgress }),
        signal: session.lease.signal,
      })
      return { row: await session.keep(state, key, { roles }), state, proof, roles }
    }
    return withSetup(this.#context, request, deed, work, { signal })
  }

  /**
   * Takes the app of a setup back, and removes its connection and everything that was kept of it. An app that a person made
   * stays: what was planned for it is removed as long as there is no connection.
   *
   * @throws {StoredSetupError} `setup_not_found`
   * @throws {StoredConnectionError} `connection_in_use` while feeds read over its connection: the app stays too.
   * @throws {AdminError} where there may be an app, and nobody is named who may delete it.
   */
  async undo(
    request: { readonly name: string } & AdminChoice,
    by: Caller,
    options: {
      readonly onDeed?: ((deed: UndoDeed) => void) | undefined
      readonly signal?: AbortSignal | undefined
    } = {},
  ): Promise<readonly UndoDeed[]> {
    const { name } = request
    await this.get(name)
    const deed = { ...by, action: 'setup.undo' } as const
    const deeds: UndoDeed[] = []
    const onProgress = (done: UndoDeed) => {
      deeds.push(done)
      options.onDeed?.(done)
    }
    const { store, clock, connections } = this.#context
    await withSetup(
      this.#context,
      { name },
      deed,
      async ({ setup, lease }) => {
        const { state } = (await setup.readKept()) ?? setupNotFound(name)
        const connection = await readConnection(store, setup.id)
        // Before the org is asked: what is deleted there does not come back.
        await requireUnused(store, { id: setup.id, name })
        if (mayHaveApp(state, connection)) {
          const admin = await requireAdmin(this.#context, state.plan.org, request)
          const save = (kept: SetupState) => setup.saveSetup(kept)
          await undoSetup(state, { admin, save, clock, onProgress, signal: lease.signal })
        }
        await lease.transaction(async () => {
          if (connection !== undefined) await connections.remove(name, by)
          await setup.clear()
          await appendAudit(store, { ...deed, connection: name, outcome: 'ok' }, clock.now())
        })
      },
      options,
    )
    return deeds
  }
}

/** Whether there may be an app of the setup that is for us to delete, or to refuse to delete. */
function mayHaveApp(
  { startedAt, undoneAt, guided }: SetupState,
  connection: ConnectionRow | undefined,
): boolean {
  if (startedAt === undefined || undoneAt !== undefined) return false
  return guided !== true || connection !== undefined
}
