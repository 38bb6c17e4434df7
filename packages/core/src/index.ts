/** @module Everything a user of the library may import. */

export type {
  Action,
  ActionAnswer,
  ActionItem,
  ActionObject,
  Applied,
  Effect,
  Prepared,
} from './actions/action.ts'
export { ActionError, type ActionErrorCode } from './actions/action-error.ts'
export {
  Arguments,
  argumentsSchema,
  parseArguments,
  readArgumentTexts,
} from './actions/arguments.ts'
export {
  type ActionProgress,
  type ActionResponse,
  Calls,
  type CallsOptions,
} from './actions/calls.ts'
export type { ActionDeclaration } from './actions/declaration.ts'
export { declareAction } from './actions/declare.ts'
export { type Parameter, type ParameterKind, parameterKinds } from './actions/parameter.ts'
export { actions, getAction } from './actions/registry.ts'
export {
  type PreparedAction,
  prepareAction,
  type RunActionOptions,
  runAction,
} from './actions/run.ts'
export {
  type Assertion,
  type AssertionHeader,
  assertionType,
  type ExplainedAssertion,
  explainAssertion,
  type SignAssertionOptions,
  signAssertion,
} from './assertion/assertion.ts'
export {
  type AssertionClaims,
  AssertionError,
  type AssertionErrorCode,
  type AssertionOptions,
  type AssertionSubject,
  type AssertionWarningCode,
  checkAssertionOptions,
} from './assertion/claims.ts'
export { type Clock, type ClockReading, dateOf, OrgClock, systemClock } from './clock.ts'
export type { Check, CheckName } from './doctor/check.ts'
export type { ConnectionTexts } from './doctor/connection-texts.ts'
export { diagnose } from './doctor/diagnose.ts'
export type { DiagnoseOptions } from './doctor/examination.ts'
export {
  type ErrorMeaning,
  type ExplainErrorOptions,
  explainError,
} from './doctor/explain-error.ts'
export { type Finding, type FindingStatus, isProblem } from './doctor/finding.ts'
export type { ProblemCode } from './doctor/problems.ts'
export { checks } from './doctor/registry.ts'
export { type ErrorDetails, PosternError, type PosternErrorOptions, type Warning } from './error.ts'
export { secretShapes, showHostile } from './hostile.ts'
export type { Batch, Input, ReadOptions } from './inputs/input.ts'
export { InputError, type InputErrorCode } from './inputs/input-error.ts'
export { type InputName, inputNames } from './inputs/input-name.ts'
export {
  type MemberReader,
  type MembersReader,
  memberReader,
  membersReader,
} from './inputs/member-reader.ts'
export type {
  ChangesOf,
  Hint,
  Mirrored,
  ObjectKind,
  ObjectKindName,
  ParentList,
} from './inputs/mirrored.ts'
export {
  hintFilter,
  identify,
  isParentThere,
  type ObjectId,
  type ObjectOptions,
  readHints,
  readListOf,
  readObject,
  type SeenObject,
} from './inputs/objects.ts'
export { read, requireScopes } from './inputs/read.ts'
export { getInput, inputs } from './inputs/registry.ts'
export { requireSight } from './inputs/sight.ts'
export { logRetentionDays } from './inputs/system-log.ts'
export type { JsonObject, JsonValue } from './json.ts'
export { requireSigningAlg } from './keys/algorithms.ts'
export { exportJwk, exportPem } from './keys/export.ts'
export { type GenerateKeyOptions, generateKey } from './keys/generate.ts'
export { type ImportKeyOptions, importKey } from './keys/import.ts'
export { validateKid } from './keys/kid.ts'
export { type Curve, curves } from './keys/parts.ts'
export { isProbablePrime, type PrimeTest } from './keys/primes.ts'
export { PrivateKey } from './keys/private-key.ts'
export {
  type EcPublicJwk,
  type PublicJwk,
  publicJwks,
  type RsaPublicJwk,
  type ThumbprintMembers,
  thumbprint,
} from './keys/public.ts'
export { KeyError, type KeyErrorCode, keyErrorCodes } from './keys/refusals.ts'
export { type Signer, type SigningAlg, signingAlgs } from './keys/signer.ts'
export { type KeyWarningCode, keyWarningCodes } from './keys/warnings.ts'
export type { AuthorizedRequest, OrgStep } from './org/attempts.ts'
export type { BucketView, PacedAnswer } from './org/bucket-budget.ts'
export { type Bucket, bucketOf, buckets } from './org/buckets.ts'
export { isRead } from './org/call.ts'
export { type Challenge, parseChallenge } from './org/challenge.ts'
export { ApiError } from './org/errors.ts'
export type { Forwarded, ForwardedRequest, OpenAnswer } from './org/forward.ts'
export {
  type FindGrantedScopesOptions,
  findGrantedScopes,
  type GrantedScopes,
} from './org/granted-scopes.ts'
export {
  type DecodedPath,
  decodePath,
  isKeyCall,
  type PathFault,
  type PlainCall,
} from './org/key-calls.ts'
export { type Link, parseLinks } from './org/link.ts'
export { asLostChange } from './org/lost-change.ts'
export { Org, type OrgOptions, type OrgSettings } from './org/org.ts'
export {
  type Page,
  PageError,
  type PageErrorCode,
  readRecords,
  toJsonLines,
} from './org/page.ts'
export type { PagesOptions } from './org/pages.ts'
export type { PublicDocument } from './org/public-document.ts'
export { type PublicOrg, readPublicOrg } from './org/public-org.ts'
export {
  Pacer,
  type PacerOptions,
  type Permit,
  type Priority,
  priorities,
} from './org/rate-limit.ts'
export type { ApiErrorCode, ApiRefusal } from './org/refusals.ts'
export {
  type OrgAnswer,
  type OrgRequest,
  type Query,
  RequestError,
  type RequestErrorCode,
  requireReadable,
} from './org/request.ts'
export {
  DpopProver,
  httpUri,
  type Proof,
  type ProofClaims,
  type ProofEndpoint,
  type ProofRequest,
} from './proof/proof.ts'
export { type FailedAttempt, type RetryOptions, waitBeforeRetry } from './retry.ts'
export { Secret } from './secret.ts'
export { secretLookAlike } from './secret-look-alike.ts'
export {
  type AdminRole,
  adminRoles,
  isAdminRole,
  labelOfRole,
  nameOfRole,
  type RoleChoice,
} from './service-app/admin-roles.ts'
export {
  type AppChange,
  activateApp,
  changeApp,
  deactivateApp,
  deleteApp,
  findApp,
  readApp,
  requireApp,
  type ServiceApp,
} from './service-app/app.ts'
export {
  createApp,
  findRegisteredClient,
  maxLabelCharacters,
  type NewApp,
  registerClient,
} from './service-app/create.ts'
export { ServiceAppError, type ServiceAppErrorCode } from './service-app/errors.ts'
export {
  type Grant,
  grantScope,
  grantScopes,
  listGrants,
  revokeGrant,
} from './service-app/grants.ts'
export {
  type AdminTask,
  type AskLimits,
  checkPrerequisites,
  type Prerequisite,
} from './service-app/prerequisites.ts'
export {
  type AppKey,
  activateKey,
  addKey,
  deactivateKey,
  deleteKey,
  findKey,
  isSameKey,
  listKeys,
  maxAppKeys,
} from './service-app/public-keys.ts'
export {
  assignRole,
  assignRoles,
  listRoles,
  type RoleAssignment,
  withdrawRole,
} from './service-app/roles.ts'
export {
  applySetup,
  credentialOf,
  type SetupContext,
  type SetupProgress,
  type SetupResult,
} from './setup/apply.ts'
export { describePlan } from './setup/describe-plan.ts'
export { findRepair, type Repair, type RepairNeeds, repairs } from './setup/fix.ts'
export type {
  GuideAnswers,
  GuideContext,
  GuideOptions,
  GuideOutcome,
  GuideQuestion,
  GuideStep,
} from './setup/guide.ts'
export { apiTokenStep, guideToApiToken, guideToServiceApp } from './setup/guide-steps.ts'
export {
  type PlannedRequest,
  type PlanSetupOptions,
  planSetup,
  type SetupDeed,
  type SetupPlan,
  type SetupStep,
  stepsOf,
} from './setup/plan.ts'
export { requirePrerequisites } from './setup/prerequisites.ts'
export { type AppProof, type ProofContext, proveApp } from './setup/prove.ts'
export {
  KeySetError,
  type KeySetErrorCode,
  parseJwksUri,
  requirePublished,
} from './setup/published-keys.ts'
export {
  applyRotation,
  finishRotation,
  retiredMinMs,
  rollBackRotation,
} from './setup/rotate.ts'
export {
  deadKey,
  hasReached,
  isUnderWay,
  keyInUse,
  parseRotationState,
  planRotation,
  type RotationPhase,
  type RotationPlan,
  type RotationState,
  rotationPhases,
} from './setup/rotation.ts'
export type { RotationContext, RotationProgress } from './setup/rotation-context.ts'
export { RotationError, type RotationErrorCode } from './setup/rotation-error.ts'
export { rotationNeeds } from './setup/rotation-run.ts'
export { SetupError, type SetupErrorCode } from './setup/setup-error.ts'
export {
  newSetupState,
  parsePublicJwk,
  parseSetupState,
  type SetupState,
} from './setup/state.ts'
export { terraformOf } from './setup/terraform.ts'
export { type UndoContext, type UndoDeed, undoSetup } from './setup/undo.ts'
export {
  type ApiAnswer,
  type ApiRequest,
  type Authorization,
  type Authorizer,
  AuthorizerError,
} from './token/authorizer.ts'
export {
  type ApiTokenCredential,
  type Credential,
  CredentialError,
  type CredentialErrorCode,
  checkApiToken,
  checkAssertionParameter,
  type ServiceAppCredential,
  tokenRequestHeaders,
} from './token/credential.ts'
export type { TokenEndpoint } from './token/endpoint.ts'
export { type OktaRefusal, TokenError, type TokenErrorCode } from './token/errors.ts'
export { type ExplainedTokenRequest, explainTokenRequest } from './token/explain.ts'
export { type Cure, type KnownRefusal, knownRefusals, type RefusalCode } from './token/refusals.ts'
export { type AuthorizerOptions, createAuthorizer } from './token/registry.ts'
export { ServiceAppAuthorizer } from './token/service-app-authorizer.ts'
export { TokenSource, type TokenSourceOptions } from './token/source.ts'
export type { TokenStep } from './token/steps.ts'
export type { Token, TokenWarningCode } from './token/token.ts'
export {
  type AnswerHeaders,
  fetchTransport,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  UpstreamError,
  type UpstreamErrorCode,
  upstreamError,
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
export {
  CustomDomainError,
  type CustomDomainErrorCode,
  parseCustomDomain,
} from './url/custom-domain.ts'
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
