/** @module The control API of orgs: start one, look at it, switch faults, set assumptions, limits and the clock. */

import { type Context, Hono } from 'hono'
import { faults } from '../faults/registry.ts'
import type { Emulator } from '../running-org.ts'
import { populate } from '../seed/populate.ts'
import { SetupError } from '../setup-error.ts'
import type { Org } from '../state/org.ts'
import { startTraffic, type Traffic } from '../system-log/traffic.ts'
import { readAssumptions } from './assumption-values.ts'
import { readBody, readCount } from './body.ts'
import { describeOrg } from './describe-org.ts'
import { changeLimits, describeLimits } from './limits.ts'
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
  'GET /orgs/{name}/assumptions',
  'PATCH /orgs/{name}/assumptions',
  'GET /orgs/{name}/limits',
  'PATCH /orgs/{name}/limits',
  'POST /orgs/{name}/clock',
  'POST /orgs/{name}/populate',
  'PUT /orgs/{name}/traffic',
  'DELETE /orgs/{name}/traffic',
  'GET /orgs/{name}/ledger?from=&limit=',
  'GET /orgs/{name}/key-sets/{which}',
] as const

/** The routes. */
export function orgRoutes(emulator: () => Emulator): Hono {
  const routes = new Hono()
  // What the control API has set going; the traffic that an org was started with is its own.
  const running = new WeakMap<Org, Traffic>()
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
  routes.get('/orgs/:name/assumptions', (context) => context.json(orgOf(context).org.assumptions))
  routes.patch('/orgs/:name/assumptions', async (context) => {
    const { org } = orgOf(context)
    org.assumptions = { ...org.assumptions, ...readAssumptions(await readBody(context)) }
    return context.json(org.assumptions)
  })
  routes.get('/orgs/:name/limits', (context) => context.json(describeLimits(orgOf(context))))
  routes.patch('/orgs/:name/limits', async (context) => {
    const limited = orgOf(context)
    changeLimits(limited, await readBody(context))
    return context.json(describeLimits(limited))
  })
  routes.post('/orgs/:name/clock', async (context) => {
    const { org } = orgOf(context)
    const { offsetSeconds, advanceSeconds } = await readBody(context)
    if (typeof offsetSeconds === 'number') org.time.offsetMs = offsetSeconds * 1_000
    else if (typeof advanceSeconds === 'number') org.time.offsetMs += advanceSeconds * 1_000
    else {
      throw new SetupError(
        'request_invalid',
        'The body names neither offsetSeconds nor advanceSeconds.',
        'Send {"offsetSeconds": 0} for how far the org is ahead, or {"advanceSeconds": 60} to let time pass.',
      )
    }
    return context.json({
      now: org.time.now().toISOString(),
      offsetSeconds: org.time.offsetMs / 1_000,
    })
  })
  routes.post('/orgs/:name/populate', async (context) => {
    const { org } = orgOf(context)
    const { users = 0, groups = 0, apps = 0 } = readOrgStart(await readBody(context))
    populate(org, { users, groups, apps })
    return context.json({ users: org.users.size, groups: org.groups.size, apps: org.apps.size })
  })
  routes.put('/orgs/:name/traffic', async (context) => {
    const { org } = orgOf(context)
    const { traffic = { perSecond: 1 } } = readOrgStart({ traffic: await readBody(context) })
    running.get(org)?.stop()
    running.set(org, startTraffic(org, traffic))
    return context.json(traffic)
  })
  routes.delete('/orgs/:name/traffic', (context) => {
    running.get(orgOf(context).org)?.stop()
    return context.body(null, 204)
  })
  routes.get('/orgs/:name/ledger', (context) => {
    const from = readCount(context, 'from', 0)
    const limit = readCount(context, 'limit', 1_000)
    const { ledger } = orgOf(context).org
    return context.json(ledger.read(from, Math.min(limit, MAX_LEDGER_LINES)))
  })
  return routes
}

function describeFault({ name, kind, summary, answers, parameters = {} }: (typeof faults)[number]) {
  return { name, kind, summary, answers, parameters }
}
