/** @module Judges the settings and secrets of a sink by its kind: everything that is wrong with them is told at once. */

import type { MemberProblems } from '../config/member-problem.ts'
import type { SinkKind } from '../sinks/sink.ts'

/** A sink that its kind takes. */
export interface JudgedSink {
  readonly kind: SinkKind
  /** As they were given: what was left out takes the default of the version that reads them. */
  readonly given: Readonly<Record<string, unknown>>
  readonly settings: Readonly<Record<string, unknown>>
}

/** What the kind makes of settings; undefined where it refuses some. */
export function judgeSink(
  kind: SinkKind,
  wanted: Readonly<Record<string, unknown>>,
  secretNames: readonly string[],
  problems: MemberProblems,
): JudgedSink | undefined {
  const parsed = kind.settings.safeParse(wanted)
  if (!parsed.success) {
    problems.addIssues('settings', parsed.error.issues, 'sink_settings_invalid')
  }
  for (const name of secretNames) {
    if (Object.hasOwn(kind.secrets, name)) continue
    problems.add(`secrets.${name}`, {
      code: 'sink_settings_invalid',
      message: `A ${kind.name} sink has no secret of this name.`,
      remedy: `Leave it out, or use one of ${Object.keys(kind.secrets).join(', ') || 'none'}.`,
    })
  }
  for (const [name, { required, summary }] of Object.entries(kind.secrets)) {
    if (!required || secretNames.includes(name)) continue
    problems.add(`secrets.${name}`, {
      code: 'sink_settings_invalid',
      message: 'The secret is not there, and has to be.',
      remedy: `Give the secret ${name}: ${summary}`,
    })
  }
  return parsed.success ? { kind, given: wanted, settings: parsed.data } : undefined
}
