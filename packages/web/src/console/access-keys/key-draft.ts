/** @module An access key that is to be made, as a form has it. */

import { accessKeyTexts } from '../../texts/console/access-keys.ts'
import type { Rule, Verb } from '../permissions.ts'

/** The methods of calls through Postern. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** What was entered. */
export interface KeyDraft {
  readonly name: string
  readonly connections: readonly string[]
  readonly verbs: readonly Verb[]
  readonly methods: readonly string[]
  /** Beginnings of paths, apart by spaces. */
  readonly paths: string
  /** As a field of the browser has it, in its time zone. */
  readonly expires: string
}

/** Nothing but what most keys are for. */
export const newDraft: KeyDraft = {
  name: '',
  connections: [],
  verbs: ['read'],
  methods: [],
  paths: '',
  expires: '',
}

/** What is wrong, by field. */
export function problemsOf(
  draft: KeyDraft,
): Partial<Record<'name' | 'connections' | 'verbs' | 'limits', string>> {
  const { problems } = accessKeyTexts.make
  const isLimited = draft.methods.length > 0 || pathsOf(draft).length > 0
  const isUnlimitable = draft.verbs.some((verb) => verb !== 'read' && verb !== 'proxy')
  return {
    ...(draft.name.trim() === '' ? { name: problems.name } : {}),
    ...(draft.connections.length === 0 ? { connections: problems.connections } : {}),
    ...(draft.verbs.length === 0 ? { verbs: problems.verbs } : {}),
    ...(draft.verbs.includes('proxy') && isLimited && isUnlimitable
      ? { limits: problems.limits }
      : {}),
  }
}

/** The request that makes it. */
export function keyBody(draft: KeyDraft): object {
  const { name, connections, verbs, methods, expires } = draft
  const paths = pathsOf(draft)
  const hasCalls = verbs.includes('proxy')
  const rule: Rule = {
    connections,
    verbs,
    ...(hasCalls && methods.length > 0 ? { methods } : {}),
    ...(hasCalls && paths.length > 0 ? { paths } : {}),
  }
  return {
    name: name.trim(),
    rules: [rule],
    ...(expires === '' ? {} : { expiresAt: new Date(expires).toISOString() }),
  }
}

function pathsOf({ paths }: KeyDraft): readonly string[] {
  return paths.split(/\s+/).filter((path) => path !== '')
}
