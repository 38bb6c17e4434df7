import { expect, test } from 'vitest'
import { formatSubject } from '../../src/cli/commands/audit.ts'

test.each([
  [{ connection: 'acme' }, 'acme'],
  [{ connection: 'acme', target: 'acme-log' }, 'acme acme-log'],
  [{ connection: 'acme', target: 'acme' }, 'acme'],
  [{ target: 'files' }, 'files'],
  [{}, ''],
])('an entry of %j is shown as one on %s', (entry, shown) => {
  expect(formatSubject(entry)).toBe(shown)
})
