/** @module The composition root: opens every part, each with those it works with, and closes them in turn. */

import { type Clock, type Secret, systemClock } from '@postern/core'
import { Actions } from './actions/actions.ts'
import { removeExpiredRuns } from './actions/idempotency.ts'
import { KnownActions } from './actions/known-actions.ts'
import { Plans } from './actions/plans.ts'
import { readAllowedNetworks } from './config/allowed-networks.ts'
import type { SignIn } from './config/sign-in.ts'
import { ConnectSessions } from './connections/connect-sessions.ts'
import { Connections } from './connections/connections.ts'
import { Domains } from './connections/domains.ts'
import { GuidedSetups } from './connections/guided-setups.ts'
import { KeyDrafts } from './connections/key-drafts.ts'
import { KeySets } from './connections/key-sets.ts'
import { repair } from './connections/repair.ts'
import { Rotations } from './connections/rotations.ts'
import { rotateDue } from './connections/scheduled-rotation.ts'
import { Setups } from './connections/setups.ts'
import { Feeds } from './feeds/feeds.ts'
import { runFeed } from './feeds/run.ts'
import { Schedules } from './feeds/schedule.ts'
import { Sinks } from './feeds/sinks.ts'
import { openOrgStreams, openOrgTransports } from './http/org-transport.ts'
import { createOutboundTransport } from './http/outbound.ts'
import { Jobs } from './jobs/jobs.ts'
import { type Log, openLog } from './log.ts'
import { AccessKeys } from './server/access-keys.ts'
import { createApp } from './server/app.ts'
import { Changes } from './server/changes.ts'
import { OpenId, type OpenIdOptions } from './server/console/openid.ts'
import { ConsoleSessions } from './server/console/sessions.ts'
import { Metrics } from './server/metrics.ts'
import type { Services } from './server/services.ts'
import { Repeating } from './service/repeating.ts'
import { removeExpiredEvents } from './sinks/retention.ts'
import { AuditBatch } from './store/audit-batch.ts'
import { MasterKeys } from './store/master-keys.ts'
import { openStore } from './store/open.ts'
import { type PreparedMasterKey, prepareMasterKey } from './store/prepare-master-key.ts'
import { removeOrphans } from './store/records.ts'
import { clearRemovedFeeds } from './store/removed-feeds.ts'
import { Seal } from './store/seal.ts'
import type { Store } from './store/store.ts'

/** What a service is opened with. */
export interface ServiceOptions {
  /** An absolute path to a folder that is there. */
  readonly dataDir: string
  /** The URL of the PostgreSQL that everything is kept in; absent for the data directory. */
  readonly database?: Secret | undefined
  /** `--master-key` */
  readonly masterKey?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes orgs on this machine. */
  readonly dev: boolean
  /** Where this server is reached from outside; absent where nobody reaches it. */
  readonly publicUrl?: string | undefined
  /** The origins whose pages may embed the Connect page. Default: none. */
  readonly connectOrigins?: readonly string[] | undefined
  /** How people sign in to the console. Default: by access keys alone. */
  readonly signIn?: SignIn | undefined
  /** Default: nothing is logged. */
  readonly log?: Log | undefined
  readonly clock?: Clock | undefined
}

/** Postern without a port: everything that is kept, and the API for it. */
export interface Service extends Services {
  readonly app: ReturnType<typeof createApp>
  /** An access key for this process alone, with every verb but `approve`. */
  readonly localKey: Secret
  /** The master key file that was made for a new store. */
  readonly madeMasterKeyFile: string | undefined
  /**
   * Begins what is done without being asked for: what is done now and then, and the feeds that are due, `concurrency` at a time.
   *
   * @throws {StoreError} `store_refused`, `store_newer` where the tables of the job queue cannot be had
   */
  begin(options?: { readonly concurrency?: number }): Promise<void>
  /** Ends what is under way, writes down what is due, and closes the store; one that is lost, at once. */
  close(): Promise<void>
}

const DEFAULT_CONCURRENCY = 10
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Opens a service. @throws what opening the store, or the source of the master key, throws. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { dataDir, database, masterKey: reference, env } = options
  const store = await openStore({ dataDir, database })
  try {
    const masterKey = await prepareMasterKey(store, { reference, env, dataDir })
    return await openParts(store, masterKey, options)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openParts(
  store: Store,
  { source, madeFile }: PreparedMasterKey,
  options: ServiceOptions,
): Promise<Service> {
  const { clock = systemClock, log = openLog({ level: 'silent' }) } = options
  const masterKeys = new MasterKeys({ store, source, clock })
  await masterKeys.read()
  const services = openServices({ ...options, store, seal: new Seal(masterKeys), clock, log })
  const { accessKeys, auditBatch, connections, schedules } = services
  const repeating = new Repeating({ clock, log })
  connections.follow()
  return {
    ...services,
    app: createApp(services),
    localKey: accessKeys.addLocal(),
    madeMasterKeyFile: madeFile,
    begin: async ({ concurrency = DEFAULT_CONCURRENCY } = {}) => {
      await schedules.begin({ concurrency })
      repeating.begin({
        name: 'last uses of access keys',
        everyMs: MINUTE_MS,
        work: () => accessKeys.flush(),
      })
      repeating.begin({
        name: 'last uses of connections',
        everyMs: MINUTE_MS,
        work: () => connections.flushUses(),
      })
      repeating.begin({
        name: 'rotations that are due',
        everyMs: MINUTE_MS / 2,
        work: (signal) => rotateDue(services, signal),
      })
      repeating.begin({
        name: 'key drafts that have expired',
        everyMs: HOUR_MS,
        work: () => services.keyDrafts.removeExpired(),
      })
      repeating.begin({
        name: 'setups that were left on the Connect page',
        everyMs: HOUR_MS,
        work: () => services.guidedSetups.removeAbandoned(),
      })
      repeating.begin({
        name: 'Connect sessions that have expired',
        everyMs: MINUTE_MS / 2,
        work: () => services.connectSessions.expire(),
      })
      repeating.begin({
        name: 'console sessions that have expired',
        everyMs: HOUR_MS,
        work: () => services.consoleSessions.removeExpired(),
      })
      repeating.begin({
        name: 'plans and answers of actions that were kept long enough',
        everyMs: HOUR_MS,
        work: async () => {
          await services.plans.removeOld()
          await removeExpiredRuns(services)
        },
      })
      repeating.begin({
        name: 'events that were kept long enough',
        everyMs: HOUR_MS,
        work: async (signal) => {
          await removeExpiredEvents(services, signal)
          await removeOrphans(store, signal)
        },
      })
      repeating.begin({
        name: 'what removed feeds have left',
        everyMs: HOUR_MS,
        work: (signal) => clearRemovedFeeds(store, signal),
      })
    },
    close: async () => {
      try {
        if (store.lost.aborted) return
        await schedules.stop()
        await repeating.stop()
        // First what must not be lost.
        await auditBatch.close()
        await accessKeys.flush()
        await connections.flushUses()
        await connections.close()
      } finally {
        await store.close()
      }
    },
  }
}

/** What {@link openServices} puts together, beside what it makes. */
export interface ServicesContext
  extends Pick<Services, 'store' | 'seal' | 'clock' | 'log'>,
    Pick<ServiceOptions, 'env' | 'dev' | 'publicUrl' | 'connectOrigins' | 'signIn'> {}

/** Puts the parts together that the routes work with. Begins nothing. */
export function openServices({
  env,
  dev,
  publicUrl,
  connectOrigins = [],
  signIn,
  ...given
}: ServicesContext): Services {
  const domains = new Domains(given)
  const metrics = new Metrics(given)
  const allowedNetworks = readAllowedNetworks(env)
  const openTransport = openOrgTransports({ dev, allowedNetworks })
  const openStream = openOrgStreams({
    dev,
    allowedNetworks,
    onSend: () => metrics.beginUpstream(),
  })
  const context = {
    ...given,
    dev,
    publicUrl,
    openTransport: (origin: string) => metrics.watch(openTransport(origin)),
    onWait: (waitMs: number) => metrics.observeWait(waitMs),
    customDomains: () => domains.hosts(),
  }
  const connections = new Connections(context)
  const outbound = createOutboundTransport({ dev, allowedNetworks })
  const feedsContext = { ...given, dev, outbound, connections }
  const schedules = new Schedules({
    ...given,
    jobs: new Jobs(given),
    // While secrets are locked every run would fail: those that are due are left to another process, or wait for the key.
    isAble: async () => (await given.seal.keys.look()).status === 'unlocked',
    run: (feedId, options) => runFeed(feedsContext, feedId, options),
  })
  const sinks = new Sinks(feedsContext)
  const accessKeys = new AccessKeys(given)
  const auditBatch = new AuditBatch(given)
  const actionsContext = {
    ...given,
    connections,
    auditBatch,
    onRun: (action: string, outcome: string) => metrics.countAction(action, outcome),
  }
  const known = new KnownActions(given)
  const plans = new Plans(actionsContext, known)
  const openId = openProvider({ signIn, publicUrl, transport: outbound, clock: given.clock, dev })
  const guidedSetups = new GuidedSetups({ ...context, connections })
  return {
    ...given,
    metrics,
    connectOrigins,
    accessKeys,
    consoleSessions: new ConsoleSessions({ ...given, accessKeys, openId }),
    openId,
    changes: new Changes(given),
    auditBatch,
    domains,
    connections,
    openStream,
    rotations: new Rotations({ ...context, connections }),
    setups: new Setups({ ...context, connections }),
    repair: (...asked) => repair({ ...context, connections }, ...asked),
    guidedSetups,
    connectSessions: new ConnectSessions({ ...context, connections, guidedSetups, connectOrigins }),
    publicUrl,
    keyDrafts: new KeyDrafts(context),
    keySets: new KeySets(context),
    actions: new Actions(actionsContext, { known, plans }),
    plans,
    knownActions: known,
    schedules,
    feeds: new Feeds({ ...feedsContext, schedules, sinks }),
    sinks,
  }
}

/** The provider of people, where one is declared and browsers can be sent back. */
function openProvider({
  signIn,
  publicUrl,
  ...of
}: Omit<OpenIdOptions, 'signIn' | 'publicUrl'> & Pick<ServiceOptions, 'signIn' | 'publicUrl'>):
  | OpenId
  | undefined {
  if (signIn === undefined || publicUrl === undefined) return undefined
  return new OpenId({ ...of, signIn, publicUrl })
}
