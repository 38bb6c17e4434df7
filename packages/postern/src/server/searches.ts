/** @module How many searches of records one caller may have under way. */

import type { Concurrent } from './api.ts'

/**
 * Of all routes that look through records, together. Each takes one of the ten connections to a PostgreSQL server, for as long as
 * it looks: two are left for everybody else. A view of the console makes three at a time.
 */
export const searches: Concurrent = { together: 'searches', most: 8 }
