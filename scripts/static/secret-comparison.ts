/** @module The rule against comparing secrets byte by byte: how long `===` takes tells how much was right. */

import { child, children, isMember, isSyntaxNode, nameOf, type SyntaxNode } from '../syntax.ts'

const OPERATORS = ['===', '!==', '==', '!=']
const METHODS = ['localeCompare', 'equals']
// The last word decides: `accessToken` is a secret, `tokenType` and `token.kind` are not.
const SECRET_WORDS =
  /(?:^|[a-z0-9_])(?:secret|token|password|passphrase|digest|hmac|mac|signature|jwt|assertion|credential)$/i
const SECRET_PAIRS = /(?:access|api|master|private|session|signing)_?key$/i

/** What is wrong where a node compares something named like a secret with a value, else undefined. */
export function comparesSecret(node: SyntaxNode): string | undefined {
  const [left, right] = compared(node)
  if (left === undefined || right === undefined || isHarmless(left) || isHarmless(right)) {
    return undefined
  }
  const name = secretName(left) ?? secretName(right)
  if (name === undefined) return undefined
  return `compares ${name} in a time that depends on the value; use timingSafeEqual (or compare digests with it)`
}

function compared(node: SyntaxNode): readonly (SyntaxNode | undefined)[] {
  if (node.type === 'BinaryExpression' && OPERATORS.includes(String(node['operator']))) {
    return [child(node, 'left'), child(node, 'right')]
  }
  if (node.type !== 'CallExpression') return []
  const callee = child(node, 'callee')
  const passed = children(node, 'arguments')
  if (isMember(callee, 'Object', 'is') || isMember(callee, 'Buffer', 'compare')) return passed
  if (callee?.type !== 'MemberExpression' || !METHODS.includes(nameOf(callee) ?? '')) return []
  return [child(callee, 'object'), passed[0]]
}

// Against a constant there is nothing to find out: `token === undefined`, `typeof secret === 'string'`.
function isHarmless(node: SyntaxNode): boolean {
  if (node.type === 'Literal' || node.type === 'TemplateLiteral') return true
  if (node.type === 'UnaryExpression') return true
  return node.type === 'Identifier' && (nameOf(node) === 'undefined' || isConstantName(node))
}

function isConstantName(node: SyntaxNode): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(nameOf(node) ?? '')
}

function secretName(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case 'AwaitExpression':
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression': {
      const inner = node['argument'] ?? node['expression']
      return isSyntaxNode(inner) ? secretName(inner) : undefined
    }
    case 'CallExpression': {
      const callee = child(node, 'callee')
      // `token.toString()` is as much the secret as `token`.
      const method = nameOf(callee)
      if (
        callee?.type === 'MemberExpression' &&
        /^(?:to[A-Z]\w*|reveal|trim|slice)$/.test(method ?? '')
      ) {
        if (method === 'reveal') return 'a revealed secret'
        const object = child(callee, 'object')
        return object === undefined ? undefined : secretName(object)
      }
      return callee === undefined ? undefined : secretName(callee)
    }
    default: {
      const name = nameOf(node)
      if (name === undefined || isConstantName(node)) return undefined
      return SECRET_WORDS.test(name) || SECRET_PAIRS.test(name) ? name : undefined
    }
  }
}
