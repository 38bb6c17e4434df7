/** @module What every kind of sink refuses of its settings: the API, the command line and postern.yaml judge by it. */

import { describe, expect, test } from 'vitest'
import { MemberProblems } from '../../src/config/member-problem.ts'
import { judgeSink } from '../../src/feeds/judge-sink.ts'
import { getSinkKind, sinkKinds } from '../../src/sinks/registry.ts'
import type { SinkKind } from '../../src/sinks/sink.ts'

/** What is wrong with settings, as `path: message`. */
function problemsOf(kind: SinkKind, settings: object): readonly string[] {
  const problems = new MemberProblems()
  judgeSink(kind, { ...settings }, Object.keys(kind.secrets), problems)
  return problems.all.map(({ path, message }) => `${path}: ${message}`)
}

describe.each(sinkKinds)('the settings of a $name sink', (kind) => {
  test('hold nothing that the kind does not know', () => {
    expect(problemsOf(kind, { retentionDay: 30 })).toContain(
      'settings.retentionDay: There is no member of this name here.',
    )
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

  test('say in plain words what is wrong with a number or a name', () => {
    const settings = { url, maxRecords: 0, timeoutMs: 300_001, headers: { 'a b': 'x' } }
    expect(problemsOf(http, settings)).toEqual([
      'settings.maxRecords: It is less than 1.',
      'settings.timeoutMs: It is more than 300000.',
      'settings.headers.a b: The name is not written as it has to be.',
    ])
  })
})
