/** @module English texts of the page around its parts: its head, its ways, its end. */

/** The texts of the page itself. */
export const pageTexts = {
  title: 'Connect Okta',
  opening: 'Opening the link…',
  subtitle: { before: 'This connection will be called ', after: '.' },
  again: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  ways: {
    legend: 'How do you want to begin?',
    values: 'I have the values',
    valuesHint: 'You have a service app and its key, or an API token.',
    guide: 'Guide me',
    guideHint: 'Step by step through the Admin Console.',
  },
  timeLeft: (minutes: number) =>
    minutes === 1 ? 'This link ends in 1 minute' : `This link ends in ${minutes} minutes`,
  timeShort: 'This link ends in less than two minutes. Ask for a new one if you need more.',
  triesLeft: (tries: number) => (tries === 1 ? 'One try is left.' : `${tries} tries are left.`),
  over: {
    title: 'This link does not work any more',
    noLink: {
      observed: 'The address has no link in it.',
      remedy: 'Open the whole link that you were sent, with all behind the #.',
    },
    ended: {
      connected: 'The connection was made.',
      failed: 'It was tried ten times without success.',
      expired: 'It lives for a quarter of an hour.',
      revoked: 'Whoever made it has taken it back.',
    },
    remedy: 'Ask whoever sent it to you for a new one. What was set up in Okta stays.',
    connectedTitle: 'This org is connected',
    connectedRemedy: 'You may close this page.',
  },
} as const
