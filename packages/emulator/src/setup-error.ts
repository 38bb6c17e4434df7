/** @module Why the emulator could not be set up as it was asked to: not an answer of Okta's, but one of the emulator. */

/** What can be wrong with how an org, a fault or an assumption was asked for. */
export type SetupErrorCode =
  | 'fault_unknown'
  | 'fault_parameter_unknown'
  | 'fault_parameter_invalid'
  | 'fault_without_object'
  | 'assumption_unknown'
  | 'assumption_invalid'
  | 'edition_unknown'
  | 'role_unknown'
  | 'scope_unknown'
  | 'bucket_unknown'
  | 'org_unknown'
  | 'client_unknown'
  | 'org_exists'
  | 'org_invalid'
  | 'request_invalid'

/** A refusal of the emulator itself, with what was observed and what to do. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  readonly code: SetupErrorCode
  readonly remedy: string

  constructor(code: SetupErrorCode, observed: string, remedy: string) {
    super(observed)
    this.code = code
    this.remedy = remedy
  }
}
