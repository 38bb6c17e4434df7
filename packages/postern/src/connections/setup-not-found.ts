/** @module The refusal of a name that no setup has. */

import { PosternError } from '@postern/core'

/** A setup that is not kept. */
class StoredSetupError extends PosternError<'setup_not_found'> {
  override readonly name = 'StoredSetupError'
}

/** Refuses a name that no setup has, or none that the caller may see. */
export function setupNotFound(name: string): never {
  throw new StoredSetupError('setup_not_found', `There is no setup of ${name}.`, {
    remedy: 'Begin it with postern setup and the name, or correct the name.',
    details: { connection: name },
  })
}
