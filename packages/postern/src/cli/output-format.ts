/** @module The formats that data is printed in. Loads nothing, so that help needs no more than it shows. */

/** How data is printed. */
export type OutputFormat = 'table' | 'json' | 'jsonl' | 'yaml' | 'csv'

/** The formats, in the order they are offered. */
export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'jsonl', 'yaml', 'csv']
