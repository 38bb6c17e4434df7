/** @module Data to standard output, no faster than it is read there. */

/**
 * Writes a piece of data and waits until it is on its way.
 *
 * @returns false where nobody can get it: the reader has gone, or the disk is full. Whoever produces more should stop;
 *   what there is to say about it has been said.
 */
export function writeOut(data: Uint8Array | string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(data, (error) => resolve(error === undefined || error === null))
  })
}

/** Writes what came from an org, as {@link asForeign} gives it. */
export function writeForeign(data: Uint8Array | string): Promise<boolean> {
  return writeOut(asForeign(data))
}

/**
 * What came from an org, or from other people, as it is written: to a file or a program byte for byte, to a terminal without
 * what would command it. In JSON such a character stands in strings only, where its escape means the same.
 */
export function asForeign(data: Uint8Array | string): Uint8Array | string {
  if (!process.stdout.isTTY) return data
  const text = typeof data === 'string' ? data : Buffer.from(data).toString('utf8')
  return text.replace(/(?![\n\t])\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
