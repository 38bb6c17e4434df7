/** @module Help for actions, plans, and who may call the API. */

import type { HelpNotes } from './notes.ts'

const org = ['authentication', 'scopeOrRole', 'notFound', 'rateLimited', 'partial'] as const

/** By the path of the command. */
export const accessNotes: Readonly<Record<string, HelpNotes>> = {
  action: { examples: [], exits: org, page: 'docs/actions.md' },
  'action list': {
    examples: [
      ['postern action list', 'every action'],
      ['postern action list group.add_member', 'what one takes and needs'],
    ],
  },
  'action run': {
    about: 'What is so already is success. Names, logins and ids are all understood.',
    examples: [
      [
        'postern action run acme group.add_member group=Staff user=ada@acme.com --dry-run',
        'what would change',
      ],
      ['postern action run acme group.check_member group=Staff user=ada@acme.com', 'a question'],
      [
        'postern action run acme group.add_members --json @members.json --idempotency-key day-31',
        'many at once, and never twice',
      ],
    ],
  },
  'action declare': {
    examples: [
      ['postern action declare user.reset_factors --file reset.yaml', 'run like any other then'],
    ],
  },
  'action remove': {
    examples: [['postern action remove user.reset_factors', 'what was declared']],
  },
  plan: { examples: [], exits: org, page: 'docs/actions.md' },
  'plan create': {
    examples: [
      ['postern plan create acme group.add_member group=Staff user=ada@acme.com', 'the code of it'],
    ],
  },
  'plan list': { examples: [['postern plan list', 'yours, and those that wait for you']] },
  'plan show': { examples: [['postern plan show x7k2m9', 'each effect, and how far it goes']] },
  'plan approve': {
    examples: [['postern plan approve x7k2m9 --access-key env:MY_ACCESS_KEY', 'never your own']],
  },
  'plan refuse': { examples: [['postern plan refuse x7k2m9', 'with POSTERN_ACCESS_KEY']] },
  access: { examples: [], exits: ['notFound'], page: 'docs/api.md' },
  'access add': {
    examples: [
      ['postern access add payroll --allow acme:read,token --expires 90d', 'reads, gets tokens'],
      ['postern access add terraform --allow acme:proxy:GET:/api/v1/users', 'one path'],
      ['postern access add joiners --allow acme:act:group.add_member', 'one action'],
    ],
  },
  'access list': { examples: [['postern access list', 'what each may do, and its last use']] },
  'access show': { examples: [['postern access show payroll', 'by id or name']] },
  'access rotate': { examples: [['postern access rotate payroll --overlap 1h', 'a new secret']] },
  'access revoke': { examples: [['postern access revoke payroll', 'at once']] },
}
