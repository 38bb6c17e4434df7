/** @module Why a configuration could not be read. */

import { PosternError } from '@postern/core'

/** What can be wrong with a file of settings, a key file, or the environment. */
export type ConfigErrorCode =
  | 'config_debugger_on'
  | 'config_file_invalid'
  | 'config_file_too_large'
  | 'config_file_unreadable'
  | 'config_tls_verification_off'
  | 'config_data_unsafe'
  | 'config_data_unusable'
  | 'config_database_invalid'

/** A configuration that is there cannot be used. Names the file and the line, never its content. */
export class ConfigError extends PosternError<ConfigErrorCode> {
  override readonly name = 'ConfigError'
}
