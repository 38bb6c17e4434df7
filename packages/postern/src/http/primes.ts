/** @module Node's own prime test, for core's key checks: OpenSSL's, on the thread pool, so the event loop goes on. */

import { checkPrime } from 'node:crypto'
import { promisify } from 'node:util'

/** Whether a big-endian number is prime; the chance of a wrong yes is below 2^-128, also for numbers made to deceive. */
export const isProbablePrime: (candidate: Uint8Array) => Promise<boolean> = async (candidate) =>
  checkPrimeOnThread(Buffer.from(candidate), { checks: 64 })

const checkPrimeOnThread = promisify<Buffer, { checks: number }, boolean>(checkPrime)
