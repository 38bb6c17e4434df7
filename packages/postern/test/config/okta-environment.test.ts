import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { type OktaSettings, readOktaEnvironment } from '../../src/config/okta-environment.ts'
import { oktaVariables } from '../../src/config/okta-variables.ts'
import { readTextFile } from '../../src/config/text-file.ts'

let root: string
let home: string
let cwd: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'postern-config-'))
  home = join(root, 'home')
  cwd = join(root, 'project')
  await mkdir(join(home, '.okta'), { recursive: true })
  await mkdir(cwd)
})

afterEach(() => rm(root, { recursive: true }))

function read(env: Record<string, string | undefined>): Promise<OktaSettings> {
  return readOktaEnvironment({ env, readTextFile, home, cwd })
}

/** The settings with their secrets in the open, for comparison. */
async function revealed(env: Record<string, string | undefined>): Promise<Record<string, unknown>> {
  const { key, apiToken, conflicts: _conflicts, ignored: _ignored, ...open } = await read(env)
  return {
    ...open,
    ...(key && { key: { ...key, value: key.value.reveal() } }),
    ...(apiToken && { apiToken: { ...apiToken, value: apiToken.value.reveal() } }),
  }
}

const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQ+not/a/key==\n-----END PRIVATE KEY-----\n'

describe('readOktaEnvironment reads the environment', () => {
  test('nothing set gives nothing', async () => {
    expect(await read({})).toEqual({ conflicts: [], ignored: [] })
    expect(await read({ OKTA_CLIENT_ORGURL: '  ', OKTA_CLIENT_TOKEN: undefined })).toEqual({
      conflicts: [],
      ignored: [],
    })
  })

  test('without a home directory it looks in the project alone', async () => {
    const settings = await readOktaEnvironment({ env: {}, readTextFile, cwd })
    expect(settings).toEqual({ conflicts: [], ignored: [] })
  })

  test.each(
    Object.entries(oktaVariables).flatMap(([setting, variables]) =>
      variables.filter(({ isFile }) => !isFile).map(({ name }) => [name, setting] as const),
    ),
  )('%s sets %s', async (name, setting) => {
    const values: Record<string, string> = { dpop: 'true', authorizationMode: 'PrivateKey' }
    const value = values[setting] ?? 'value'
    const expected = name === 'OKTA_ORG_NAME' ? 'https://value.okta.com' : value
    expect(await revealed({ [name]: ` ${value} ` })).toEqual({
      [setting]: {
        value: setting === 'dpop' ? true : expect.stringMatching(new RegExp(`^ ?${expected} ?$`)),
        from: name,
      },
    })
  })

  test("every tool's variables alone give a whole credential", async () => {
    const tools: Record<string, string>[] = [
      {
        OKTA_CLIENT_ORGURL: 'https://acme.okta.com',
        OKTA_CLIENT_CLIENTID: 'id',
        OKTA_CLIENT_PRIVATEKEY: pem,
        OKTA_CLIENT_KID: 'kid',
        OKTA_CLIENT_SCOPES: 'okta.users.read',
        OKTA_CLIENT_AUTHORIZATIONMODE: 'PrivateKey',
      },
      {
        OKTA_ORG_NAME: 'acme',
        OKTA_BASE_URL: 'okta.com',
        OKTA_API_CLIENT_ID: 'id',
        OKTA_API_PRIVATE_KEY: pem,
        OKTA_API_PRIVATE_KEY_ID: 'kid',
        OKTA_API_SCOPES: 'okta.users.read',
      },
      {
        OKTA_ORG_URL: 'https://acme.okta.com',
        OKTA_CLIENT_ID: 'id',
        OKTA_PRIVATE_KEY: pem,
        OKTA_KEY_ID: 'kid',
        OKTA_SCOPES: 'okta.users.read',
      },
    ]
    for (const env of tools) {
      const settings = await revealed(env)
      expect(settings).toMatchObject({
        orgUrl: { value: 'https://acme.okta.com' },
        clientId: { value: 'id' },
        key: { value: pem },
        keyId: { value: 'kid' },
        scopes: { value: 'okta.users.read' },
      })
    }
  })

  test.each([
    [{ OKTA_ORG_NAME: 'acme' }, 'https://acme.okta.com', 'OKTA_ORG_NAME'],
    [
      { OKTA_ORG_NAME: 'acme', OKTA_BASE_URL: 'oktapreview.com' },
      'https://acme.oktapreview.com',
      'OKTA_ORG_NAME and OKTA_BASE_URL',
    ],
    [
      { OKTA_ORG_NAME: 'acme', OKTA_BASE_URL: 'https://okta.com' },
      'https://acme.okta.com',
      'OKTA_ORG_NAME and OKTA_BASE_URL',
    ],
    [{ OKTA_ORG_NAME: 'https://acme.okta.com' }, 'https://acme.okta.com', 'OKTA_ORG_NAME'],
  ])("Terraform's %j is %s", async (env, value, from) => {
    expect((await read(env)).orgUrl).toEqual({ value, from })
  })

  test("the first of a setting's variables wins, and a different one is named as a conflict", async () => {
    const settings = await read({
      OKTA_ORG_URL: 'https://beta.okta.com',
      OKTA_CLIENT_ORGURL: 'https://acme.okta.com',
      OKTA_ORG_NAME: 'acme',
      OKTA_CLIENT_PRIVATEKEYID: 'one',
      OKTA_KEY_ID: 'two',
      OKTA_CLIENT_SCOPES: 'okta.users.read okta.groups.read',
      OKTA_API_SCOPES: 'okta.groups.read,okta.users.read',
      OKTA_CLIENT_PRIVATEKEY: pem.replaceAll('\n', '\\n'),
      OKTA_API_PRIVATE_KEY: pem,
      OKTA_CLIENT_TOKEN: '00tokenA',
      OKTA_API_TOKEN: 'SSWS 00tokenB',
    })
    expect(settings.orgUrl).toEqual({ value: 'https://acme.okta.com', from: 'OKTA_CLIENT_ORGURL' })
    expect(settings.conflicts).toEqual([
      { setting: 'orgUrl', used: 'OKTA_CLIENT_ORGURL', other: 'OKTA_ORG_URL' },
      { setting: 'keyId', used: 'OKTA_CLIENT_PRIVATEKEYID', other: 'OKTA_KEY_ID' },
      { setting: 'apiToken', used: 'OKTA_CLIENT_TOKEN', other: 'OKTA_API_TOKEN' },
    ])
  })

  test('what is set and has no use is named with the reason, without its value', async () => {
    const settings = await read({
      OKTA_ACCESS_TOKEN: 'eyJcanary',
      OKTA_TESTING_DISABLEHTTPSCHECK: 'true',
      OKTA_CLIENT_CLIENTASSERTION: 'eyJcanary',
      OKTA_BASE_URL: 'okta.com',
      OKTA_LOG_LEVEL: 'DEBUG',
      POSTERN_DPOP: 'perhaps',
      OKTA_CLIENT_AUTHORIZATIONMODE: 'magic',
      OKTA_AWSCLI_PRIVATE_KEY_FILE: 'absent.pem',
      'OKTA_CLIENT_\n': 'x',
      PATH: '/usr/bin',
    })
    expect(settings.ignored.map(({ name }) => name).sort()).toEqual([
      'OKTA_ACCESS_TOKEN',
      'OKTA_AWSCLI_PRIVATE_KEY_FILE',
      'OKTA_BASE_URL',
      'OKTA_CLIENT_AUTHORIZATIONMODE',
      'OKTA_CLIENT_CLIENTASSERTION',
      'OKTA_LOG_LEVEL',
      'OKTA_TESTING_DISABLEHTTPSCHECK',
      'POSTERN_DPOP',
    ])
    expect(JSON.stringify(settings)).not.toMatch(/canary|perhaps|magic|absent/)
    expect(settings.ignored).toContainEqual({
      name: 'OKTA_ACCESS_TOKEN',
      reason: expect.stringContaining('cannot be renewed'),
    })
  })

  test('with authorization mode Bearer the token is an access token, and ignored', async () => {
    const settings = await read({
      OKTA_CLIENT_AUTHORIZATIONMODE: 'bearer',
      OKTA_CLIENT_TOKEN: 'eyJcanary',
    })
    expect(settings.apiToken).toBeUndefined()
    expect(settings.authorizationMode?.value).toBe('Bearer')
    expect(settings.ignored.map(({ name }) => name)).toEqual(['OKTA_CLIENT_TOKEN'])
  })
})

describe('readOktaEnvironment reads a private key', () => {
  test.each([
    ['keys/acme.pem', 'OKTA_CLIENT_PRIVATEKEY (file keys/acme.pem)'],
    ['./keys/acme.pem', 'OKTA_CLIENT_PRIVATEKEY (file ./keys/acme.pem)'],
  ])('from the file %s beside the project', async (path, from) => {
    await mkdir(join(cwd, 'keys'))
    await writeFile(join(cwd, 'keys', 'acme.pem'), pem)
    expect(await revealed({ OKTA_CLIENT_PRIVATEKEY: path })).toEqual({ key: { value: pem, from } })
  })

  test('from a file in the home directory, from an absolute path, and from a variable for files', async () => {
    await writeFile(join(home, 'acme.pem'), pem)
    const absolute = join(home, 'acme.pem')
    expect(await revealed({ OKTA_API_PRIVATE_KEY: '~/acme.pem' })).toEqual({
      key: { value: pem, from: 'OKTA_API_PRIVATE_KEY (file ~/acme.pem)' },
    })
    expect(await revealed({ OKTA_PRIVATE_KEY: absolute })).toEqual({
      key: { value: pem, from: `OKTA_PRIVATE_KEY (file ${absolute})` },
    })
    expect(await revealed({ OKTA_AWSCLI_PRIVATE_KEY_FILE: absolute })).toEqual({
      key: { value: pem, from: `OKTA_AWSCLI_PRIVATE_KEY_FILE (file ${absolute})` },
    })
  })

  test.each([
    ['a PEM', pem],
    ['a PEM with literal line breaks', pem.replaceAll('\n', '\\n')],
    ['a JWK', '{"kty":"RSA","d":"x"}'],
    ['base64 with slashes', 'MIIEvQIBADANBg/kqhkiG9w0B/AQEF=='],
    ['the path of no file', './absent.pem'],
    ['the path of a directory', '.'],
    ['a NUL', 'a\0b'],
  ])('from the value itself where it is %s', async (_what, value) => {
    expect(await revealed({ OKTA_CLIENT_PRIVATEKEY: value })).toEqual({
      key: { value, from: 'OKTA_CLIENT_PRIVATEKEY' },
    })
  })

  test('a key file beyond 64 KiB is refused', async () => {
    await writeFile(join(cwd, 'big.pem'), 'x'.repeat(64 * 1024 + 1))
    await expect(read({ OKTA_CLIENT_PRIVATEKEY: 'big.pem' })).rejects.toMatchObject({
      code: 'config_file_too_large',
    })
    await expect(read({ OKTA_CLIENT_PRIVATEKEY: '/dev/zero' })).rejects.toMatchObject({
      code: 'config_file_too_large',
    })
  })

  test('a key of digits alone keeps every one of them', async () => {
    await writeFile(join(cwd, 'okta.yaml'), 'okta:\n  client:\n    kid: 00123456789012345678901\n')
    expect((await read({})).keyId?.value).toBe('00123456789012345678901')
  })
})

describe("readOktaEnvironment reads the tools' files", () => {
  const yaml = (client: string) => `okta:\n  client:\n${client.replace(/^/gm, '    ')}\n`

  test.each([
    ['okta.yaml', './okta.yaml'],
    ['okta.yml', './okta.yml'],
    ['.okta.yaml', './.okta.yaml'],
    ['../home/.okta/okta.yaml', '~/.okta/okta.yaml'],
    ['../home/.okta/okta.yml', '~/.okta/okta.yml'],
  ])('%s', async (path, shown) => {
    const text = yaml(
      [
        'orgUrl: "https://acme.okta.com"',
        'authorizationMode: PrivateKey',
        'clientId: id',
        'scopes:\n  - okta.users.read\n  - okta.groups.read',
        'privateKey: |\n  -----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----',
        'privateKeyId: kid',
        'dpopEnabled: true',
        'token: null',
      ].join('\n'),
    )
    await writeFile(join(cwd, path), text)
    const from = (member: string) => `${shown}: okta.client.${member}`
    expect(await revealed({})).toEqual({
      orgUrl: { value: 'https://acme.okta.com', from: from('orgUrl') },
      authorizationMode: { value: 'PrivateKey', from: from('authorizationMode') },
      clientId: { value: 'id', from: from('clientId') },
      scopes: { value: 'okta.users.read okta.groups.read', from: from('scopes') },
      key: {
        value: '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n',
        from: from('privateKey'),
      },
      keyId: { value: 'kid', from: from('privateKeyId') },
      dpop: { value: true, from: from('dpopEnabled') },
    })
  })

  test("appsettings.json of .NET, in .NET's spelling, a JWK as a mapping", async () => {
    const Okta = { Client: { OrgUrl: 'https://acme.okta.com', PrivateKey: { kty: 'RSA', d: 'x' } } }
    await writeFile(join(cwd, 'appsettings.json'), JSON.stringify({ Logging: {}, Okta }))
    expect(await revealed({})).toEqual({
      orgUrl: { value: 'https://acme.okta.com', from: './appsettings.json: okta.client.OrgUrl' },
      key: { value: '{"kty":"RSA","d":"x"}', from: './appsettings.json: okta.client.PrivateKey' },
    })
  })

  test("an appsettings.json that cannot be parsed is .NET's affair", async () => {
    await writeFile(join(cwd, 'appsettings.json'), '{ "Okta": ')
    expect((await read({})).ignored).toEqual([
      { name: './appsettings.json', reason: expect.any(String) },
    ])
  })

  test('the environment wins over the project, the project over the home directory', async () => {
    await writeFile(
      join(home, '.okta/okta.yaml'),
      yaml('orgUrl: https://a.okta.com\nclientId: a\nkid: a'),
    )
    await writeFile(join(cwd, 'okta.yaml'), yaml('orgUrl: https://b.okta.com\nclientId: b'))
    const settings = await read({ OKTA_API_CLIENT_ID: 'c' })
    expect(settings.keyId?.from).toBe('~/.okta/okta.yaml: okta.client.kid')
    expect(settings.orgUrl?.value).toBe('https://b.okta.com')
    expect(settings.clientId?.value).toBe('c')
    expect(settings.conflicts).toEqual([
      {
        setting: 'clientId',
        used: 'OKTA_API_CLIENT_ID',
        other: './okta.yaml: okta.client.clientId',
      },
      {
        setting: 'orgUrl',
        used: './okta.yaml: okta.client.orgUrl',
        other: '~/.okta/okta.yaml: okta.client.orgUrl',
      },
      {
        setting: 'clientId',
        used: 'OKTA_API_CLIENT_ID',
        other: '~/.okta/okta.yaml: okta.client.clientId',
      },
    ])
  })

  test('members without a use are named', async () => {
    await writeFile(
      join(cwd, 'okta.yaml'),
      yaml(
        'proxy:\n  host: x\nclientAssertion: eyJcanary\norgUrl: {yourOktaDomain}\n"a canary": x',
      ),
    )
    const settings = await read({})
    expect(settings.ignored.map(({ name }) => name)).toEqual([
      './okta.yaml: okta.client.proxy',
      './okta.yaml: okta.client.clientAssertion',
      './okta.yaml: okta.client.orgUrl',
      './okta.yaml: okta.client.(another member)',
    ])
    expect(JSON.stringify(settings)).not.toContain('canary')
  })

  test.each([
    ['', {}],
    ['# nothing', {}],
    ['okta:', {}],
    ['okta: text', {}],
    ['- a\n- b', {}],
    ['okta:\n  idx:\n    issuer: x', {}],
    ['okta:\n  client: []', {}],
    ['__proto__:\n  client:\n    orgUrl: x', {}],
  ])('%j has no settings', async (text, expected) => {
    await writeFile(join(cwd, 'okta.yaml'), text)
    expect(await revealed({})).toEqual(expected)
  })

  test.each([
    ['a broken quote', 'okta:\n  client:\n    token: "canary-7f3a9c1e\n', { path: './okta.yaml' }],
    ['a tab as indent', 'okta:\n\tclient: canary-7f3a9c1e', { path: './okta.yaml', line: 2 }],
    ['a duplicate member', 'okta:\n  client:\n    a: canary-7f3a9c1e\n    a: 1', { line: 4 }],
    ['two documents', 'okta: canary-7f3a9c1e\n---\nokta: 1', { line: 2 }],
    ['an unknown alias', 'okta:\n  client: *canary-7f3a9c1e', { path: './okta.yaml' }],
    ['aliases of aliases', aliases(), { path: './okta.yaml' }],
    ['50,000 brackets', '['.repeat(50_000), { path: './okta.yaml' }],
    ['more than 64 KiB', `okta: ${'x'.repeat(64 * 1024)}`, { maxBytes: 65_536 }],
    ['bytes that are not UTF-8', Buffer.from([0x6f, 0xff, 0xfe]), {}],
  ])(
    '%s is a ConfigError with the path and the line, never the content',
    async (_what, text, details) => {
      await writeFile(join(cwd, 'okta.yaml'), text)
      const before = process.cpuUsage()
      const error: unknown = await read({}).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ConfigError)
      if (!(error instanceof ConfigError)) return
      expect(error.code).toBe(
        'maxBytes' in details ? 'config_file_too_large' : 'config_file_invalid',
      )
      expect(error.details).toMatchObject(details)
      expect(error.message).toContain('okta.yaml')
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary-7f3a')
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000)
    },
  )

  test('a reader without a limit of its own does not get past 64 KiB', async () => {
    const endless = () => Promise.resolve(' '.repeat(64 * 1024 + 1))
    const reading = readOktaEnvironment({ env: {}, readTextFile: endless, cwd })
    await expect(reading).rejects.toMatchObject({ code: 'config_file_too_large' })
    const key = (path: string) =>
      Promise.resolve(path.endsWith('.pem') ? 'x'.repeat(65_537) : undefined)
    const env = { OKTA_CLIENT_PRIVATEKEY: 'big.pem' }
    await expect(readOktaEnvironment({ env, readTextFile: key, cwd })).rejects.toMatchObject({
      code: 'config_file_too_large',
    })
  })

  test('a file whose reader fails is the error of that reader', async () => {
    const failing = () =>
      Promise.reject(new ConfigError('config_file_unreadable', 'no', { remedy: 'x' }))
    await expect(
      readOktaEnvironment({ env: {}, readTextFile: failing, home, cwd }),
    ).rejects.toThrow('no')
  })
})

test('no secret shows in settings, conflicts, ignored names or their printed forms', async () => {
  const canary = (name: string) => `c4nary-${name}-3b1f9d72`
  await writeFile(
    join(cwd, 'okta.yaml'),
    `okta:\n  client:\n    token: ${canary('file-token')}\n    privateKey: "${canary('file-key')}"\n    clientSecret: ${canary('file-secret')}\n`,
  )
  await writeFile(join(cwd, 'key.pem'), canary('pem-file'))
  const settings = await read({
    OKTA_CLIENT_TOKEN: canary('token'),
    OKTA_API_TOKEN: canary('terraform-token'),
    OKTA_CLIENT_PRIVATEKEY: `-----BEGIN PRIVATE KEY-----\n${canary('key')}`,
    OKTA_API_PRIVATE_KEY: `{"kty":"RSA","d":"${canary('jwk')}"}`,
    OKTA_PRIVATE_KEY: 'key.pem',
    OKTA_AWSCLI_PRIVATE_KEY: canary('bare-key'),
    OKTA_ACCESS_TOKEN: canary('access-token'),
    OKTA_CLIENT_CLIENTSECRET: canary('client-secret'),
    OKTA_CLIENT_PROXY_PASSWORD: canary('proxy-password'),
  })
  expect(settings.conflicts).toHaveLength(6)
  const shown = [
    inspect(settings, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(settings),
    String(settings.key?.value),
    `${settings.apiToken?.value}`,
  ].join('\n')
  expect(shown).not.toContain('c4nary')
  expect(settings.apiToken?.value.reveal()).toBe(canary('token'))
})

/** "Billion laughs": each line repeats the one before nine times. */
function aliases(): string {
  const lines = ['a0: &a0 canary-7f3a9c1e']
  for (let level = 1; level < 10; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    )
  }
  return lines.join('\n')
}
