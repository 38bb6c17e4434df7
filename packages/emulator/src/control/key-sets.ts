/** @module Key sets as an operator's web server gives them, right and wrong: where a `jwks_uri` may point. */

import { setTimeout as wait } from 'node:timers/promises'
import { Hono } from 'hono'
import { strangeJwk } from '../faults/keys.ts'
import type { JsonObject } from '../json.ts'
import type { Emulator, RunningOrg } from '../running-org.ts'
import { SetupError } from '../setup-error.ts'
import { requireOrg } from './require-org.ts'

const SLOW_MS = 60_000

/** What `GET /orgs/{name}/key-sets/{which}` may give. */
const keySets: Readonly<Record<string, (own: JsonObject) => readonly JsonObject[] | string>> = {
  published: (own) => [own],
  empty: () => [],
  'duplicate-kids': (own) => [own, strangeJwk(own)],
  outdated: (own) => [{ ...strangeJwk(own), kid: 'last-year' }],
  'not-json': () => '<!DOCTYPE html><html><body>It works!</body></html>',
  slow: (own) => [own],
}

/** The routes of key sets. */
export function keySetRoutes(emulator: () => Emulator): Hono {
  const routes = new Hono()
  routes.get('/orgs/:name/key-sets/:which', async (context) => {
    const which = context.req.param('which')
    const running = requireOrg(emulator(), context.req.param('name'))
    const own = ownKey(running, context.req.query('client'))
    const make = Object.hasOwn(keySets, which) ? keySets[which] : undefined
    if (make === undefined) {
      throw new SetupError(
        'request_invalid',
        'There is no such key set.',
        `Ask for one of ${Object.keys(keySets).join(', ')}.`,
      )
    }
    if (which === 'slow') await wait(SLOW_MS, undefined, { ref: false })
    const keys = make(own)
    return typeof keys === 'string' ? context.html(keys) : context.json({ keys })
  })
  return routes
}

/** The public key of a client, by default of the ready service app. */
function ownKey({ org, app }: RunningOrg, clientId = app.clientId): JsonObject {
  if (clientId === app.clientId) return publicHalf(app.key)
  for (const { oauth } of org.apps) {
    if (oauth?.clientId !== clientId) continue
    // An app whose keys are behind a URL has none in the org: then nobody has the private half.
    return oauth.keys[0]?.jwk ?? strangeJwk({ kty: 'RSA', kid: clientId, alg: 'RS256', use: 'sig' })
  }
  throw new SetupError(
    'client_unknown',
    `The org ${org.name} has no client ${JSON.stringify(clientId.slice(0, 60))}.`,
    'Name the client id of an app that is there, or leave the parameter client out.',
  )
}

function publicHalf(key: JsonObject): JsonObject {
  const names = ['kty', 'kid', 'alg', 'use', 'e', 'n', 'crv', 'x', 'y']
  return Object.fromEntries(Object.entries(key).filter(([name]) => names.includes(name)))
}
