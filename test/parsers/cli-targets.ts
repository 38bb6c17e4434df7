/** @module The parsers of the command line, and what it prints for other parsers. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseOrgUrl } from '@postern/core'
import { expect, inject } from 'vitest'
import { formatRule, parseRule } from '../../packages/postern/src/cli/commands/access-rule.ts'
import {
  parseActionWords,
  readArguments,
} from '../../packages/postern/src/cli/commands/action-words.ts'
import { parseDays } from '../../packages/postern/src/cli/commands/connection-trial.ts'
import { readRecords } from '../../packages/postern/src/cli/commands/demo/replay/read-records.ts'
import { readBody } from '../../packages/postern/src/cli/commands/request-body.ts'
import { parseGrace } from '../../packages/postern/src/cli/commands/rotate.ts'
import { parseConcurrency } from '../../packages/postern/src/cli/commands/start-worker.ts'
import { parseDuration } from '../../packages/postern/src/cli/duration.ts'
import { parsePort } from '../../packages/postern/src/cli/port.ts'
import { parseOrgFlag } from '../../packages/postern/src/cli/setup-flags.ts'
import { formatRows, layOut } from '../../packages/postern/src/cli/table.ts'
import { formatCsv } from '../../packages/postern/src/csv.ts'
import { ofText, ofTexts, ofValue, type Target } from './target.ts'

const event =
  '{"uuid":"1f0c","published":"2026-01-15T11:00:00.000Z","eventType":"user.session.start"}'
const verbs = ['GET', 'read', 'proxy', 'act', 'approval', ':', ',', '*', 'acme']
/** A file with that content, in the folder of this run. */
const fileOf = (content: string | Uint8Array, name: string) => {
  const folder = mkdtempSync(path.join(inject('runFolder'), 'parsed-'))
  writeFileSync(path.join(folder, name), content, { mode: 0o600 })
  return folder
}

/** Every parser of arguments and of what is given to commands. */
export const cliTargets: readonly Target[] = [
  ofTexts(
    'postern/src/csv.ts formatCsv',
    (given) => formatCsv([given]),
    [['=1+1', 'a,b', 'x"y', 'two\nlines']],
    {
      // Every cell comes back, and none begins as a formula does.
      holds: (csv, given) => {
        const cells = readCsvRow(csv)
        expect(cells.length).toBe(Math.max(given.length, 1))
        for (const [at, cell] of given.entries()) {
          expect(cells[at]).not.toMatch(/^[=+\-@\t\r\n]/)
          expect(cells[at]?.replace(/^'/, '')).toBe(
            cell.replaceAll('\0', '\ufffd').replace(/^'/, ''),
          )
        }
      },
    },
  ),
  ofValue(
    'postern/src/cli/table.ts formatRows',
    (given) => formatRows([given], layOut([given], [], 120)),
    [{ id: '00u1', status: 'ACTIVE', profile: { login: 'ada' } }],
    {
      holds: (rows) => expect(rows).not.toMatch(/\p{Cc}/u),
    },
  ),
  ofText('postern/src/cli/duration.ts parseDuration', parseDuration, ['5m', '36h', '90d', '10s'], {
    words: ['5', 'm', 'h', 'd', 's', '0', '.'],
  }),
  ofText('postern/src/cli/port.ts parsePort', parsePort, ['8080', '0'], { isSecret: true }),
  ofText(
    'postern/src/cli/setup-flags.ts parseOrgFlag',
    (given) => parseOrgUrl(parseOrgFlag(given)),
    ['https://acme.okta.com'],
  ),
  ofText('postern/src/cli/commands/rotate.ts parseGrace', parseGrace, ['24h', '0s', '30d'], {
    isSecret: true,
  }),
  ofText(
    'postern/src/cli/commands/start-worker.ts parseConcurrency',
    parseConcurrency,
    ['4', '1'],
    { isSecret: true },
  ),
  ofText(
    'postern/src/cli/commands/connection-trial.ts parseDays',
    (given) => parseDays(given, { least: 1 }),
    ['30', '0'],
    { isSecret: true },
  ),
  ofText(
    'postern/src/cli/commands/access-rule.ts parseRule',
    parseRule,
    ['acme:token', '*:read,proxy:GET:/api/v1/users', 'acme:act:group.add_member:approval'],
    {
      words: verbs,
      // Colons at the end of a path are not written again.
      holds: (rule, given) => {
        if (!given.endsWith(':')) expect(parseRule(formatRule(rule))).toEqual(rule)
      },
    },
  ),
  ofTexts(
    'postern/src/cli/commands/action-words.ts parseActionWords',
    parseActionWords,
    [['acme', 'group.add_member', 'group=Staff']],
    { alsoThrows: ['ArgumentFailure'] },
  ),
  ofTexts(
    'postern/src/cli/commands/action-words.ts readArguments',
    (given) =>
      readArguments(
        { name: 'x', parameters: [] },
        { texts: [], json: given.join('').replace(/^[@-]+/, '') },
      ),
    [['{"a":1}']],
    { isSecret: true },
  ),
  ofText(
    'postern/src/cli/commands/request-body.ts readBody',
    (given) => readBody(given.replace(/^\s*[@-]+/, '')),
    ['{"a":[1]}', '"x"'],
    { isSecret: true },
  ),
  ofText(
    'postern/src/cli/commands/demo/replay/read-records.ts readRecords',
    (given) => readRecords(path.join(fileOf(given, 'users.jsonl'), 'users.jsonl')),
    [
      '{"id":"00u1a2b3c4d5e6f7g8h9","status":"ACTIVE","profile":{"login":"ada@example.com"}}\n',
      `${event}\n[]\n`,
    ],
    {
      words: ['{', '}', '\n', '[', ']', '"id":"00u1",', '"uuid":"x"'],
    },
  ),
]

/** The cells of one row of CSV, read by the letter of RFC 4180. */
function readCsvRow(csv: string): readonly string[] {
  const cells: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/y
  for (let end = ''; end !== '\n'; ) {
    const [, quoted, plain = '', after = ''] = cell.exec(csv) ?? []
    if (after === '') throw new Error('A row of CSV has no end.')
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    end = after
  }
  return cells
}
