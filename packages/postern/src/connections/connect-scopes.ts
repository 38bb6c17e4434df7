/** @module Scopes as they were sent, one by one, before anybody judges them. */

/** The texts of scopes: of a list, or of a text with spaces or commas in between. */
export function scopeTexts(scopes: unknown): readonly string[] {
  const texts = typeof scopes === 'string' ? scopes.split(/[\s,]+/) : [scopes].flat()
  return texts.map(String).filter(Boolean)
}
