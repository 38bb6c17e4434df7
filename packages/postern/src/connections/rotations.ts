/** @module The rotations of stored connections: begun, gone on with by whoever comes next, finished, taken back. */

import {
  applyRotation,
  finishRotation,
  hasReached,
  isUnderWay,
  Org,
  PosternError,
  type RotationContext,
  RotationError,
  type RotationProgress,
  type RotationState,
  rollBackRotation,
} from '@postern/core'
import type { Caller } from '../store/audit.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { type Lease, withLease } from '../store/leases.ts'
import { readRotation } from '../store/rotations.ts'
import { openAdmin } from './admin.ts'
import type { AdminChoice } from './admin-choice.ts'
import { busy, leaseOf } from './busy-error.ts'
import type { Connections } from './connections.ts'
import type { ConnectionsContext } from './context.ts'
import { type KeptRotation, parseKept } from './kept-rotation.ts'
import { type KeyHolder, keyHolderOf, requireUnattended } from './key-holder.ts'
import { type PreparedRotation, prepareRotation } from './rotate.ts'
import { type RotatedApp, selfAdmin } from './rotated-app.ts'
import { type RotationStatus, statusOf } from './rotation-status.ts'
import { appOf } from './stored-app.ts'
import { connectionNotFound } from './stored-connection-error.ts'
import { isOf, StoredRotation } from './stored-rotation.ts'

/** What {@link Rotations} works with. */
export interface RotationsContext extends ConnectionsContext {
  readonly connections: Connections
}

/** What is asked for. Without an end, a rotation is begun or gone on with until the old key is out of use. */
export interface RotateRequest extends AdminChoice {
  /**
   * `keep-old` leaves the old key in use beside the new one; `retire` deletes the old key, an hour or more after it went out of
   * use; `roll-back` makes it the one in use again.
   */
  readonly end?: 'keep-old' | 'retire' | 'roll-back' | undefined
  /** Between the switch and the end of the old key, for other processes to see the new one. Default 5. */
  readonly graceSeconds?: number | undefined
}

/** What whoever waits may say. */
export interface RotateOptions {
  readonly onProgress?: ((progress: RotationProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** One run: who wants what of which connection. */
interface Run {
  readonly name: string
  readonly request: RotateRequest
  readonly by: Caller
  /** Whether nobody asked for it: it is the schedule's. */
  readonly isScheduled: boolean
  readonly lease: Lease
  readonly options: RotateOptions
}

const DEFAULT_GRACE_SECONDS = 5

// Nothing went wrong: it was asked for at the wrong time.
const UNTIMELY = ['rotation_too_early', 'rotation_out_of_order']

/** The rotations of a store's connections. */
export class Rotations {
  readonly #context: RotationsContext

  constructor(context: RotationsContext) {
    this.#context = context
  }

  /**
   * Begins or goes on with a rotation. Stopped anywhere, the next call goes on; the key in use works meanwhile.
   *
   * @throws {StoredConnectionError} `connection_not_found`
   * @throws {BusyError} `rotation_busy`
   * @throws {RotationError} what stopped it; it is kept as the status' `lastError`.
   */
  async rotate(
    name: string,
    request: RotateRequest,
    by: Caller,
    options: RotateOptions = {},
  ): Promise<RotationStatus> {
    const done = await this.#alone(name, options, (lease) =>
      this.#run({ name, request, by, isScheduled: false, lease, options }),
    )
    if (!done) throw busy('rotation', name)
    return this.status(name)
  }

  /** How the rotation of a connection stands. @throws {StoredConnectionError} `connection_not_found` */
  async status(name: string): Promise<RotationStatus> {
    const row = await this.#context.connections.get(name)
    const rotation = await readRotation(this.#context.store, row.id)
    return statusOf(row, rotation && (await this.#parse(rotation)), rotation?.due_at ?? null)
  }

  /**
   * Does what is due for a connection by its schedule, if another process does not do it already.
   *
   * @throws what stopped it; it is kept as the status' `lastError`, and tried again later.
   */
  async goOn(name: string, options: RotateOptions = {}): Promise<void> {
    const by = { actor: 'postern' }
    await this.#alone(name, options, async (lease) => {
      // Another process may have done it between the question what is due and the lease.
      if (!(await this.#isDue(name))) return
      await this.#run({ name, request: {}, by, isScheduled: true, lease, options })
    })
  }

  /** Runs `work` while nobody else rotates this connection's key. @returns whether it ran. */
  async #alone(
    name: string,
    { signal }: RotateOptions,
    work: (lease: Lease) => Promise<void>,
  ): Promise<boolean> {
    const { store, connections } = this.#context
    const { id } = await connections.get(name)
    const ran = await withLease(
      store,
      leaseOf(id),
      async (lease) => {
        // Another connection may have the name by now.
        if ((await connections.get(name)).id !== id) throw connectionNotFound(name)
        await work(lease)
      },
      { signal },
    )
    return ran !== undefined
  }

  async #isDue(name: string): Promise<boolean> {
    const { store, clock, connections } = this.#context
    const row = await connections.get(name)
    const rotation = await readRotation(store, row.id)
    // One that was given up, because the connection got another credential, is not gone on with.
    const goesOnAt = (await this.#readKept(row)) && rotation?.due_at
    const due = goesOnAt ?? row.next_rotation_at
    return due !== null && due <= clock.now()
  }

  async #run(run: Run): Promise<void> {
    const row = await this.#context.connections.get(run.name)
    const kept = await this.#readKept(row)
    const holder = keyHolderOf(row, { ...run.request, kept, publicUrl: this.#context.publicUrl })
    const place = new StoredRotation(this.#context, row, {
      lease: run.lease,
      by: run.by,
      plan: (state) => goingOn(run, { holder, kept, state }),
    })
    try {
      if (run.isScheduled) requireUnattended(row, holder)
      await this.#carryOut(run, { row, kept, holder, place })
    } catch (error) {
      if (!(error instanceof PosternError) || UNTIMELY.includes(error.code)) throw error
      // The reason why it stopped is worth more than that of why that cannot be kept.
      await place.fail(error).catch(() => undefined)
      const goesOn = holder.kind === 'own-url' && error.code === 'rotation_unproven'
      if (!goesOn || run.isScheduled) throw error
    }
  }

  async #carryOut(run: Run, parts: RunParts): Promise<void> {
    const { row, kept, place } = parts
    const { end } = run.request
    if ((end === 'retire' || end === 'roll-back') && !(kept?.state && isUnderWay(kept.state))) {
      throw new RotationError('rotation_out_of_order', 'No rotation is under way.', {
        remedy: 'Run the rotation first, without --retire and --rollback.',
      })
    }
    const app = await appOf(this.#context, row)
    const prepared = await prepareRotation(place, app)
    const { state } = prepared
    const context = await this.#contextOf(run, { ...parts, app, prepared })
    if (end === 'roll-back' || state.phase === 'rolling-back') {
      await rollBackRotation(state, context)
    } else if (end === 'retire' || state.phase === 'retired') {
      await finishRotation(state, context)
    } else {
      await applyRotation(state, context, { until: untilOf(run, parts.holder, state) })
    }
  }

  async #contextOf(
    { name, request, options, lease }: Run,
    { holder, place, app, prepared }: RunParts & { app: RotatedApp; prepared: PreparedRotation },
  ): Promise<RotationContext> {
    const { connections, openTransport, clock, dev } = this.#context
    const { state, newKey, oldKey } = prepared
    const { row, org } = await connections.open(name)
    const customDomains = await this.#context.customDomains()
    const common = { url: org.url, clock, dev, customDomains, pacer: org.pacer }
    const openOrg: RotationContext['openOrg'] = (credential) =>
      new Org({ ...common, credential, transport: openTransport(org.url) })
    const own = hasReached(state, 'switched') ? newKey : (oldKey ?? newKey)
    const admin = await this.#openAdmin(holder, request, org, () =>
      own === undefined ? undefined : openOrg(selfAdmin(app, own)),
    )
    const { onProgress } = options
    return {
      ...(admin === undefined ? {} : { admin }),
      openOrg,
      credential: app.dpopRequired ? { ...app.more, dpopRequired: true } : app.more,
      ...(oldKey === undefined ? {} : { oldKey }),
      ...(newKey === undefined ? {} : { newKey }),
      save: (now) => place.saveRotation(now),
      switchKey: async (publicJwk) => {
        await place.useKey(app, publicJwk)
        connections.changed(row.id)
        await this.#waitForOthers(request, holder, { onProgress, signal: lease.signal })
      },
      publish: (keys) => place.publish(keys),
      ...(app.jwksUri === undefined ? {} : { transport: openTransport(originOf(app.jwksUri)) }),
      clock,
      ...(onProgress === undefined ? {} : { onProgress }),
      signal: lease.signal,
    }
  }

  #openAdmin(
    holder: KeyHolder,
    { adminToken }: RotateRequest,
    org: Org,
    openSelf: () => Org | undefined,
  ): Promise<Org | undefined> {
    switch (holder.kind) {
      case 'own-url':
      case 'other-url':
        return Promise.resolve(undefined)
      case 'admin':
        return openAdmin(this.#context, org.url, { admin: holder.admin })
      case 'admin-token':
        return openAdmin(this.#context, org.url, { adminToken })
      case 'self':
        return Promise.resolve(openSelf())
    }
  }

  /** Other processes see the new key within a second; what they sent with the old one may be on its way a little longer. */
  async #waitForOthers(
    { end, graceSeconds = DEFAULT_GRACE_SECONDS }: RotateRequest,
    { kind }: KeyHolder,
    { onProgress, signal }: Pick<RotateOptions, 'onProgress'> & { readonly signal: AbortSignal },
  ): Promise<void> {
    const staysPublished = kind === 'own-url' || kind === 'other-url'
    if (staysPublished || end === 'keep-old' || graceSeconds === 0) return
    const waitMs = graceSeconds * 1_000
    onProgress?.({ event: 'waiting', reason: 'What was begun with the old key ends.', waitMs })
    await this.#context.clock.sleep(waitMs, { signal })
  }

  async #readKept(row: ConnectionRow): Promise<KeptRotation | undefined> {
    const rotation = await readRotation(this.#context.store, row.id)
    const kept = rotation && (await this.#parse(rotation))
    return kept?.state === undefined || isOf(kept.state, row) ? kept : undefined
  }

  async #parse(rotation: Parameters<typeof parseKept>[0]): Promise<KeptRotation> {
    return parseKept(rotation, await this.#context.customDomains())
  }
}

interface RunParts {
  readonly row: ConnectionRow
  readonly kept: KeptRotation | undefined
  readonly holder: KeyHolder
  readonly place: StoredRotation
}

/** How a rotation goes on after a state was kept: by itself as soon as it is shown that nobody is needed. */
function goingOn(
  { request, isScheduled }: Run,
  of: {
    readonly holder: KeyHolder
    readonly kept: KeptRotation | undefined
    readonly state: RotationState | undefined
  },
): Pick<KeptRotation, 'unattended' | 'admin'> {
  const { holder, kept, state } = of
  const admin = holder.kind === 'admin' ? { admin: holder.admin } : {}
  if (request.end === 'keep-old') return { unattended: false, ...admin }
  if (isScheduled || kept?.unattended) return { unattended: true, ...admin }
  const needsSomebody = holder.kind === 'admin-token' || holder.kind === 'other-url'
  const isShown = state !== undefined && hasReached(state, 'registered')
  return { unattended: !needsSomebody && isShown, ...admin }
}

/** By itself, a rotation waits for readers of the key set to read it again before they are asked about the new key. */
function untilOf(
  { request, isScheduled }: Run,
  { kind }: KeyHolder,
  { phase }: RotationState,
): 'registered' | 'switched' | 'retired' {
  if (request.end === 'keep-old') return 'switched'
  return isScheduled && kind === 'own-url' && phase === 'planned' ? 'registered' : 'retired'
}

function originOf(url: string): string {
  return new URL(url).origin
}
