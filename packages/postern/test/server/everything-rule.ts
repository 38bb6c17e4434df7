/** @module The rule of somebody who may do everything, approvals too. */

import { type AccessRule, verbs } from '../../src/config/access-rules.ts'

/** Every verb on every connection. */
export const everythingRule: AccessRule = { connections: ['*'], verbs: [...verbs] }
