import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inputs } from '@postern/core'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { serveOrg } from '../packages/postern/test/cli/served-org.ts'

const page = readFileSync(fileURLToPath(new URL('../docs/reading.md', import.meta.url)), 'utf8')
const place = createPlace()
afterAll(place.remove)

describe('docs/reading.md', () => {
  test('lists every input with its path, its scope and what a run reads', () => {
    const rows = page.match(/^\| `.*$/gm)
    expect(rows).toEqual(
      inputs.map(({ name, resource, scopes, sync, takesSince }) => {
        const whole = takesSince ? 'everything, or with `--since` what changed' : 'everything'
        const reads = sync === 'full' ? whole : 'what is new since its cursor'
        return `| \`${name}\` | \`${resource}\` | \`${scopes.join(' ')}\` | ${reads} |`
      }),
    )
  })

  test('has commands that work as written', async () => {
    const { running } = await serveOrg(place, { users: 30, groups: 3, apps: 2 })
    const env = {
      OKTA_CLIENT_ORGURL: running.url,
      OKTA_CLIENT_CLIENTID: running.app.clientId,
      OKTA_CLIENT_PRIVATEKEY: JSON.stringify(running.app.key),
      OKTA_CLIENT_SCOPES: running.app.scopes.join(' '),
    }
    const commands = page.match(/^\$ postern .*$/gm) ?? []
    expect(commands.length).toBe(6)
    for (const command of commands) {
      const [, , ...args] = command.split(' ')
      const { code, stdout } = await place.run(args, { env })
      expect([command, code, stdout.length > 100]).toEqual([command, 0, true])
    }
  })
})
