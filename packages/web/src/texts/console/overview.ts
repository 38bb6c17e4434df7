/** @module English texts of the overview. */

/** The texts of the overview. */
export const overviewTexts = {
  title: 'Overview',
  attention: {
    title: 'What needs somebody',
    none: 'Nothing does.',
    noneHint: 'Connections, feeds and access keys that go wrong stand here.',
    more: (count: number) => (count === 1 ? 'and 1 more' : `and ${count} more`),
    connection: 'Connection',
    feed: 'Feed',
    accessKey: 'Access key',
    store: 'Store',
    gaps: (count: number) => (count === 1 ? '1 gap' : `${count} gaps`),
    deadLetters: (count: number) => (count === 1 ? '1 dead letter' : `${count} dead letters`),
  },
  waiting: {
    title: 'What waits for you',
    count: (count: number) =>
      count === 1 ? '1 change waits for an approval.' : `${count} changes wait for an approval.`,
    decide: 'Look at them',
  },
  figures: {
    connections: 'Connections',
    connectionsNote: (works: number, broken: number) => `${works} working, ${broken} broken`,
    feeds: 'Feeds',
    feedsNote: (running: number, paused: number) => `${running} running, ${paused} paused`,
    failing: 'Feeds that fail',
    failingNote: (held: number, incomplete: number) =>
      `${held} holding back, ${incomplete} incomplete`,
    store: 'Store',
  },
  first: {
    title: 'Connect an org first',
    hint: 'Everything here is about connections. Make one where Postern runs:',
    command: 'postern connect',
  },
  lately: { title: 'Lately', all: 'Open the audit log', none: 'Nothing was done yet.' },
} as const
