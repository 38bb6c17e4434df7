/** @module The parsers of the emulator that are functions of their own; requests are parsed over HTTP in its own tests. */

import { expect } from 'vitest'
import { parseJws } from '../../packages/emulator/src/authorization/jws.ts'
import { parseScopes } from '../../packages/emulator/src/authorization/requested-scopes.ts'
import { parseInstant } from '../../packages/emulator/src/expression/instant.ts'
import { parseExpression } from '../../packages/emulator/src/expression/parse.ts'
import { parseFaultRequest } from '../../packages/emulator/src/faults/fault-request.ts'
import { parseKeptOrg } from '../../packages/emulator/src/kept/kept-org.ts'
import { parseEdition, parseRole } from '../../packages/emulator/src/org-options.ts'
import { parsePosition } from '../../packages/emulator/src/system-log/position.ts'
import { formatPlace, parsePlace } from '../../packages/emulator/src/system-log/uuid.ts'
import { ofText, ofValue, type Target } from './target.ts'

const fault = { name: 'clock-skew', summary: 'x', parameters: { seconds: { kind: 'number' } } }

/** Every parser of the emulator. */
export const emulatorTargets: readonly Target[] = [
  ofText(
    'emulator/src/authorization/jws.ts parseJws',
    parseJws,
    ['eyJhbGciOiJub25lIn0.e30.', 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA'],
    {
      words: ['.', 'e30', 'eyJhbGciOiJSUzI1NiJ9', '='],
      holds: (jws, given) => {
        if (jws !== undefined)
          expect(given.endsWith(`.${jws.signature.toString('base64url')}`)).toBe(true)
      },
    },
  ),
  ofText('emulator/src/authorization/requested-scopes.ts parseScopes', parseScopes, [
    'okta.users.read okta.groups.read',
  ]),
  ofText('emulator/src/expression/instant.ts parseInstant', parseInstant, [
    '2026-01-15T11:00:00.000Z',
    '2026-01-15',
  ]),
  ofText(
    'emulator/src/expression/parse.ts parseExpression',
    parseExpression,
    [
      'profile.login eq "ada@example.com" and (status eq "ACTIVE" or lastUpdated gt "2026-01-01T00:00:00.000Z")',
      'not (a pr)',
    ],
    {
      words: [
        ' and ',
        ' or ',
        'not ',
        '(',
        ')',
        ' eq ',
        ' sw ',
        ' pr',
        '"x"',
        'status',
        'profile.login',
        '[',
        ']',
      ],
      alsoThrows: ['ExpressionError'],
    },
  ),
  ofText(
    'emulator/src/faults/fault-request.ts parseFaultRequest',
    (given) => parseFaultRequest(given, () => fault as never),
    ['clock-skew', 'clock-skew=300', 'rate-limited=seconds:30,limit:10'],
  ),
  ofValue('emulator/src/kept/kept-org.ts parseKeptOrg', parseKeptOrg, [
    { version: 1, sinceMs: 0, adminToken: 'x', key: {}, ids: {}, changed: {}, journal: [] },
  ]),
  ofText('emulator/src/org-options.ts parseEdition', parseEdition, ['workforce', 'enterprise']),
  ofText('emulator/src/org-options.ts parseRole', parseRole, ['none', 'SUPER_ADMIN']),
  ofText('emulator/src/system-log/position.ts parsePosition', parsePosition, ['x']),
  ofText(
    'emulator/src/system-log/uuid.ts parsePlace',
    (given) => parsePlace(7, given),
    [formatPlace(7, { publishedMs: 1_000_000, number: 3 })],
    {
      holds: (place, given) => {
        if (place !== undefined) expect(formatPlace(7, place)).toBe(given)
      },
    },
  ),
]
