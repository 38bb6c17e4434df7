/** @module A reading that ends when the run has to, and says that there is more. */

import type { Stream, StreamContext } from './stream.ts'

/** What `read` gives, or that there is more where the run's end broke it off. */
export async function untilStopped(
  { signal }: Pick<StreamContext, 'signal'>,
  read: () => ReturnType<Stream['read']>,
): ReturnType<Stream['read']> {
  try {
    return await read()
  } catch (error) {
    if (signal.aborted) return { more: true }
    throw error
  }
}
