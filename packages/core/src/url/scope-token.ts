/** @module What a scope may be made of, whoever names it. */

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Whether a text has the characters of one scope. @see RFC 6749, appendix A.4 - scope-token */
export function isScopeToken(text: string): boolean {
  return SCOPE_TOKEN.test(text)
}
