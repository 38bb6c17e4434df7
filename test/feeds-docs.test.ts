/** @module docs/feeds.md and the feed of the README: their commands work as written. */

import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { serveOrg } from '../packages/postern/test/cli/served-org.ts'
import { servePostern } from '../packages/postern/test/cli/served-postern.ts'

const place = createPlace()
afterAll(place.remove)

describe.each([
  ['docs/feeds.md', 21],
  ['README.md', 4],
] as const)('%s', (file, count) => {
  test('has commands of feeds that work as written', { timeout: 120_000 }, async () => {
    const page = readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')
    const { app } = await serveOrg(place, { users: 5 })
    const postern = await servePostern('PGlite')
    try {
      const folder = place.path(file.replaceAll(/\W/g, '-'))
      mkdirSync(folder, { mode: 0o700 })
      const run = (args: readonly string[]) => place.run(args, { env: postern.env })
      expect((await run(['connect', 'acme', ...app])).code).toBe(0)
      // What the tour prints is shown by its own test.
      const commands =
        page
          .replace(/\$ npm run tour\n[\s\S]*?```/, '')
          .match(/^\$ postern (?:feed|sink|inputs).*$/gm) ?? []
      expect(commands).toHaveLength(count)
      for (const command of commands) {
        const [, , ...args] = command.replace('/var/lib/okta', folder).split(' ')
        const { code, stderr } = await run(args)
        expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, ''])
      }
    } finally {
      await postern.close()
    }
  })
})
