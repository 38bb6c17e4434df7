/** @module Opens one store, and prints how long that took and the peak of memory: `store-start-case.ts bare|store|postgres PLACE`. */

import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Secret } from '@postern/core'
import { openPglite } from '../packages/postern/src/store/pglite.ts'
import { openPostgres } from '../packages/postern/src/store/postgres.ts'

const [kind, place = ''] = process.argv.slice(2)
const start = performance.now()
const opened = await open()
const ms = performance.now() - start
const maxRssMb = Math.round(process.resourceUsage().maxRSS / 1_024)
process.stdout.write(JSON.stringify({ ms, maxRssMb }))
await opened.close()

async function open(): Promise<{ close(): Promise<void> }> {
  switch (kind) {
    case 'bare':
      return PGlite.create(join(place, 'store'))
    case 'store':
      return openPglite(place)
    case 'postgres':
      return openPostgres(new Secret(place))
    default:
      throw new Error('Usage: store-start-case.ts bare|store|postgres PLACE')
  }
}
