/** @module What a control asks of browsers and password managers: to leave it alone. */

/** Its attributes. One for a secret has no `value` of React's beside them, which would be written into the document too. */
export const unassisted = {
  autoComplete: 'off',
  autoCapitalize: 'off',
  autoCorrect: 'off',
  spellCheck: false,
  'data-1p-ignore': true,
  'data-lpignore': 'true',
  'data-bwignore': true,
} as const
