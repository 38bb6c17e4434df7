/** @module Help for keys, connections, and what is asked of an org directly. */

import type { HelpNotes } from './notes.ts'

const org = ['authentication', 'scopeOrRole', 'notFound', 'rateLimited'] as const

/** By the path of the command. */
export const orgNotes: Readonly<Record<string, HelpNotes>> = {
  keys: { examples: [], exits: ['notFound'], page: 'docs/setup.md' },
  'keys generate': {
    examples: [
      ['postern keys generate --out app.jwk', 'RSA 2048; the public half is printed'],
      ['postern keys generate --out app.pem --alg ES256 --format pem', 'an EC key, as PEM'],
    ],
  },
  'keys inspect': {
    about: 'Takes what a person pastes: JWK, PEM, base64 of it, with lost line breaks and quotes.',
    examples: [
      ['postern keys inspect app.jwk', 'what it is, and what was repaired'],
      ['postern keys inspect - --passphrase env:PEM_PASSPHRASE', 'from standard input'],
    ],
  },
  'keys public': {
    examples: [
      ['postern keys public app.jwk', "for the app's PUBLIC KEYS in Okta"],
      ['postern keys public app.jwk --jwks', 'as a key set, to be published'],
    ],
  },
  setup: {
    about:
      'Makes the app, its key, grants and role, and proves that they work. Again, it goes on where it stopped.',
    examples: [
      [
        'postern setup acme --org https://acme.okta.com --admin-token env:OKTA_ADMIN_TOKEN',
        'with an API token of a Super Admin, used once',
      ],
      ['postern setup acme --org https://acme.okta.com --guide', 'by hand, screen by screen'],
      [
        'postern setup acme --org https://acme.okta.com --bundle system-log --plan --output terraform',
        'as Terraform, for whoever may not click',
      ],
      ['postern setup acme --finish', 'once the plan was carried out'],
      ['postern setup acme --undo --admin-token env:OKTA_ADMIN_TOKEN', 'take it all back'],
    ],
    exits: ['problemsFound', ...org],
    page: 'docs/setup.md',
  },
  connect: {
    about: 'Tries the credential out with the doctor, then seals it and keeps it under a name.',
    examples: [
      [
        'postern connect acme --org https://acme.okta.com --client-id 0oa1b2c3d4e5f6g7h8i9 --key app.jwk',
        'with the scopes that the app was granted',
      ],
      ['postern connect acme --org acme --api-token env:OKTA_API_TOKEN', 'with an API token'],
      ['postern connect acme --from-env', "with what Okta's own tools read"],
      ['postern connect acme --browser', 'a link for somebody who has the values'],
    ],
    exits: ['problemsFound', ...org],
    page: 'docs/setup.md',
  },
  connections: { examples: [], exits: ['problemsFound', ...org], page: 'docs/server.md' },
  'connections list': {
    examples: [['postern connections list --output json', 'for a program']],
  },
  'connections show': { examples: [['postern connections show acme', 'all but its credential']] },
  'connections update': {
    examples: [
      ['postern connections update acme --scopes "okta.users.read okta.logs.read"', 'other scopes'],
      ['postern connections update acme --rotation-days 90', 'a new key every 90 days'],
      ['postern connections update acme --clear scopes', 'whatever the app was granted'],
    ],
  },
  'connections remove': {
    examples: [['postern connections remove acme', 'and says what stays at Okta']],
  },
  rotate: {
    about: 'Registers a new key, proves it, switches to it, and ends the old one.',
    examples: [
      ['postern rotate acme', 'a connection that is kept'],
      ['postern rotate acme --keep-old', 'and end the old key with the next run'],
      ['postern rotate acme --rollback', 'back to the old key, while it is there'],
      ['postern rotate --from setup-acme', 'what setup wrote to a folder'],
    ],
    exits: org,
    page: 'docs/setup.md',
  },
  doctor: {
    about:
      'Each finding says what was observed, whether that is proven, and what to click. Ends with 3 where something has to be done.',
    examples: [
      ['postern doctor acme', 'a connection that is kept'],
      [
        'postern doctor --org https://acme.okta.com --client-id 0oa1b2c3d4e5f6g7h8i9 --key app.jwk',
        'a credential that is kept nowhere',
      ],
      ['postern doctor --from-env', "what Okta's own tools read, and where each value came from"],
      ['postern doctor acme --admin-token env:OKTA_ADMIN_TOKEN --fix', 'repair it, asking first'],
    ],
    exits: ['problemsFound', ...org],
    page: 'docs/doctor.md',
  },
  token: {
    examples: [
      ['postern token acme', 'the token alone, on stdout'],
      ['postern token acme --scope okta.users.read', 'one that can do less'],
      [
        'postern token acme --headers-for https://acme.okta.com/api/v1/users | curl -H @- https://acme.okta.com/api/v1/users',
        'a request with its DPoP proof',
      ],
      ['postern token acme --from-env --explain', 'what would be sent'],
    ],
    exits: org,
    page: 'docs/server.md',
  },
  request: {
    examples: [
      ['postern request acme GET /api/v1/users --query limit=5', 'one page, as it came'],
      ['postern request acme GET /api/v1/groups --paginate', 'all pages, as one list'],
      [
        `postern request acme POST /api/v1/groups --body '{"profile":{"name":"Staff"}}'`,
        'a change',
      ],
    ],
    exits: [...org, 'partial'],
    page: 'docs/reading.md',
  },
  proxy: {
    about:
      'For tools that take a host and an API token: they get the URL and the access key that it prints.',
    examples: [
      ['postern proxy acme', 'GET and HEAD below /api/v1'],
      ['postern proxy acme --port 8080 --allow GET,POST:/api/v1/groups', 'and what is named'],
    ],
    exits: org,
    page: 'docs/proxy.md',
  },
  exec: {
    examples: [
      ['postern exec acme -- terraform plan', 'with what its Okta provider reads'],
      ['postern exec acme --allow GET:/api/v1/users -- node report.js', 'and no more than that'],
    ],
    exits: org,
    page: 'docs/proxy.md',
  },
  mcp: {
    about: 'For the configuration of an agent. What is not named with --allow is not listed.',
    examples: [
      ['postern mcp', 'reading tools for every connection'],
      [
        'postern mcp acme --allow group.add_member',
        'and plans for one action, approved by a person',
      ],
      ['postern mcp --access-key env:POSTERN_ACCESS_KEY', 'with the rights of an access key'],
    ],
    exits: org,
    page: 'docs/mcp.md',
  },
  read: {
    examples: [
      ['postern read acme users > users.jsonl', 'every user, as Okta sent them'],
      ['postern read acme system-log --since 24h --limit 1000', 'of the last day'],
      ['postern read acme groups --output csv', 'as a table for a spreadsheet'],
    ],
    exits: [...org, 'partial'],
    page: 'docs/reading.md',
  },
  domains: { examples: [], exits: ['notFound'], page: 'docs/server.md' },
  'domains allow': { examples: [['postern domains allow login.acme.com', 'from now on']] },
  'domains list': { examples: [['postern domains list', 'and which connections use them']] },
  'domains remove': { examples: [['postern domains remove login.acme.com', 'if nobody uses it']] },
}
