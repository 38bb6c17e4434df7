/** @module Pages of the System Log behind which nothing can be read. */

import { PageError } from '@postern/core'

/** A page that leads back to itself. */
export function loopError(): PageError {
  return new PageError('page_link_loop', 'A page of the System Log leads back to itself.', {
    remedy:
      'Check for a proxy that rewrites links or answers from a cache; then run the feed again.',
  })
}

/** A full page without a next link, where asking by time leads to the same events. */
export function linkMissing(): PageError {
  return new PageError(
    'page_missing_link',
    'A full page of the System Log came without a next link, and asking by time leads to the same events.',
    {
      remedy:
        'Check the proxies on the way for one that drops Link headers, then run the feed again.',
    },
  )
}
