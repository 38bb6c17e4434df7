/** @module `postern connect NAME --from-env`: what Okta's own tools are configured with becomes a connection that signs in. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { exportPem, importKey } from '@postern/core'
import { type RunningOrg, startOrg } from '@postern/emulator'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createPlace } from './run.ts'
import { type ServedPostern, servePostern } from './served-postern.ts'

let org: RunningOrg
let dpopOrg: RunningOrg
let postern: ServedPostern
let pem: string
beforeAll(async () => {
  org = await startOrg({ users: 2 })
  dpopOrg = await startOrg({ users: 2, keyType: 'EC', dpopRequired: true })
  postern = await servePostern()
  pem = (await exportPem(await importKey(JSON.stringify(org.app.key)))).reveal()
})
afterAll(() => Promise.all([org.close(), dpopOrg.close(), postern.close()]))

const indented = (text: string, blanks: number) =>
  text.trim().replaceAll('\n', `\n${' '.repeat(blanks)}`)

interface Shape {
  readonly what: string
  /** Where the tools of the shape look. Relative to the home directory, which is the folder of the command too. */
  readonly file: string
  readonly text: () => string
  /** A file beside it. */
  readonly beside?: () => string
  readonly app?: () => RunningOrg
  /** The members whose origin is told. */
  readonly members: readonly string[]
}

const shapes: readonly Shape[] = [
  {
    what: 'the SDKs’ okta.yaml with a PEM',
    file: '.okta/okta.yaml',
    text: () => `okta:
  client:
    connectionTimeout: 30 # seconds
    orgUrl: "${org.url}"
    authorizationMode: "PrivateKey"
    clientId: "${org.app.clientId}"
    scopes:
      - okta.users.read
      - okta.groups.read
    privateKey: |
        ${indented(pem, 8)}
    privateKeyId: "${org.app.key['kid']}"
    requestTimeout: 0
    rateLimit:
      maxRetries: 4
`,
    members: ['orgUrl', 'clientId', 'scopes', 'privateKey', 'privateKeyId'],
  },
  {
    what: 'a project’s okta.yaml with a JWK as a mapping',
    file: 'okta.yaml',
    text: () => `okta:
  client:
    orgUrl: ${org.url}
    authorizationMode: PrivateKey
    clientId: ${org.app.clientId}
    scopes: [okta.users.read]
    privateKey: ${JSON.stringify(org.app.key)}
`,
    members: ['orgUrl', 'clientId', 'scopes', 'privateKey'],
  },
  {
    what: 'a project’s .okta.yaml with the path of a PEM',
    file: '.okta.yaml',
    text: () => `okta:
  client:
    orgUrl: ${org.url}
    authorizationMode: PrivateKey
    clientId: ${org.app.clientId}
    scopes: okta.users.read,okta.groups.read
    privateKey: key.pem
    privateKeyId: ${org.app.key['kid']}
`,
    beside: () => pem,
    members: ['orgUrl', 'clientId', 'scopes', 'privateKey', 'privateKeyId'],
  },
  {
    what: 'an okta.yaml with an API token',
    file: '.okta/okta.yaml',
    text: () => `okta:
  client:
    orgUrl: ${org.url}
    token: "${org.adminToken}"
`,
    members: ['orgUrl', 'token'],
  },
  {
    what: 'an okta.yaml for DPoP, without scopes',
    file: '.okta/okta.yaml',
    text: () => `okta:
  client:
    orgUrl: ${dpopOrg.url}
    authorizationMode: PrivateKey
    clientId: ${dpopOrg.app.clientId}
    privateKey: '${JSON.stringify(dpopOrg.app.key)}'
    dpopEnabled: true
`,
    app: () => dpopOrg,
    members: ['orgUrl', 'clientId', 'privateKey', 'dpopEnabled'],
  },
  {
    what: 'an appsettings.json of .NET',
    file: 'appsettings.json',
    text: () =>
      JSON.stringify({
        Logging: {},
        Okta: {
          Client: {
            OrgUrl: org.url,
            AuthorizationMode: 'PrivateKey',
            ClientId: org.app.clientId,
            Scopes: ['okta.users.read'],
            PrivateKey: org.app.key,
          },
        },
      }),
    members: ['OrgUrl', 'ClientId', 'Scopes', 'PrivateKey'],
  },
]

test.each(shapes)('$what becomes a connection', async (shape) => {
  const { file, text, beside, members } = shape
  const place = createPlace()
  onTestFinished(place.remove)
  mkdirSync(place.path('.okta'))
  writeFileSync(place.path(file), text(), { mode: 0o600 })
  if (beside !== undefined) writeFileSync(place.path('key.pem'), beside(), { mode: 0o600 })
  const name = `from-${shapes.indexOf(shape)}`
  const { code, stdout, stderr } = await place.run(['connect', name, '--from-env'], {
    env: postern.env,
  })
  expect([code, stderr]).toEqual([0, expect.any(String)])
  for (const member of members) {
    expect(stderr).toMatch(new RegExp(`from \\S*${file}: okta\\.client\\.${member}\\b`))
  }
  const { key } = (shape.app?.() ?? org).app
  expect(stdout + stderr).not.toContain(String(key['d']))
  expect(stdout + stderr).not.toContain(org.adminToken)
  const { org: client } = await postern.service.connections.open(name)
  const users = (await client.request({ path: '/api/v1/users' })).json()
  expect(users).toHaveLength(2)
})
