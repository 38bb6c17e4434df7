/** @module What the schema refuses, in words: without the value, which may be anything. */

import type { z } from 'zod'
import type { Report } from './report.ts'

type Issue = z.core.$ZodIssue

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}
const REMEDY = 'Correct it: postern config schema says what goes there.'

/** Adds what the schema found. */
export function addIssues(issues: readonly Issue[], report: Report): void {
  for (const issue of issues) {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
    if (issue.code === 'unrecognized_keys') {
      const message = 'There is no member of this name here.'
      for (const key of issue.keys) {
        report.add([...path, key], { code: 'config_member_unknown', message, remedy: REMEDY })
      }
      continue
    }
    const isMissing = issue.code === 'invalid_type' && !report.isPlaced(path)
    report.add(path, {
      code: isMissing ? 'config_member_missing' : 'config_value_invalid',
      message: isMissing ? 'It is not there, and has to be.' : describeIssue(issue),
      remedy: isMissing ? 'Add it: postern config schema says what goes there.' : REMEDY,
    })
  }
}

/** What the schema found, in a sentence without the value. */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `It has to be ${KINDS[issue.expected] ?? 'of another kind'}.`
    case 'too_big': {
      const unit = unitOf(issue.origin)
      return unit === undefined
        ? `It is more than ${issue.maximum}.`
        : `It has more than ${issue.maximum} ${unit}.`
    }
    case 'too_small': {
      const unit = unitOf(issue.origin)
      if (unit === undefined) return `It is less than ${issue.minimum}.`
      return issue.minimum === 1 ? 'It is empty.' : `It has fewer than ${issue.minimum} ${unit}.`
    }
    case 'invalid_value':
      return `It has to be ${issue.values.map(String).join(' or ')}.`
    case 'custom':
      // The schemas' own sentences, which hold no value.
      return issue.message
    case 'invalid_key':
      return issue.issues.some(({ code }) => code === 'too_big')
        ? 'The name is longer than it may be.'
        : `The name is not written as it has to be. ${ownSentence(issue.issues)}`.trimEnd()
    case 'invalid_union':
      return `It has to be ${kindsOf(issue)}.`
    default:
      return 'It is not written as it has to be.'
  }
}

/** What the schema itself says of a name. */
function ownSentence(issues: readonly Issue[]): string {
  return issues.find(({ code }) => code === 'custom')?.message ?? ''
}

/** The kinds that a value with several may have. */
function kindsOf({ errors }: Extract<Issue, { readonly code: 'invalid_union' }>): string {
  const kinds = errors.flatMap(([first]) =>
    first?.code === 'invalid_type' ? [KINDS[first.expected] ?? 'of another kind'] : [],
  )
  return kinds.length === 0 ? 'written otherwise' : [...new Set(kinds)].join(' or ')
}

/** What a size counts; undefined where it is the value itself. */
function unitOf(origin: string): string | undefined {
  if (origin === 'string') return 'characters'
  return origin === 'array' || origin === 'object' ? 'entries' : undefined
}
