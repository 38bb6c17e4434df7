/** @module Help for feeds, sinks, and what is kept of what was read. */

import type { HelpNotes } from './notes.ts'

const org = ['authentication', 'scopeOrRole', 'notFound', 'rateLimited', 'partial'] as const

/** By the path of the command. */
export const feedNotes: Readonly<Record<string, HelpNotes>> = {
  feed: { examples: [], exits: org, page: 'docs/feeds.md' },
  'feed add': {
    examples: [
      [
        'postern feed add acme-log --connection acme --input system-log --sink archive --cron "*/5 * * * *"',
        'every five minutes',
      ],
      [
        'postern feed add acme-users --connection acme --input users --sink store --sink archive --plan',
        'what it would come to; keeps nothing',
      ],
    ],
  },
  'feed update': {
    examples: [['postern feed update acme-log --cron @hourly --timezone Europe/Berlin', 'when']],
  },
  'feed list': { examples: [['postern feed list', 'how far each is, and when it runs next']] },
  'feed show': { examples: [['postern feed show acme-log', 'and what is in its way']] },
  'feed pause': { examples: [['postern feed pause acme-log', 'until it is resumed']] },
  'feed resume': { examples: [['postern feed resume acme-log', 'where it was']] },
  'feed resync': { examples: [['postern feed resync acme-users', 'everything once more']] },
  'feed remove': { examples: [['postern feed remove acme-log', 'its sinks keep what they have']] },
  'feed run': { examples: [['postern feed run acme-log', 'now, with its progress']] },
  'feed verify': { examples: [['postern feed verify acme-log', 'and deliver what is missing']] },
  'feed preview': { examples: [['postern feed preview acme-users', 'ten records, as JSON lines']] },
  'feed runs': { examples: [['postern feed runs acme-log --limit 5', 'the newest five']] },
  'feed gaps': { examples: [['postern feed gaps acme-log', 'history that Okta gave no more']] },
  'feed dead-letters': {
    examples: [
      ['postern feed dead-letters acme-log', 'what a sink refused, and why'],
      ['postern feed dead-letters acme-log --retry', 'once it takes them'],
    ],
  },
  'feed confirm-deletions': {
    examples: [
      ['postern feed confirm-deletions acme-users --generation 12', 'as feed show told them'],
    ],
  },
  sink: { examples: [], exits: ['notFound'], page: 'docs/sinks.md' },
  'sink add': {
    examples: [
      ['postern sink add archive --kind jsonl --set path=/var/lib/okta', 'files in a folder'],
      ['postern sink add warehouse --kind postgres --secret url=env:WAREHOUSE_URL', 'tables'],
    ],
  },
  'sink update': {
    examples: [['postern sink update warehouse --secret url=env:NEW_WAREHOUSE_URL', 'elsewhere']],
  },
  'sink list': { examples: [['postern sink list', 'and the feeds that write to each']] },
  'sink kinds': { examples: [['postern sink kinds', 'and what each takes']] },
  'sink show': { examples: [['postern sink show archive', 'without its secrets']] },
  'sink check': { examples: [['postern sink check archive', 'leaves nothing behind']] },
  'sink remove': { examples: [['postern sink remove archive', 'what was written stays']] },
  inputs: {
    examples: [['postern inputs', 'and which connections have what each needs']],
    page: 'docs/reading.md',
  },
  records: { examples: [], exits: ['notFound'], page: 'docs/feeds.md' },
  'records erase': {
    examples: [['postern records erase acme 00u1a2b3c4d5e6f7g8h9', 'and their events']],
  },
}
