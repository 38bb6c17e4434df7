/** @module A record as people read it. */

/** JSON in lines; a text that is none as it is. */
export function indented(record: string): string {
  try {
    return JSON.stringify(JSON.parse(record), null, 2)
  } catch {
    return record
  }
}
