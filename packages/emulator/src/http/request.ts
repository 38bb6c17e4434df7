/** @module One request to an org, taken apart. */

import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../authorization/principal.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { Org } from '../state/org.ts'
import type { Cause } from '../system-log/event.ts'
import { oktaError } from './okta-error.ts'

/** A request that belongs to an org and to a route. */
export interface ApiRequest {
  readonly org: Org
  readonly method: string
  /** As it came, still percent-encoded, without the org's own path and without the query. */
  readonly path: string
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Every header line as it came: name, value, name, value … */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly requestId: string
  readonly ipAddress: string
  /** The origin (and path) under which the caller reached the org, without a slash at its end. */
  readonly baseUrl: string
  /** The `host` of that origin. */
  readonly host: string
}

/** A request of the management API, whose caller is known. */
export interface ManagementRequest extends ApiRequest {
  readonly principal: Principal
  /** Who and what the System Log names as the cause of what this request changes. */
  readonly cause: Cause
}

const MAX_DEPTH = 64

/**
 * The body as a JSON object.
 *
 * @throws {RefusedRequest} `E0000003` where it is none, `E0000019` where its Content-Type is not JSON.
 */
export function readJsonObject(request: ApiRequest): JsonObject {
  requireJsonType(request)
  const value = parseBody(request.body)
  if (!isJsonObject(value)) throw oktaError('E0000003')
  return value
}

/** The same, and an empty object where there is no body. */
export function readOptionalJsonObject(request: ApiRequest): JsonObject {
  return request.body.length === 0 ? {} : readJsonObject(request)
}

function requireJsonType({ headers, org }: ApiRequest): void {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === undefined || type === 'application/json' || type.endsWith('+json')) return
  throw oktaError(org.assumptions.wrongContentType)
}

function parseBody(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (isDeeper(value, MAX_DEPTH)) throw oktaError('E0000003')
    return value
  } catch {
    throw oktaError('E0000003')
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1))
}
