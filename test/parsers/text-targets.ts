import {
  parseArguments,
  parseAudience,
  parseClientId,
  parseCustomDomain,
  parseOrgUrl,
  parseScopes,
  parseTokenUrl,
  readArgumentTexts,
} from '@postern/core'
import { expect } from 'vitest'
import { parseDeclaration } from '../../packages/core/src/actions/declaration.ts'
import { parseReference } from '../../packages/core/src/actions/reference.ts'
import { actions } from '../../packages/core/src/actions/registry.ts'
import { readAttributes } from '../../packages/core/src/actions/user-profile.ts'
import { showHostile } from '../../packages/core/src/hostile.ts'
import { secretLookAlike } from '../../packages/core/src/secret-look-alike.ts'
import { splitUrl } from '../../packages/core/src/url/split.ts'
import { ofText, ofTexts, ofValue, type Target } from './target.ts'

const org = parseOrgUrl('https://acme.okta.com').org
const declaration = {
  name: 'user.nickname',
  title: 'Set a nickname',
  summary: 'Changes the nickname of a user.',
  method: 'POST',
  path: '/api/v1/users/{user}',
  body: { profile: { nickName: '{nickname}' } },
  effect: 'change',
  scopes: ['okta.users.manage'],
  roles: ['USER_ADMIN'],
  parameters: [
    { name: 'user', kind: 'user', description: 'Who' },
    { name: 'nickname', kind: 'text', description: 'What', max: 20 },
  ],
}
const parameterNames = actions.flatMap(({ parameters }) => parameters.map(({ name }) => `${name}=`))
const actionOf = (given: unknown) => {
  const at = JSON.stringify(given ?? null)?.length ?? 0
  const chosen = actions[at % actions.length]
  if (chosen === undefined) throw new Error('There is no action.')
  return chosen
}

/** Every parser of a text that somebody typed. */
export const textTargets: readonly Target[] = [
  ofText(
    'core/src/url/org.ts parseOrgUrl',
    (given) => parseOrgUrl(given),
    [
      'https://acme.okta.com',
      'acme.okta.com/',
      'https://acme-admin.okta.com/admin/dashboard',
      'https://dev-1.oktapreview.com:443',
    ],
    {
      // What was repaired needs no repair.
      holds: ({ org: parsed }) => expect(parseOrgUrl(parsed).org).toBe(parsed),
    },
  ),
  ofText(
    'core/src/url/custom-domain.ts parseCustomDomain',
    parseCustomDomain,
    ['login.acme.com', 'https://login.acme.com/'],
    {
      holds: (host) => expect(parseCustomDomain(host)).toBe(host),
    },
  ),
  ofText('core/src/url/split.ts splitUrl', splitUrl, [
    'https://acme.okta.com/path?query#part',
    'acme.okta.com',
  ]),
  ofText(
    'core/src/url/client-id.ts parseClientId',
    parseClientId,
    ['0oa1b2c3d4e5f6g7h8i9', ' 0oa1b2c3d4e5f6g7h8i9 '],
    {
      holds: ({ clientId }) => expect(parseClientId(clientId).clientId).toBe(clientId),
    },
  ),
  ofText(
    'core/src/url/scopes.ts parseScopes',
    (given) => parseScopes(given),
    ['okta.users.read okta.groups.read', 'okta.logs.read,okta.apps.read'],
    {
      words: ['okta.', 'users', '.read', '.manage', 'openid', '.default'],
      holds: ({ scopes }) => expect(parseScopes(scopes.join(' ')).scopes).toEqual(scopes),
    },
  ),
  ofText('core/src/url/audience.ts parseAudience', (given) => parseAudience(given, org), [
    'https://acme.okta.com/oauth2/v1/token',
    'https://acme.okta.com',
    'issuer',
  ]),
  ofText(
    'core/src/url/token-url.ts parseTokenUrl',
    (given) => parseTokenUrl(given, org),
    ['https://acme.okta.com/oauth2/v1/token', 'https://acme.okta.com/oauth2/default/v1/token'],
    {
      words: ['/oauth2/', 'v1', '/token', 'default'],
    },
  ),
  ofText(
    'core/src/actions/reference.ts parseReference',
    (given) => parseReference(given, ['login', 'id', 'name']),
    ['login:ada@example.com', 'id:00u1', 'Staff'],
  ),
  ofValue('core/src/actions/declaration.ts parseDeclaration', parseDeclaration, [declaration], {
    holds: (parsed) => expect(parseDeclaration(structuredClone(parsed))).toEqual(parsed),
  }),
  ofValue(
    'core/src/actions/arguments.ts parseArguments',
    (given) => parseArguments(actionOf(given), given),
    [{ group: 'Staff', user: 'ada@example.com' }, { users: ['a', 'b'] }],
    {
      words: parameterNames.map((name) => name.slice(0, -1)),
    },
  ),
  ofTexts(
    'core/src/actions/arguments.ts readArgumentTexts',
    (given) => readArgumentTexts(actionOf(given), given),
    [['group=Staff', 'user=ada@example.com'], ['profile={"a":1}']],
    {
      words: parameterNames,
      isSecret: true,
    },
  ),
  ofValue(
    'core/src/actions/user-profile.ts readAttributes',
    (given) => {
      const action = actions.find(({ name }) => name === 'user.create')
      if (action === undefined) throw new Error('user.create is gone.')
      return readAttributes(action, parseArguments(action, given))
    },
    [
      {
        login: 'ada@example.com',
        email: 'ada@example.com',
        firstName: 'Ada',
        lastName: 'L',
        profile: { title: 'x', tags: ['a'] },
      },
    ],
  ),
  ofText(
    'core/src/hostile.ts showHostile',
    (given) => showHostile(given),
    ['An error', 'a\u001b[31mb'],
    {
      holds: (shown) => {
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
        expect(shown.length).toBeLessThanOrEqual(1_100)
      },
    },
  ),
  ofText('core/src/secret-look-alike.ts secretLookAlike', secretLookAlike, [
    '-----BEGIN PRIVATE KEY-----',
    'eyJhbGciOiJSUzI1NiJ9.e30.AAAA',
    'text',
  ]),
]
