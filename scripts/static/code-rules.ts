/** @module The rules for product code that Biome has no rule for (SECURITY-TESTS.md, S11 and S33). */

import {
  child,
  children,
  isMember,
  lineOf,
  moduleReferences,
  nameOf,
  type SyntaxNode,
  type SyntaxTree,
  walk,
} from '../syntax.ts'
import { isAllowed } from './allowed.ts'
import { comparesSecret } from './secret-comparison.ts'
import { buildsSql } from './string-sql.ts'
import type { Violation } from './violation.ts'

/** A rule over syntax nodes: what it says about a node, or undefined where it has nothing to say. */
interface CodeRule {
  readonly name: string
  judge(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined
}

const NETWORK_MODULES = /^(?:node:)?(?:https?|http2|net|tls|dgram|undici)(?:\/.*)?$/
const GLOBAL_OBJECTS = ['globalThis', 'window', 'self', 'global']
const NETWORK_GLOBALS = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource']

const rules: readonly CodeRule[] = [
  {
    name: 'secret-reveal',
    judge(node, parent) {
      const taken =
        (node.type === 'MemberExpression' && nameOf(node) === 'reveal') ||
        (node.type === 'Property' &&
          parent?.type === 'ObjectPattern' &&
          nameOf(child(node, 'key')) === 'reveal')
      if (!taken) return undefined
      return 'takes a secret out of its wrapper; pass the Secret on, or add the file to scripts/static/allowed.ts with a reason'
    },
  },
  {
    name: 'random',
    judge: (node) =>
      takes(node, ['Math'], ['random'])
        ? 'Math.random is predictable; use crypto.getRandomValues or crypto.randomUUID, or take `random` as a parameter'
        : undefined,
  },
  {
    name: 'shell',
    judge(node) {
      if (node.type !== 'Property' || nameOf(child(node, 'key')) !== 'shell') return undefined
      if (child(node, 'value')?.['value'] === false) return undefined
      return 'starts a shell; call the program with a list of arguments and `shell` left out'
    },
  },
  { name: 'string-sql', judge: buildsSql },
  { name: 'secret-comparison', judge: comparesSecret },
  {
    name: 'network',
    judge: (node) =>
      takes(node, GLOBAL_OBJECTS, NETWORK_GLOBALS)
        ? 'reaches the network past the transport; take a Transport as a parameter'
        : undefined,
  },
  {
    name: 'eval',
    judge(node, parent) {
      const evaluates =
        takes(node, GLOBAL_OBJECTS, ['eval', 'Function']) ||
        isCallOf(node, ['eval', 'Function']) ||
        (node.type === 'SequenceExpression' &&
          parent?.type === 'CallExpression' &&
          nameOf(children(node, 'expressions').at(-1)) === 'eval') ||
        (node.type === 'Property' &&
          nameOf(child(node, 'key')) === 'eval' &&
          child(node, 'value')?.['value'] === true)
      return evaluates ? 'runs text as code; write the code down' : undefined
    },
  },
  {
    name: 'environment',
    judge: (node) =>
      takes(node, ['process'], ['env'])
        ? 'reads the environment; only config/ and cli/ do, and pass on what they read'
        : undefined,
  },
]

/** Every place in one file of product code that breaks a rule. */
export function judgeCode(file: string, tree: SyntaxTree): readonly Violation[] {
  const found: Violation[] = []
  const report = (rule: string, node: SyntaxNode, message: string): void => {
    if (isAllowed(rule, file, tree.text.slice(node.start, node.end))) return
    found.push({ rule, file, line: lineOf(tree.text, node.start), message })
  }
  walk(tree.program, (node, parent) => {
    for (const rule of rules) {
      const message = rule.judge(node, parent)
      if (message !== undefined) report(rule.name, node, message)
    }
  })
  judgeImports(tree, report)
  return found
}

function judgeImports(
  tree: SyntaxTree,
  report: (rule: string, node: SyntaxNode, message: string) => void,
): void {
  for (const { specifier, node, names } of moduleReferences(tree)) {
    const module = specifier.replace(/^node:/, '')
    if (NETWORK_MODULES.test(specifier)) {
      report('network', node, `${specifier} reaches the network past the transport`)
    }
    if (module === 'vm') report('eval', node, `${specifier} runs text as code; write the code down`)
    if (module === 'process' && (names === undefined || names.includes('env'))) {
      report(
        'environment',
        node,
        `${specifier} gives the environment; only config/ and cli/ read it`,
      )
    }
    // Without a list of names nobody can tell whether exec is among what is used.
    if (module === 'child_process') {
      const shells = names?.filter((name) => name === 'exec' || name === 'execSync') ?? ['exec']
      if (shells.length > 0) {
        report(
          'shell',
          node,
          `${specifier} gives ${shells.join(' and ')}, which starts a shell; import execFile or spawn by name`,
        )
      }
    }
  }
}

/** Whether a node is `object.property` or takes the property out: `const { property } = object`. */
function takes(
  node: SyntaxNode,
  objects: readonly string[],
  properties: readonly string[],
): boolean {
  if (node.type === 'MemberExpression') {
    return objects.some((object) => properties.some((name) => isMember(node, object, name)))
  }
  if (node.type !== 'VariableDeclarator') return false
  const owner = nameOf(child(node, 'init'))
  if (owner === undefined || !objects.includes(owner)) return false
  return children(child(node, 'id'), 'properties').some((property) =>
    properties.includes(nameOf(child(property, 'key')) ?? ''),
  )
}

function isCallOf(node: SyntaxNode, names: readonly string[]): boolean {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return false
  const callee = child(node, 'callee')
  return callee?.type === 'Identifier' && names.includes(nameOf(callee) ?? '')
}
