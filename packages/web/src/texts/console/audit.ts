/** @module English texts of the view of the audit log. */

/** The texts of the audit log. */
export const auditTexts = {
  title: 'Audit',
  columns: {
    at: 'When',
    actor: 'Who',
    action: 'What',
    connection: 'Connection',
    target: 'On',
    outcome: 'Outcome',
    details: 'Details',
    seq: 'Row',
  },
  ok: 'Done',
  begun: 'Begun',
  look: 'Look',
  hide: 'Hide',
  request: 'Request',
  hash: 'Hash',
  exactly: 'Exactly',
  filters: {
    actor: 'Who',
    action: 'What, or its beginning',
    connection: 'Connection',
    since: 'From',
    until: 'Until',
  },
  examples: { actor: 'access-key:…', action: 'connection.', connection: '' },
  none: 'No row fits.',
  noneHint: 'Clear the filter, or choose another time.',
  verify: {
    button: 'Verify the log',
    underWay: (rows: number) => (rows === 0 ? 'Verifying…' : `${rows} rows verified…`),
    intact: (seq: number) => `Intact: each of the ${seq} rows is as it was written.`,
    keep: 'Keep this end elsewhere. With it, a log that was cut off is found out too:',
    end: 'End of the log',
    broken: (seq: number) => `Row ${seq} is not as it was written.`,
    kinds: {
      changed: 'It was changed.',
      missing: 'It is missing.',
      moved: 'It stands in another place.',
      'cut-off': 'The log was cut off there.',
      unexpected: 'It does not belong there.',
    },
    remedy: 'Compare with a backup, and find out who could write to the store.',
  },
} as const
