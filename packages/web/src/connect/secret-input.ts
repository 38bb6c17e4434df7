/** @module What a control for a secret asks of browsers and password managers: to leave it alone. */

/**
 * Such a control has no `value` of React's, which would write it into the document too.
 */
export const SECRET = {
  autoComplete: 'off',
  autoCapitalize: 'off',
  autoCorrect: 'off',
  spellCheck: false,
  'data-1p-ignore': true,
  'data-lpignore': 'true',
  'data-bwignore': true,
} as const
