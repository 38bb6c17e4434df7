/** @module Looks at what feeds of a file name that the file does not declare: it may be kept already, or be a slip. */

import type { DeclaredConfig } from './declared.ts'
import type { ConfigWarning } from './problem.ts'

// Kinds of sinks that need no settings, and are named as they are.
const PLAIN_SINKS: ReadonlySet<string> = new Set(['store', 'stdout'])

/** A note for each connection and sink that has to be there by other means. */
export function checkFeedNames({
  feeds,
  connections,
  sinks,
}: Pick<DeclaredConfig, 'feeds' | 'connections' | 'sinks'>): readonly ConfigWarning[] {
  const names = (all: readonly { readonly name: string }[]) => new Set(all.map(({ name }) => name))
  const [ownConnections, ownSinks] = [names(connections), names(sinks)]
  return feeds.flatMap(({ name, line, members }) => [
    ...(ownConnections.has(members.connection)
      ? []
      : [elsewhere(`feeds.${name}.connection`, line, 'connection')]),
    ...(members.sinks.every((sink) => ownSinks.has(sink) || PLAIN_SINKS.has(sink))
      ? []
      : [elsewhere(`feeds.${name}.sinks`, line, 'sink')]),
  ])
}

function elsewhere(path: string, line: number, what: string): ConfigWarning {
  const code = 'feed_name_undeclared'
  const message = `The file declares no ${what} of that name: it has to be kept already.`
  return { path, line, code, message }
}
