/** @module What a route is: a method, a path, who may call it, and what it answers. */

import type { Permission } from '../authorization/permissions.ts'
import type { Answer } from './answer.ts'
import type { Bucket } from './buckets.ts'
import type { ApiRequest, ManagementRequest } from './request.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'

interface RouteShape {
  readonly method: Method
  /** With `{name}` for a segment that varies, as in `/api/v1/users/{id}`. The more special path comes first in a list. */
  readonly path: string
  /** One line for docs/emulator.md. */
  readonly summary: string
  readonly bucket: Bucket
}

/** A route that anybody may call, or that judges its caller by itself. */
export interface PublicRoute extends RouteShape {
  readonly access: 'public'
  /** Whose share of the rate limit a request uses. Default: that of its IP address. */
  rateKey?(request: ApiRequest): string
  handle(request: ApiRequest): Answer | Promise<Answer>
}

/** A route of the management API. */
export interface ManagementRoute extends RouteShape {
  /** The scope a service app's token must have; the `.manage` scope of the same name does for a `.read` one. */
  readonly scope: string
  /** What the caller's admin role must allow. Absent where the handler decides. */
  readonly permission?: Permission
  /**
   * What a caller without the permission gets: the error `E0000006` (the default), an empty list, or what the assumption
   * `listsWithoutRole` says. For an empty list the handler is called, which must show only what the caller's roles reach.
   */
  readonly withoutRole?: 'E0000006' | 'empty-list' | 'assumed'
  handle(request: ManagementRequest): Answer | Promise<Answer>
}

/** What an org answers to one method and path, whoever judges the caller. */
export type Route = PublicRoute | ManagementRoute

/** Whether a route judges its caller by itself. */
export function isPublic(route: Route): route is PublicRoute {
  return 'access' in route
}
