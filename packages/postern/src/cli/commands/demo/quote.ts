/** @module A text as it is written in a shell. */

/** The text as one word of a shell. */
export function quote(text: string): string {
  return /^[\w./:=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
