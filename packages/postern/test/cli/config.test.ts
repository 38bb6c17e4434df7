/** @module `postern config`, as a person runs it. */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { createPlace, program } from './run.ts'

const place = createPlace()
afterAll(place.remove)

const sound = `connections:
  acme:
    orgUrl: https://acme.okta.com
    clientId: 0oa1b2c3d4e5f6g7h8i9
    secrets: { key: env:ACME_KEY }
`

test('check says everything that is wrong, with its line, and ends with 3', async () => {
  writeFileSync(place.path('wrong.yaml'), `${sound}    scopes: okta.user.read\n    Cron: daily\n`)
  const { code, stdout } = await place.run(['config', 'check', 'wrong.yaml'])
  expect(code).toBe(3)
  expect(stdout).toMatch(/^line 6, connections\.acme\.scopes: .* \(scope_unknown\)$/m)
  expect(stdout).toMatch(/^line 7, connections\.acme\.Cron: .* \(config_member_unknown\)$/m)
  const json = await place.run(['config', 'check', 'wrong.yaml', '--output', 'json'])
  expect(JSON.parse(json.stdout)).toMatchObject([
    { path: 'connections.acme.scopes', line: 6, code: 'scope_unknown' },
    { path: 'connections.acme.Cron', line: 7, code: 'config_member_unknown' },
  ])
})

test('check takes postern.yaml of this folder, and needs none of its secrets', async () => {
  writeFileSync(place.path('postern.yaml'), sound)
  const { code, stdout } = await place.run(['config', 'check'])
  expect([code, stdout]).toEqual([
    0,
    'ok  connections 1, sinks 0, feeds 0, actions 0, accessKeys 0, domains 0\n',
  ])
})

test.runIf(process.platform !== 'win32')(
  'check waits for no pipe and no device, and takes what it is given open',
  async () => {
    execFileSync('mkfifo', [place.path('pipe')])
    for (const file of ['pipe', '/dev/zero']) {
      const { code, stderr } = await place.run(['config', 'check', file], { input: null })
      expect([code, stderr]).toEqual([1, expect.stringContaining('config_file_unreadable')])
    }
    const nothing = await place.run(['config', 'check', '/dev/null'], { input: null })
    expect(nothing.stderr).not.toContain('config_file_unreadable')
    writeFileSync(place.path('piped.yaml'), sound)
    const checked = execFileSync(
      'sh',
      [
        ...['-c', 'cat "$0" | "$@"', place.path('piped.yaml')],
        ...[process.execPath, ...program, 'config', 'check', '/dev/stdin'],
      ],
      { encoding: 'utf8' },
    )
    expect(checked).toContain('connections 1')
  },
)

test('explain shows where each value comes from', async () => {
  writeFileSync(place.path('postern.yaml'), sound)
  const { stdout } = await place.run(['config', 'explain', '--output', 'json'], {
    env: { ACME_KEY: 'TESTSECRET' },
  })
  expect(JSON.parse(stdout)).toContainEqual({
    path: 'connections.acme.secrets.key',
    value: '(secret)',
    from: 'line 5, env:ACME_KEY (set)',
  })
  expect(stdout).not.toContain('TESTSECRET')
})

test('explain shows a mapping as one value', async () => {
  const hook = '{ url: https://hooks.acme.example/in, headers: { X-Team: soc } }'
  writeFileSync(
    place.path('postern.yaml'),
    `sinks:\n  hook:\n    kind: http\n    settings: ${hook}\n    secrets: { signingSecret: env:SIG }\n`,
  )
  const { stdout } = await place.run(['config', 'explain', '--output', 'table'])
  expect(stdout).toMatch(/^path +value +from$/m)
  expect(stdout).toMatch(/^sinks\.hook\.settings\.headers +\{"X-Team":"soc"\} +line 4$/m)
})

test('a file that is not there is named', async () => {
  const { code, stderr } = await place.run(['config', 'check', 'other.yaml'])
  expect([code, stderr]).toEqual([6, expect.stringContaining('There is no file other.yaml.')])
})

test('schema prints what docs/postern.schema.json holds; biome formats it after that', async () => {
  const { stdout } = await place.run(['config', 'schema'])
  const file = fileURLToPath(new URL('../../../../docs/postern.schema.json', import.meta.url))
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(stdout))
})

test('check notes what feeds name that the file does not declare', async () => {
  writeFileSync(
    place.path('feeds.yaml'),
    `${sound}feeds:
  log: { connection: acme, input: system-log, sinks: [store, stdout] }
  users: { connection: acmee, input: users, sinks: [store, archive] }
`,
  )
  const { code, stderr } = await place.run(['config', 'check', 'feeds.yaml'])
  expect(code).toBe(0)
  expect(stderr.match(/feeds\.\w+\.\w+: The file declares no \w+/g)).toEqual([
    'feeds.users.connection: The file declares no connection',
    'feeds.users.sinks: The file declares no sink',
  ])
})
