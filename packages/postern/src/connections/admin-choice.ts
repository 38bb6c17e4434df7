/** @module Who changes an app in its org, as a request names it. */

import type { Secret } from '@postern/core'

/** How the administrator of a request signs in. */
export interface AdminChoice {
  /** The name of a stored connection whose credential may do it. */
  readonly admin?: string | undefined
  /** An API token of a Super Admin. Used for this request and not kept. */
  readonly adminToken?: Secret | undefined
}
