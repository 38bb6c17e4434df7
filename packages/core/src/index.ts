/** @module Everything a user of the library may import. */

export { type Clock, OrgClock, systemClock } from './clock.ts'
export { type ErrorDetails, PosternError, type PosternErrorOptions, type Warning } from './error.ts'
export { showHostile } from './hostile.ts'
export { type FailedAttempt, type RetryOptions, waitBeforeRetry } from './retry.ts'
export { Secret } from './secret.ts'
export {
  fetchTransport,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  UpstreamError,
  type UpstreamErrorCode,
} from './transport.ts'
export {
  type Audience,
  AudienceError,
  type AudienceErrorCode,
  parseAudience,
} from './url/audience.ts'
export {
  ClientIdError,
  type ClientIdErrorCode,
  type ClientIdWarningCode,
  type ParsedClientId,
  parseClientId,
} from './url/client-id.ts'
export { oktaScopes, type ScopeBundle, scopeBundles } from './url/okta-scopes.ts'
export { type OrgUrl, type ParsedOrgUrl, type ParseOrgUrlOptions, parseOrgUrl } from './url/org.ts'
export { OrgUrlError, type OrgUrlErrorCode, type OrgUrlWarningCode } from './url/org-error.ts'
export { ScopeError, type ScopeErrorCode, type ScopeWarningCode } from './url/scope-error.ts'
export {
  formatScopes,
  type ParsedScopes,
  type ParseScopesOptions,
  parseScopes,
  scopeCovers,
} from './url/scopes.ts'
export {
  issuerUrl,
  parseTokenUrl,
  TokenUrlError,
  type TokenUrlErrorCode,
  tokenUrl,
} from './url/token-url.ts'
