/** @module What every kind of sink refuses of its settings: the API, the command line and postern.yaml judge by it. */

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { MemberProblems } from '../../src/config/member-problem.ts'
import { judgeSink } from '../../src/feeds/judge-sink.ts'
import { OutboundError } from '../../src/http/outbound-error.ts'
import { parseOutboundUrl } from '../../src/http/outbound-url.ts'
import { getSinkKind, sinkKinds } from '../../src/sinks/registry.ts'
import type { SinkKind } from '../../src/sinks/sink.ts'

/** What is wrong with settings, as `path: message`. */
function problemsOf(kind: SinkKind, settings: object): readonly string[] {
  const problems = new MemberProblems()
  judgeSink(kind, { ...settings }, Object.keys(kind.secrets), problems)
  return problems.all.map(({ path, message }) => `${path}: ${message}`)
}

/** Why the client that sends would not send there. */
function refusalOf(url: string): OutboundError {
  try {
    parseOutboundUrl(url)
  } catch (error) {
    if (error instanceof OutboundError) return error
  }
  throw new Error('The URL was taken.')
}

describe.each(sinkKinds)('the settings of a $name sink', (kind) => {
  test('hold nothing that the kind does not know', () => {
    expect(problemsOf(kind, { retentionDay: 30 })).toContain(
      'settings.retentionDay: There is no member of this name here.',
    )
  })
})

test('a text that is written otherwise is told how it is written', () => {
  const path = 'Write the whole path of a folder, on one line.'
  expect(problemsOf(getSinkKind('jsonl'), { path: 'log' })).toEqual([`settings.path: ${path}`])
  expect(problemsOf(getSinkKind('jsonl'), { path: '/log\u001b[31m' })).toEqual([
    `settings.path: ${path}`,
  ])
  expect(problemsOf(getSinkKind('postgres'), { schema: 'Okta' })).toEqual([
    'settings.schema: Write lower-case letters, digits and _; 63 at most.',
  ])
})

test('a form learns the pattern of a text too', () => {
  const { settings } = getSinkKind('postgres')
  expect(z.toJSONSchema(settings, { io: 'input' }).properties?.['schema']).toMatchObject({
    type: 'string',
    pattern: '^[a-z_][a-z0-9_]{0,62}$',
    description: expect.stringContaining('The schema of the tables.'),
  })
})

describe('the settings of an HTTP sink', () => {
  const http = getSinkKind('http')
  const url = 'https://hooks.acme.example/in'

  test.each([
    ...[
      'Authorization',
      'proxy-authorization',
      'Cookie',
      'X-Api-Key',
      'DD-API-KEY',
      'X-Auth-Token',
    ],
  ])('refuse %s among the headers, and say where it goes', (name) => {
    const problems = new MemberProblems()
    judgeSink(http, { url, headers: { [name]: 'CANARY', 'X-Team': 'soc' } }, [], problems)
    expect(problems.all).toEqual([
      {
        path: `settings.headers.${name}`,
        code: 'sink_settings_invalid',
        message: expect.stringContaining('proves who Postern is'),
        remedy: expect.stringContaining('the secret token'),
      },
    ])
  })

  test.each(['Content-Length', 'webhook-id', 'Host', 'Proxy-Connection'])(
    'refuse %s, which Postern sets itself',
    (name) => {
      const message = 'Postern sets the header of this name itself.'
      expect(problemsOf(http, { url, headers: { [name]: '0' }, tokenHeader: name })).toEqual([
        `settings.headers.${name}: ${message}`,
        `settings.tokenHeader: ${message}`,
      ])
    },
  )

  test.each([
    ['has a password', 'https://CANARY:CANARY@hooks.acme.example/', 'outbound_url_userinfo'],
    ['has another scheme', 'file:///etc/passwd', 'outbound_url_scheme'],
    ['is none', 'CANARY', 'outbound_url_malformed'],
  ])('refuse a URL that %s before anything is kept', (_, wrong, code) => {
    const bucket = { bucket: 'logs', region: 'eu-central-1', endpoint: wrong }
    const { message } = refusalOf(wrong)
    expect(refusalOf(wrong)).toMatchObject({ code })
    expect(problemsOf(http, { url: wrong })).toEqual([`settings.url: ${message}`])
    expect(problemsOf(getSinkKind('object-storage'), bucket)).toEqual([
      `settings.endpoint: ${message}`,
    ])
    expect(message).not.toContain('CANARY')
  })

  test('say in plain words what is wrong with a number or a name', () => {
    const settings = { url, maxRecords: 0, timeoutMs: 300_001, headers: { 'a b': 'x' } }
    expect(problemsOf(http, settings)).toEqual([
      'settings.maxRecords: It is less than 1.',
      'settings.timeoutMs: It is more than 300000.',
      'settings.headers.a b: The name is not written as it has to be. Write the name of a header: letters, digits and hyphens; 100 at most.',
    ])
  })
})
