/** @module The HTTP status of every error code. */

/** Codes whose status their first word does not say. */
const byCode: Readonly<Record<string, number>> = {
  access_denied: 403,
  access_header_refused: 400,
  access_key_invalid: 401,
  access_key_not_found: 404,
  access_key_revoked: 409,
  audit_unwritable: 503,
  connection_changed: 409,
  connection_exists: 409,
  connection_not_found: 404,
  domain_in_use: 409,
  domain_not_found: 404,
  master_key_in_use: 409,
  master_key_not_newer: 409,
  proxy_method_not_allowed: 403,
  proxy_path_not_allowed: 403,
  request_too_large: 413,
  request_media_type: 415,
  request_cross_origin: 403,
  request_host_unknown: 421,
  request_too_many: 429,
  route_method: 405,
  route_not_found: 404,
  seal_locked: 503,
  server_failed: 500,
}

/** What an error is about says who can do something about it. */
const byConcept: Readonly<Record<string, number>> = {
  master: 503,
  proxy: 400,
  request: 400,
  seal: 500,
  store: 503,
  upstream: 502,
}

/** The status for a code: its own, its concept's, or 422: what was asked for is understood and cannot be given. */
export function statusOf(code: string): number {
  const [concept = ''] = code.split('_')
  return byCode[code] ?? byConcept[concept] ?? 422
}
