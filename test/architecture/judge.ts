/** @module Judges the imports and the names of one package's sources against its rule. */

import { builtinModules } from 'node:module'
import path from 'node:path'
import {
  child,
  literalText,
  moduleReferences,
  parseTypeScript,
  type SyntaxTree,
  walk,
} from '../../scripts/syntax.ts'
import { findCycles } from './cycles.ts'
import { bannedNames, type PackageRule } from './ranks.ts'

/** What a package's sources do that its rule forbids. */
export interface Breach {
  readonly rule:
    | 'sideways'
    | 'up'
    | 'cycle'
    | 'unknown-part'
    | 'banned-name'
    | 'not-kebab-case'
    | 'node-module'
    | 'package'
    | 'outside-src'
    | 'unreadable-import'
  /** Relative to `src`. */
  readonly file: string
  readonly message: string
}

/** The sources of one package: text by path relative to `src`, with `/`. */
export type Sources = ReadonlyMap<string, string>

/**
 * Every breach in one package.
 *
 * @param declaredPackages - the dependencies of its package.json, of every kind.
 */
export function judgePackage(
  sources: Sources,
  rule: PackageRule,
  declaredPackages: readonly string[],
): readonly Breach[] {
  const imports = new Map<string, readonly string[]>()
  const breaches: Breach[] = []
  for (const [file, text] of sources) {
    breaches.push(...judgeNames(file, rule))
    const inside: string[] = []
    const tree = parseTypeScript(file, text)
    breaches.push(...judgeReadability(file, tree))
    for (const { specifier } of moduleReferences(tree)) {
      if (specifier.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), specifier)
        inside.push(target)
        breaches.push(...judgeInside(file, target, rule))
      } else {
        breaches.push(...judgeOutside(file, specifier, rule, declaredPackages))
      }
    }
    imports.set(file, inside)
  }
  for (const cycle of findCycles(imports)) {
    breaches.push({ rule: 'cycle', file: cycle[0] ?? '', message: cycle.join(' -> ') })
  }
  return breaches
}

function judgeReadability(file: string, tree: SyntaxTree): readonly Breach[] {
  const breaches: Breach[] = []
  walk(tree.program, (node) => {
    if (node.type !== 'ImportExpression' || literalText(child(node, 'source')) !== undefined) return
    const message = 'imports a module whose name is computed, so no rule can be checked'
    breaches.push({ rule: 'unreadable-import', file, message })
  })
  return breaches
}

function judgeNames(file: string, rule: PackageRule): readonly Breach[] {
  const breaches: Breach[] = []
  for (const segment of file.split('/')) {
    const name = nameOfSegment(segment)
    if (bannedNames.includes(name)) {
      breaches.push({ rule: 'banned-name', file, message: `"${name}" names no concept` })
    }
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
      breaches.push({ rule: 'not-kebab-case', file, message: `"${segment}" is not kebab-case` })
    }
  }
  if (rule.ranks.length > 0 && rankOf(partOf(file), rule) === undefined) {
    const message = `"${partOf(file)}" has no rank: give it one in test/architecture/ranks.ts`
    breaches.push({ rule: 'unknown-part', file, message })
  }
  return breaches
}

function judgeInside(file: string, target: string, rule: PackageRule): readonly Breach[] {
  // The version comes from there.
  if (target === '../package.json') return []
  if (target.startsWith('..')) {
    return [{ rule: 'outside-src', file, message: `imports ${target}, outside of its src` }]
  }
  const [from, to] = [partOf(file), partOf(target)]
  if (from === to) return judgeSiblings(file, target, rule)
  const [own, other] = [rankOf(from, rule), rankOf(to, rule)]
  // A part without a rank is reported once, by its name.
  if (own === undefined || other === undefined || other < own) return []
  if (other > own) return [{ rule: 'up', file, message: `${from} imports ${target} above it` }]
  if (rule.openRanks?.includes(own)) return []
  return [{ rule: 'sideways', file, message: `${from} imports ${target} beside it` }]
}

function judgeSiblings(file: string, target: string, rule: PackageRule): readonly Breach[] {
  for (const group of rule.siblings ?? []) {
    const from = group.find((folder) => file.startsWith(`${folder}/`))
    const to = group.find((folder) => target.startsWith(`${folder}/`))
    if (from === undefined || to === undefined || from === to) continue
    return [{ rule: 'sideways', file, message: `${from} imports ${target} beside it` }]
  }
  return []
}

function judgeOutside(
  file: string,
  specifier: string,
  rule: PackageRule,
  declaredPackages: readonly string[],
): readonly Breach[] {
  const name = packageOf(specifier)
  if (specifier.startsWith('node:') || builtinModules.includes(name)) {
    if (rule.nodeModulesAllowed) return []
    return [{ rule: 'node-module', file, message: `imports ${specifier}; only Web APIs are here` }]
  }
  const places = rule.workspaces[name]
  if (places !== undefined) {
    const isIndex = specifier === name
    if (isIndex && (places === 'anywhere' || places.includes(file))) return []
    const message = isIndex
      ? `imports ${name}; only ${String(places)} may`
      : `imports ${specifier}; only the index of ${name} is open`
    return [{ rule: 'package', file, message }]
  }
  const open = rule.packages === 'declared' ? declaredPackages : rule.packages
  if (open.includes(name) && !isWorkspace(name)) return []
  return [{ rule: 'package', file, message: `imports ${specifier}, which is not open to it` }]
}

function isWorkspace(name: string): boolean {
  return name === 'postern' || name.startsWith('@postern/')
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function partOf(file: string): string {
  const [first = ''] = file.split('/')
  return nameOfSegment(first)
}

function nameOfSegment(segment: string): string {
  return segment.replace(/(?:\.d)?\.[a-z]+$/, '')
}

function rankOf(part: string, rule: PackageRule): number | undefined {
  const rank = rule.ranks.findIndex((parts) => parts.includes(part))
  return rank === -1 ? undefined : rank
}
