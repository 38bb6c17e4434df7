/** @module What keeps a service app from being made or changed. */

import { PosternError } from '../error.ts'

/** What can be wrong with an app, beyond what the org itself refuses. */
export type ServiceAppErrorCode =
  | 'app_not_found'
  | 'app_ambiguous'
  | 'app_client_id_taken'
  | 'app_role_absent'

/** An app that is not there, or is not the one it should be. */
export class ServiceAppError extends PosternError<ServiceAppErrorCode> {
  override readonly name = 'ServiceAppError'
}
