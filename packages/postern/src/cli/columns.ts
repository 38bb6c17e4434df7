/** @module Records as rows: which columns they have, and what is in each. */

// Where to go from here, and not what the record says.
const LINKS: ReadonlySet<string> = new Set(['_links', '_embedded'])

// Deeper than this a value stays JSON: Okta's own objects are two deep where a person wants a column.
const MAX_DEPTH = 3

/**
 * The columns of records: every member by its path (`profile.login`), in the order of first sight. `_links` and
 * `_embedded` have none.
 */
export function columnsOf(records: readonly unknown[]): readonly string[] {
  const columns = new Set<string>()
  for (const record of records) for (const column of flatten(record).keys()) columns.add(column)
  return [...columns]
}

/** A record as a row of texts, numbers and booleans; lists are JSON, what is not there or null is undefined. */
export function cellsOf(
  record: unknown,
  columns: readonly string[],
): readonly (string | number | boolean | undefined)[] {
  const values = flatten(record)
  return columns.map((column) => cellOf(values.get(column)))
}

function cellOf(value: unknown): string | number | boolean | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    default:
      return value === undefined || value === null ? undefined : JSON.stringify(value)
  }
}

// A map: a member may have any name, `__proto__` too.
function flatten(record: unknown): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>()
  const add = (value: unknown, path: string, depth: number): void => {
    if (depth < MAX_DEPTH && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, member] of Object.entries(value)) {
        if (!LINKS.has(name)) add(member, path === '' ? name : `${path}.${name}`, depth + 1)
      }
    } else if (!values.has(path)) {
      values.set(path, value)
    }
  }
  add(record, '', 0)
  return values
}
