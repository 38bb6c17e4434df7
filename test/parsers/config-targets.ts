/** @module The parsers of settings. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect, inject } from 'vitest'
import { trustPrimes } from '../../packages/core/test/keys/pool.ts'
import { readAllowedNetworks } from '../../packages/postern/src/config/allowed-networks.ts'
import { splitCommand } from '../../packages/postern/src/config/command.ts'
import { parseConnection, parseLifetime } from '../../packages/postern/src/config/connection.ts'
import { parseConnectionName } from '../../packages/postern/src/config/connection-name.ts'
import { readDatabaseUrl } from '../../packages/postern/src/config/database-reference.ts'
import { parseDescription } from '../../packages/postern/src/config/description.ts'
import { parseConfigFile } from '../../packages/postern/src/config/file/parse.ts'
import { parseReference } from '../../packages/postern/src/config/file/reference.ts'
import { readYaml } from '../../packages/postern/src/config/file/yaml.ts'
import { parseJwtAlg } from '../../packages/postern/src/config/jwt-alg.ts'
import { parseKeySet } from '../../packages/postern/src/config/key-set.ts'
import { parseMasterKeySource } from '../../packages/postern/src/config/master-key/parse.ts'
import { parseMasterKeys } from '../../packages/postern/src/config/master-key/text.ts'
import {
  connectionRequestOf,
  parseNamedConnection,
  parseRotationAdmin,
} from '../../packages/postern/src/config/named-connection.ts'
import { parseOktaFile } from '../../packages/postern/src/config/okta-file.ts'
import { parseOwnName } from '../../packages/postern/src/config/own-name.ts'
import { parseProcess } from '../../packages/postern/src/config/process-identity.ts'
import { readServerFile } from '../../packages/postern/src/config/server-file.ts'
import { parseWanted } from '../../packages/postern/src/config/wanted-scopes.ts'
import { declarationJudges } from '../../packages/postern/src/service/judge-declared.ts'
import { ofText, ofValue, type Target } from './target.ts'

const asMembers = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
const texts = (value: unknown) =>
  Object.fromEntries(
    Object.entries(asMembers(value)).map(([name, one]) => [
      name,
      typeof one === 'string' ? one : undefined,
    ]),
  )
const connection = {
  orgUrl: 'https://acme.okta.com',
  clientId: '0oa1b2c3d4e5f6g7h8i9',
  scopes: 'okta.users.read',
  apiToken: `00${'a'.repeat(40)}`,
}
const secret43 = 'A'.repeat(43)
/** A file with that content, in the folder of this run. */
const fileOf = (content: string | Uint8Array, name: string) => {
  const folder = mkdtempSync(path.join(inject('runFolder'), 'parsed-'))
  writeFileSync(path.join(folder, name), content, { mode: 0o600 })
  return folder
}

/** Every parser of settings. */
export const configTargets: readonly Target[] = [
  ofText(
    'postern/src/config/file/parse.ts parseConfigFile',
    (given) =>
      parseConfigFile(given, { file: 'postern.yaml', folder: '/etc/postern' }, declarationJudges),
    [
      'connections:\n  acme:\n    orgUrl: https://acme.okta.com\n    clientId: 0oa1b2c3d4e5f6g7h8i9\n    secrets:\n      key: env:KEY\n',
    ],
    {
      words: [
        'connections:',
        'accessKeys:',
        'feeds:',
        'sinks:',
        'secrets:',
        '\n  ',
        '\n    ',
        '- ',
        'env:',
        'file:',
        '&a',
        '*a',
        '<<: ',
        '!!js',
      ],
      isSecret: true,
    },
  ),
  ofText('postern/src/config/file/yaml.ts readYaml', readYaml, ['a: 1\nb: [1, {c: d}]\n'], {
    words: ['&a ', '*a', '<<: ', '? ', '- ', '|\n', '%YAML', '---'],
  }),
  ofText(
    'postern/src/config/file/reference.ts parseReference',
    parseReference,
    ['env:KEY', 'file:/run/key', 'exec:pass show "a b"'],
    { words: ['env:', 'file:', 'exec:'] },
  ),
  ofText(
    'postern/src/config/okta-file.ts parseOktaFile',
    (given) => parseOktaFile(given, 'okta.yaml'),
    [
      'okta:\n  client:\n    orgUrl: https://acme.okta.com\n    scopes: [okta.users.read]\n',
      '{"okta":{"client":{"token":"x"}}}',
    ],
    {
      words: ['okta:', 'client:', '&a', '*a', '<<: '],
      isSecret: true,
    },
  ),
  ofText(
    'postern/src/config/allowed-networks.ts readAllowedNetworks',
    (given) => readAllowedNetworks({ POSTERN_ALLOWED_NETWORKS: given }),
    ['10.0.0.0/8, fd00::/8'],
  ),
  ofText(
    'postern/src/config/database-reference.ts readDatabaseUrl',
    (given) =>
      readDatabaseUrl(undefined, { env: { POSTERN_DATABASE: given }, stdin: Readable.from([]) }),
    ['postgres://postern@db.acme.com/postern'],
    { isSecret: true },
  ),
  ofText('postern/src/config/command.ts splitCommand', splitCommand, [
    'vault read -field=key secret/okta',
    'a "b c" \'d\'',
  ]),
  ofText('postern/src/config/jwt-alg.ts parseJwtAlg', parseJwtAlg, ['RS256', 'ES512'], {
    isSecret: true,
  }),
  ofText(
    'postern/src/config/own-name.ts parseOwnName',
    (given) => parseOwnName(given, 'feed'),
    ['users-daily'],
    {
      isSecret: true,
      holds: (name) => expect(parseOwnName(name, 'feed')).toBe(name),
    },
  ),
  ofText(
    'postern/src/config/connection-name.ts parseConnectionName',
    parseConnectionName,
    ['acme'],
    { isSecret: true },
  ),
  ofText('postern/src/config/description.ts parseDescription', parseDescription, ['Read by HR']),
  ofText('postern/src/config/wanted-scopes.ts parseWanted', parseWanted, [
    'okta.users.read',
    'okta.groups.read',
  ]),
  ofText('postern/src/config/connection.ts parseLifetime', parseLifetime, ['240', '3600'], {
    isSecret: true,
  }),
  ofValue(
    'postern/src/config/connection.ts parseConnection',
    (given) =>
      parseConnection(connectionRequestOf({ name: 'acme', orgUrl: '', ...texts(given) }).values, {
        isProbablePrime: trustPrimes,
      }),
    [connection],
    { isSecret: true },
  ),
  ofValue(
    'postern/src/config/named-connection.ts parseNamedConnection',
    (given) =>
      parseNamedConnection(connectionRequestOf({ name: 'acme', orgUrl: '', ...texts(given) }), {
        isProbablePrime: trustPrimes,
      }),
    [{ name: 'acme', ...connection }],
    { isSecret: true },
  ),
  ofText(
    'postern/src/config/named-connection.ts parseRotationAdmin',
    parseRotationAdmin,
    ['acme', ''],
    { isSecret: true },
  ),
  ofText(
    'postern/src/config/key-set.ts parseKeySet',
    (given) => parseKeySet({ jwksUrl: given }, undefined),
    ['https://keys.acme.com/jwks.json'],
  ),
  ofText(
    'postern/src/config/master-key/parse.ts parseMasterKeySource',
    (given) => parseMasterKeySource(given, {}),
    ['env:POSTERN_MASTER_KEY', 'file:/run/key', 'credential:key', 'command:vault read'],
    { isSecret: true },
  ),
  ofText(
    'postern/src/config/master-key/text.ts parseMasterKeys',
    (given) => parseMasterKeys(given, 'The file'),
    [
      `postern-master-key:1:${secret43}\n`,
      secret43,
      `# comment\npostern-master-key:2:${'ab'.repeat(32)}`,
    ],
    { isSecret: true },
  ),
  ofValue('postern/src/config/process-identity.ts parseProcess', parseProcess, [
    { pid: 7, host: 'a', nonce: 'b', start: '1' },
  ]),
  ofText(
    'postern/src/config/server-file.ts readServerFile',
    (given) => readServerFile(fileOf(given, 'server.json')),
    [
      '{"url":"http://127.0.0.1:1","accessKey":"x","version":"0","process":{"pid":1,"host":"a","nonce":"b"}}',
    ],
    { isSecret: true },
  ),
]
