/** @module Starts orgs on a loopback port. */

import { addSystemApps } from './apps/system-apps.ts'
import { systemClock } from './clock.ts'
import { createControl } from './control/control.ts'
import { makeEachOnce } from './directory/settings/once.ts'
import { settleUsers } from './directory/users/settled.ts'
import { Faults } from './faults/active-faults.ts'
import { RateLimits } from './http/rate-limit.ts'
import { Router } from './http/router.ts'
import { listen, serveOrgs } from './http/server.ts'
import type { ServedOrg } from './http/target.ts'
import { holdClock, OrgKeeper, restore } from './kept/kept-org.ts'
import { checkOrgOptions, requirePlace } from './org-options.ts'
import { OrgTraffic } from './org-traffic.ts'
import { readAssumptions } from './read-assumptions.ts'
import { makeReadyApp } from './ready-app.ts'
import { loadRecords } from './recorded/load-records.ts'
import { routes } from './routes.ts'
import type { Emulator, OrgStartOptions, RunningOrg } from './running-org.ts'
import { populate } from './seed/populate.ts'
import { SetupError } from './setup-error.ts'
import { Org } from './state/org.ts'
import type { User } from './state/user.ts'
import { fillHistory } from './system-log/traffic.ts'

const DAY_MS = 86_400_000

/** How orgs are served. */
export interface ServeOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number
  /** The port of the control API; 0, the default, takes any free one. */
  readonly controlPort?: number
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** How one org is started on a port of its own. */
export type StartOptions = OrgStartOptions & ServeOptions

/** Several orgs on one port: all but one have a `host` or a `path`. */
export interface StartOrgsOptions extends ServeOptions {
  readonly orgs: readonly OrgStartOptions[]
}

/**
 * Starts one org on a port of its own.
 *
 * @throws {SetupError} for a fault, a parameter, an assumption, an edition, a role or a scope that there is none of, and
 *   for a number that will not do.
 */
export async function startOrg(options: StartOptions = {}): Promise<RunningOrg> {
  const { port, controlPort, tls, ...org } = options
  const serve = {
    ...(port === undefined ? {} : { port }),
    ...(controlPort === undefined ? {} : { controlPort }),
    ...(tls === undefined ? {} : { tls }),
  }
  const emulator = await startOrgs({ ...serve, orgs: [org] })
  const [running] = emulator.orgs.values()
  if (running === undefined) throw new Error('The org was not started.')
  return { ...running, close: () => emulator.close() }
}

/**
 * Starts orgs on one port of 127.0.0.1, told apart by `Host` or by path.
 *
 * @throws {SetupError} where two have the same name or place, or what `startOrg` throws.
 */
export async function startOrgs(options: StartOrgsOptions): Promise<Emulator> {
  const { tls, port = 0, controlPort = 0 } = options
  const served: ServedOrg[] = []
  // Places are taken before the org is ready, so that two who ask at the same time do not both get one.
  const places = new Set<OrgStartOptions>()
  const orgs = new Map<string, RunningOrg>()
  const scheme = tls === undefined ? 'http' : 'https'
  const listening = await listen(
    serveOrgs(() => served, scheme),
    { port, tls },
  )
  const control = createControl(() => emulator)
  const controlling = await listen(control, { port: controlPort }).catch(async (error: unknown) => {
    await listening.close()
    throw error
  })
  const emulator: Emulator = {
    url: listening.origin,
    control: controlling.origin,
    orgs,
    add: async (orgOptions) => {
      checkOrgOptions(orgOptions)
      requirePlace(orgOptions, places)
      // A copy: the same object may be given again for another org.
      const place = { ...orgOptions }
      places.add(place)
      try {
        const { service, running } = await prepare(orgOptions, emulator)
        const close = async () => {
          // A second call must not end an org that has the name since.
          if (!places.delete(place)) return
          running.faults.clear()
          served.splice(served.indexOf(service), 1)
          orgs.delete(running.org.name)
        }
        served.push(service)
        orgs.set(running.org.name, { ...running, close })
        return { ...running, close }
      } catch (error) {
        places.delete(place)
        throw error
      }
    },
    close: async () => {
      await Promise.all([listening.close(), controlling.close()])
    },
  }
  try {
    for (const orgOptions of options.orgs) await emulator.add(orgOptions)
  } catch (error) {
    await emulator.close()
    throw error
  }
  return emulator
}

async function prepare(
  options: OrgStartOptions,
  emulator: Emulator,
): Promise<{ readonly service: ServedOrg; readonly running: Omit<RunningOrg, 'close'> }> {
  const { kept, clock = systemClock, history } = options
  const held = kept && holdClock(clock, kept)
  const org = new Org({
    ...options,
    clock: held ?? clock,
    assumptions: readAssumptions(options.assumptions ?? {}),
  })
  org.url = urlOf(options, emulator.url)
  const admin = fill(org, options)
  const entrance = kept === 'new' ? undefined : kept
  const token = org.addApiToken(admin.id, 'Postern emulator', entrance?.adminToken)
  const app = await makeReadyApp(org, admin.id, {
    ...options,
    ...(entrance && { key: entrance.key }),
  })
  const control = `${emulator.control}/orgs/${org.name}`
  const place = { org, clientId: app.clientId, apiTokenId: token.id, controlUrl: control }
  const faults = new Faults(place)
  for (const fault of options.faults ?? []) faults.on(fault)
  if (history !== undefined) addHistory(org, history)
  loadRecords(org, options.records ?? [])
  const traffic = new OrgTraffic(org)
  if (options.traffic !== undefined) traffic.start(options.traffic)
  if (held !== undefined) makeEachOnce(org)
  const keeper = held && new OrgKeeper(org, { adminToken: token.value, key: app.key })
  if (kept !== undefined && kept !== 'new' && held !== undefined) restore(org, kept, held)
  held?.release()
  const unexpected: unknown[] = []
  const limits = new RateLimits(org.edition)
  const service: ServedOrg = {
    org,
    router: new Router(routes),
    limits,
    interceptor: faults,
    catchUp: () => settleUsers(org),
    onUnexpected: (error) => unexpected.push(error),
    onCall: options.onCall,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.path === undefined ? {} : { basePath: options.path }),
    inFlight: 0,
  }
  const running = {
    org,
    url: org.url,
    adminToken: token.value,
    app,
    faults,
    limits,
    traffic,
    control,
    unexpected,
    keep: () => {
      if (keeper !== undefined) return keeper.keep()
      throw new SetupError('org_invalid', 'This org is not kept.', "Start it with kept: 'new'.")
    },
  }
  return { service, running }
}

function addHistory(org: Org, { events: count, days }: { events: number; days: number }): void {
  const toMs = org.time.nowMs()
  fillHistory(org, { count, fromMs: toMs - days * DAY_MS, toMs })
}

/** Whom and what an org has before anybody looks. */
function fill(org: Org, { users = 1, groups, apps }: OrgStartOptions): User {
  addSystemApps(org)
  const small = users <= 1 ? { groups: 0, apps: 0 } : {}
  const { admin } = populate(org, {
    users: Math.max(1, users),
    ...small,
    ...(groups === undefined ? {} : { groups }),
    ...(apps === undefined ? {} : { apps }),
  })
  if (admin === undefined) throw new Error('An org has a first Super Admin.')
  return admin
}

function urlOf({ host, path = '' }: OrgStartOptions, origin: string): string {
  const url = new URL(origin)
  if (host !== undefined) url.hostname = host
  return `${url.origin}${path}`
}
