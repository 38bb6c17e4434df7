/** @module Everything a user of the library may import. */

export { type Clock, systemClock } from './clock.ts'
export { type ErrorDetails, PosternError, type PosternErrorOptions, type Warning } from './error.ts'
export { type Signer, type SigningAlg, signingAlgs } from './keys/signer.ts'
export { Secret } from './secret.ts'
