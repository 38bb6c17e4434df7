import { expect, test } from 'vitest'
import { Aliases } from '../../../src/cli/support/aliases.ts'

const without = () => new Aliases({ keepsNames: false })

test('the same thing has the same word everywhere, however it is written', () => {
  const aliases = without()
  expect(aliases.of('connection', 'acme')).toBe('connection-1')
  expect(aliases.of('org', 'https://acme.okta.com')).toBe('org-1')
  expect(aliases.of('connection', 'ACME')).toBe('connection-1')
  expect(aliases.of('connection', 'beta')).toBe('connection-2')
  expect(aliases.text('Connection acme (Acme) to https://acme.okta.com; acme-2 is another.')).toBe(
    'Connection connection-1 (connection-1) to org-1; acme-2 is another.',
  )
})

test.each([
  ['ada.lovelace@acme.example signed in', 'address-1 signed in'],
  ['from 203.0.113.9 to 2001:db8::7 at 12:34:56', 'from ip-1 to ip-2 at 12:34:56'],
  ['127.0.0.1:7478 and ::1 are this machine', '127.0.0.1:7478 and ::1 are this machine'],
  ['The receiver hooks.acme.example:8443 is away', 'The receiver host-1:8443 is away'],
  ['https://acme.okta.com/api/v1/users/00u1a2b3c4d5e6f7g8h9', 'https://host-1/api/v1/users/id-1'],
  ['See https://developer.okta.com/docs', 'See https://developer.okta.com/docs'],
  ['Grant okta.users.read, then user.find', 'Grant okta.users.read, then user.find'],
  ['No store can be kept in /home/ada/data/store', 'No store can be kept in path-1'],
  ['run postern config check postern.yaml', 'run postern config check postern.yaml'],
])('%s', (text, expected) => {
  expect(without().text(text)).toBe(expected)
})

test('a secret by its shape goes, also where names are wanted', () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`
  for (const keepsNames of [true, false]) {
    const aliases = new Aliases({ keepsNames })
    expect(aliases.text(`token ${token}`)).toBe('token [removed]')
    expect(aliases.of('name', token)).not.toContain('bbbb')
  }
})

test.each([
  ['GET /cb?code=1&access_token=hunter2&x=1', 'GET /cb?code=1&access_token=[removed]&x=1'],
  ['password: "hunter2 and more" is refused', 'password: [removed] is refused'],
  [
    "DB_PASSWORD=hunter2, client_secret='hunter2'",
    'DB_PASSWORD=[removed], client_secret=[removed]',
  ],
  [`line postern-master-key:2:${'hunter2+'.repeat(5)}hun= of`, 'line [removed] of'],
  ['to postgres://acme:hunter2@10.0.0.1/x', 'to postgres://[removed]@10.0.0.1/x'],
  ['The token is refused: invalid_token', 'The token is refused: invalid_token'],
])('a secret that somebody wrote into a text goes, with names too: %s', (text, expected) => {
  expect(new Aliases({ keepsNames: true }).text(text)).toBe(expected)
  expect(without().text(text)).not.toContain('hunter2')
})

test('with names a text stays as it is', () => {
  const aliases = new Aliases({ keepsNames: true })
  expect(aliases.of('connection', 'acme')).toBe('acme')
  expect(aliases.text('acme at 203.0.113.9')).toBe('acme at 203.0.113.9')
})

test('what is one of a few stays, and a host in its place does not', () => {
  const aliases = without()
  aliases.of('connection', 'users')
  expect(aliases.plain('users')).toBe('users')
  expect(aliases.plain('*/5 * * * *')).toBe('*/5 * * * *')
  expect(aliases.plain('2026-11-30T14:14:19.493Z')).toBe('2026-11-30T14:14:19.493Z')
  expect(aliases.plain('hooks.acme.example')).toBe('host-1')
  expect(aliases.plain({ key: 'x' })).toBeUndefined()
})
