/** @module The HTTP status of every error code. */

/** Codes whose status their first word does not say. */
const byCode: Readonly<Record<string, number>> = {
  access_denied: 403,
  access_header_refused: 400,
  access_key_changed: 409,
  access_key_invalid: 401,
  access_key_not_found: 404,
  access_key_revoked: 409,
  audit_unwritable: 503,
  connect_field_not_allowed: 403,
  connect_guide_taken: 409,
  connect_link_invalid: 401,
  connect_link_used: 410,
  connect_session_busy: 409,
  connect_session_ended: 410,
  connect_session_invalid: 401,
  connect_session_not_found: 404,
  connect_session_too_many: 429,
  connection_changed: 409,
  connection_exists: 409,
  connection_in_use: 409,
  connection_not_found: 404,
  domain_in_use: 409,
  domain_not_found: 404,
  feed_changed: 409,
  feed_exists: 409,
  feed_fenced: 409,
  feed_fixed: 409,
  feed_not_found: 404,
  feed_nothing_held: 409,
  feed_paused: 409,
  feed_retrying: 409,
  feed_running: 409,
  feed_without_objects: 409,
  folder_busy: 409,
  key_draft_not_found: 404,
  key_draft_too_many: 429,
  key_set_not_found: 404,
  lease_lost: 409,
  master_key_in_use: 409,
  master_key_not_newer: 409,
  page_not_built: 503,
  proxy_method_not_allowed: 403,
  proxy_path_not_allowed: 403,
  request_abandoned: 499,
  request_cross_origin: 403,
  request_host_unknown: 421,
  request_media_type: 415,
  request_too_large: 413,
  request_too_many: 429,
  rotation_busy: 409,
  rotation_out_of_order: 409,
  rotation_too_early: 409,
  route_not_found: 404,
  seal_locked: 503,
  server_unreachable: 503,
  setup_busy: 409,
  setup_not_found: 404,
  sink_changed: 409,
  sink_exists: 409,
  sink_in_use: 409,
  sink_not_found: 404,
  upstream_timeout: 504,
}

/** Who can do something about an error: whoever asks, whoever runs this server, or whoever runs the org. */
const byConcept: Readonly<Record<string, number>> = {
  // What was sent cannot be read, or sent on.
  proxy: 400,
  request: 400,
  // This server, its database or its keys.
  config: 500,
  file: 500,
  master: 503,
  seal: 500,
  server: 500,
  store: 503,
  // The org could not be reached, or its answer was none. What it refused is 422, with its own words in the details.
  page: 502,
  rate: 503,
  tls: 502,
  upstream: 502,
}

/** The status for a code: its own, its concept's, or 422: what was asked for is understood and cannot be given. */
export function statusOf(code: string): number {
  const [concept = ''] = code.split('_')
  return byCode[code] ?? byConcept[concept] ?? 422
}
