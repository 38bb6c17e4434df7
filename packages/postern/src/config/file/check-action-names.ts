/** @module Judges the names of actions that a file gives or approves: one that is misspelt would give nothing, and say nothing. */

import { actions as builtIn, showHostile } from '@postern/core'
import { type AccessRule, readingActions } from '../access-rules.ts'
import type { DeclaredConfig } from './declared.ts'
import type { ConfigPath } from './problem.ts'
import type { Report } from './report.ts'

type Naming = Pick<DeclaredConfig, 'actions' | 'accessKeys' | 'connections' | 'signIn'>

/** Reports each name that is neither of a built-in action nor of one that the file declares. */
export function checkActionNames(declared: Naming, report: Report): void {
  const { actions, accessKeys, connections, signIn } = declared
  const known = new Set([...builtIn, ...actions].map(({ name }) => name))
  const check = (name: string, path: ConfigPath) => {
    if (!known.has(name)) report.add(path, unknown(name))
  }
  const checkRules = (rules: readonly AccessRule[], path: ConfigPath) => {
    for (const [at, { actions: named = [] }] of rules.entries()) {
      for (const [index, name] of named.entries()) {
        if (name !== readingActions) check(name, [...path, at, 'actions', index])
      }
    }
  }
  for (const { name, preApproved = [] } of connections) {
    for (const [at, { action }] of preApproved.entries())
      check(action, ['connections', name, 'preApproved', at, 'action'])
  }
  for (const { name, rules } of accessKeys) checkRules(rules, ['accessKeys', name, 'rules'])
  for (const group of ['groups', 'people'] as const) {
    for (const [name, rules] of signIn?.[group] ?? []) checkRules(rules, ['signIn', group, name])
  }
}

function unknown(name: string) {
  return {
    code: 'config_value_invalid',
    message: `There is no action ${showHostile(name, { maxCharacters: 64 })}.`,
    remedy: 'Write one of `postern action list`, or declare it in this file, under actions.',
  }
}
