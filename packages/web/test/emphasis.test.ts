import { describe, expect, test } from 'vitest'
import { piecesOf } from '../src/emphasis.ts'

describe('the words of a screen in a text', () => {
  const marked = (text: string) =>
    piecesOf(text)
      .map(({ text: piece, isStrong }) => (isStrong ? `[${piece}]` : piece))
      .join('')

  test.each([
    ['Click **Save**, and **Save** again.', 'Click [Save], and [Save] again.'],
    ['**Security** > **API** > **Tokens**', '[Security] > [API] > [Tokens]'],
    [
      'Compare the kid with General > Client Credentials > PUBLIC KEYS: use a KID that is listed.',
      'Compare the kid with [General] > [Client Credentials] > [PUBLIC KEYS]: use a KID that is listed.',
    ],
    [
      'Activate the app: Applications > Applications > the app > Inactive > Activate.',
      'Activate the app: [Applications] > [Applications] > the app > [Inactive] > [Activate].',
    ],
    [
      "Copy the Client ID from the app's General tab, and grant it.",
      "Copy the Client ID from the app's [General] tab, and grant it.",
    ],
    ['Grant each of them; Edit nothing.', 'Grant each of them; Edit nothing.'],
    ['Two stars ** alone stay.', 'Two stars ** alone stay.'],
    ['a > b, and <b>Security</b>', 'a > b, and <b>Security</b>'],
  ])('%s', (text, expected) => {
    expect(marked(text)).toBe(expected)
  })

  test('nothing of a text is lost but the marks', () => {
    const text = 'Go to **General** > the app, or Security > API > Tokens > the token. Done'
    const joined = piecesOf(text)
      .map((piece) => piece.text)
      .join('')
    expect(joined).toBe(text.replaceAll('**', ''))
  })
})
