/** @module The control API of orgs: start one, look at it, switch faults, set assumptions, limits and the clock. */

import { type Context, Hono } from 'hono'
import { faults } from '../faults/registry.ts'
import { checkOrgOptions } from '../org-options.ts'
import { readAssumptions } from '../read-assumptions.ts'
import type { Emulator } from '../running-org.ts'
import { populate } from '../seed/populate.ts'
import { SetupError } from '../setup-error.ts'
import { readBody, readCount, readMembers } from './body.ts'
import { describeFault } from './describe-fault.ts'
import { describeOrg } from './describe-org.ts'
import { eventMembers, happen } from './events.ts'
import { planMembers, readPlan } from './fault-plan.ts'
import { changeLimits, describeLimits } from './limits.ts'
import { clockMembers, moveClock } from './org-clock.ts'
import { readOrgStart } from './org-start.ts'
import { requireOrg } from './require-org.ts'

const MAX_LEDGER_LINES = 10_000

/** What `GET /` lists. */
const index = [
  'GET /faults',
  'GET /orgs',
  'POST /orgs',
  'GET /orgs/{name}',
  'DELETE /orgs/{name}',
  'GET /orgs/{name}/faults',
  'PUT /orgs/{name}/faults/{fault}',
  'DELETE /orgs/{name}/faults/{fault}',
  'DELETE /orgs/{name}/faults',
  'PUT /orgs/{name}/fault-plan',
  'GET /orgs/{name}/assumptions',
  'PATCH /orgs/{name}/assumptions',
  'GET /orgs/{name}/limits',
  'PATCH /orgs/{name}/limits',
  'POST /orgs/{name}/clock',
  'POST /orgs/{name}/populate',
  'PUT /orgs/{name}/traffic',
  'DELETE /orgs/{name}/traffic',
  'POST /orgs/{name}/events',
  'GET /orgs/{name}/ledger?from=&limit=',
  'GET /orgs/{name}/ledger/events?sinceMs=',
  'GET /orgs/{name}/key-sets/{which}',
] as const

/** What the control API does to the orgs of an emulator; `GET /` lists it. */
export function orgRoutes(emulator: () => Emulator): Hono {
  const routes = new Hono()
  const orgOf = (context: Context) => requireOrg(emulator(), context.req.param('name') ?? '')
  routes.get('/', (context) => context.json({ url: emulator().url, routes: index }))
  routes.get('/faults', (context) => context.json(faults.map(describeFault)))
  routes.get('/orgs', (context) => context.json([...emulator().orgs.values()].map(describeOrg)))
  routes.post('/orgs', async (context) => {
    const added = await emulator().add(readOrgStart(await readBody(context)))
    return context.json(describeOrg(added), 201)
  })
  routes.get('/orgs/:name', (context) => context.json(describeOrg(orgOf(context))))
  routes.delete('/orgs/:name', async (context) => {
    await orgOf(context).close()
    return context.body(null, 204)
  })
  routes.get('/orgs/:name/faults', (context) => context.json(orgOf(context).faults.list()))
  routes.put('/orgs/:name/faults/:fault', async (context) => {
    const parameters = await readBody(context)
    return context.json(orgOf(context).faults.on({ name: context.req.param('fault'), parameters }))
  })
  routes.delete('/orgs/:name/faults/:fault', (context) => {
    const { faults: active } = orgOf(context)
    const name = context.req.param('fault')
    if (active.off(name)) return context.body(null, 204)
    throw new SetupError(
      'fault_unknown',
      `No fault ${JSON.stringify(name.slice(0, 60))} is in force.`,
      'Ask GET /orgs/{name}/faults, which lists those that are.',
    )
  })
  routes.delete('/orgs/:name/faults', (context) => {
    orgOf(context).faults.clear()
    return context.body(null, 204)
  })
  routes.put('/orgs/:name/fault-plan', async (context) => {
    const { faults: active } = orgOf(context)
    const { planned, path } = readPlan(await readMembers(context, planMembers))
    active.follow(planned, path === undefined ? {} : { path })
    return context.json({ planned: planned.length })
  })
  routes.get('/orgs/:name/assumptions', (context) => context.json(orgOf(context).org.assumptions))
  routes.patch('/orgs/:name/assumptions', async (context) => {
    const { org } = orgOf(context)
    org.assumptions = { ...org.assumptions, ...readAssumptions(await readBody(context)) }
    return context.json(org.assumptions)
  })
  routes.get('/orgs/:name/limits', (context) => context.json(describeLimits(orgOf(context))))
  routes.patch('/orgs/:name/limits', async (context) => {
    const limited = orgOf(context)
    changeLimits(limited, await readMembers(context, ['share', 'buckets']))
    return context.json(describeLimits(limited))
  })
  routes.post('/orgs/:name/clock', async (context) => {
    const { org } = orgOf(context)
    moveClock(org, await readMembers(context, clockMembers))
    return context.json({
      now: org.time.now().toISOString(),
      offsetSeconds: org.time.offsetMs / 1_000,
    })
  })
  routes.post('/orgs/:name/populate', async (context) => {
    const { org } = orgOf(context)
    const more = await readMembers(context, ['users', 'groups', 'apps'])
    const { users = 0, groups = 0, apps = 0 } = readOrgStart(more)
    checkOrgOptions({
      users: org.users.size + users,
      groups: org.groups.size + groups,
      apps: org.apps.size + apps,
    })
    populate(org, { users, groups, apps })
    return context.json({ users: org.users.size, groups: org.groups.size, apps: org.apps.size })
  })
  routes.put('/orgs/:name/traffic', async (context) => {
    const running = orgOf(context)
    const { traffic = { perSecond: 1 } } = readOrgStart({
      traffic: await readMembers(context, ['perSecond']),
    })
    running.traffic.start(traffic)
    return context.json(traffic)
  })
  routes.delete('/orgs/:name/traffic', (context) => {
    orgOf(context).traffic.stop()
    return context.body(null, 204)
  })
  routes.post('/orgs/:name/events', async (context) => {
    const { org } = orgOf(context)
    happen(org, await readMembers(context, eventMembers))
    return context.json({ events: org.log.size }, 201)
  })
  routes.get('/orgs/:name/ledger/events', (context) => {
    const { ledger } = orgOf(context).org
    return context.json(ledger.events(readCount(context, 'sinceMs', 0)))
  })
  routes.get('/orgs/:name/ledger', (context) => {
    const from = readCount(context, 'from', 0)
    const limit = readCount(context, 'limit', 1_000)
    const { ledger } = orgOf(context).org
    return context.json(ledger.read(from, Math.min(limit, MAX_LEDGER_LINES)))
  })
  return routes
}
