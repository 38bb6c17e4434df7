/** @module Every check, in the order they are asked: what costs nothing first, then what others build on. */

import type { Check } from './check.ts'
import { adminCheck } from './checks/admin.ts'
import { answersCheck } from './checks/answers.ts'
import { apiTokenCheck } from './checks/api-token.ts'
import { assertionCheck } from './checks/assertion.ts'
import { clientIdCheck } from './checks/client-id.ts'
import { clockCheck } from './checks/clock.ts'
import { grantedScopesCheck } from './checks/granted-scopes.ts'
import { keyCheck } from './checks/key.ts'
import { logCheck } from './checks/log.ts'
import { orgUrlCheck } from './checks/org-url.ts'
import { ownerCheck } from './checks/owner.ts'
import { pagesCheck } from './checks/pages.ts'
import { rateLimitsCheck } from './checks/rate-limits.ts'
import { reachableCheck } from './checks/reachable.ts'
import { readingCheck } from './checks/reading.ts'
import { scopesCheck } from './checks/scopes.ts'
import { searchCheck } from './checks/search.ts'
import { tokenCheck } from './checks/token.ts'
import { tokenLifeCheck } from './checks/token-life.ts'
import { writingCheck } from './checks/writing.ts'

/** The checks. A new one needs its name in `CheckName` and its place here. */
export const checks: readonly Check[] = [
  orgUrlCheck,
  clientIdCheck,
  assertionCheck,
  scopesCheck,
  keyCheck,
  apiTokenCheck,
  reachableCheck,
  clockCheck,
  adminCheck,
  tokenCheck,
  grantedScopesCheck,
  tokenLifeCheck,
  ownerCheck,
  readingCheck,
  writingCheck,
  pagesCheck,
  searchCheck,
  rateLimitsCheck,
  logCheck,
  answersCheck,
]
