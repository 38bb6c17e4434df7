/** @module Every English text of the pages, in one place. What the server and core say is theirs. */

import { formTexts } from './texts/form.ts'
import { remedies } from './texts/remedies.ts'

/** The texts. A translation has the same shape. */
export const texts = {
  connect: {
    title: 'Connect Okta',
    opening: 'Opening…',
    subtitle: (name: string) => `This connection will be called ${name}.`,
    over: {
      title: 'This link does not work any more',
      noLink: {
        observed: 'The address has no link in it.',
        remedy: 'Open the whole link that you were sent, with everything behind the #.',
      },
      ended: {
        connected: 'The connection was made.',
        failed: 'It was tried ten times without success.',
        expired: 'It lives for a quarter of an hour, and that is over.',
        revoked: 'Whoever made it has taken it back.',
      },
      remedy: 'Ask whoever sent it to you for a new one. What was set up in Okta is not lost.',
    },
    again: 'Try again',
  },
  form: formTexts,
  remedies,
} as const
