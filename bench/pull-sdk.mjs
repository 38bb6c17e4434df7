/**
 * @module The peer of bench/pull.ts, in a process of its own: every user of an org as a JSON line, with Okta's own client as
 * its documentation shows. `pull-sdk.mjs ORG-URL`.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import okta from '@okta/okta-sdk-nodejs'
import { PullWatch } from './pull-watch.mjs'

const pageSize = 200
const client = new okta.Client({
  orgUrl: process.argv[2],
  token: `00TEST${'0'.repeat(36)}`,
  // The stub speaks plain http.
  testing: { disableHttpsCheck: true },
})
const watch = new PullWatch()
const lines = createWriteStream('/dev/null')
let users = 0
const collection = await client.userApi.listUsers({ limit: pageSize })
await collection.each((user) => {
  if (++users % pageSize === 0) watch.count(pageSize)
  if (!lines.write(`${JSON.stringify(user)}\n`)) return once(lines, 'drain')
})
process.stdout.write(JSON.stringify(watch.pull()), () => process.exit())
