/** @module The rule against SQL put together from strings: values travel as parameters, names through the query builder. */

import {
  child,
  children,
  isSyntaxNode,
  literalText,
  nameOf,
  type SyntaxNode,
  templateText,
} from '../syntax.ts'

// A statement says its verb in one case and has the word that belongs to the verb, which keeps sentences such as
// "Select the app from the list" out of it.
const STATEMENTS = [
  'select\\s[\\s\\S]*\\sfrom\\s',
  'select\\s+[\\w.]+\\s*\\(',
  'insert\\s+into\\s',
  'update\\s+\\S+\\s+set\\s',
  'delete\\s+from\\s',
  'merge\\s+into\\s',
  'with\\s+(?:recursive\\s+)?\\S+(?:\\s*\\([^)]*\\))?\\s+as\\s',
  '(?:create|alter|drop)\\s+(?:or\\s+replace\\s+|unique\\s+|temp\\s+|temporary\\s+|unlogged\\s+|materialized\\s+)*(?:table|index|schema|role|user|view|function|procedure|trigger|type|extension|database|sequence|policy|publication)\\s',
  'truncate\\s+(?:table\\s+)?\\S',
  '(?:grant|revoke)\\s[\\s\\S]*\\son\\s',
  'copy\\s+\\S+[\\s\\S]*\\s(?:from|to)\\s',
  '(?:listen|notify|unlisten)\\s+\\S+\\s*$',
  'set\\s+(?:local|session|role|search_path)\\s',
]
const SQL = new RegExp(
  `^\\s*(?:${STATEMENTS.join('|')}|${STATEMENTS.map(upperKeywords).join('|')})`,
)

const ADVICE =
  'values go in as parameters of the sql tag, names through the query builder or sql.ref'

/** What is wrong where a node makes SQL out of text, else undefined. */
export function buildsSql(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  if (node.type === 'TemplateLiteral') return judgeTemplate(node, parent)
  if (isJoin(node)) {
    return judgeParts(node, parent, concatenated(node))
  }
  if (node.type === 'CallExpression') return judgeCall(node)
  return undefined
}

function judgeTemplate(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  // Judged with everything it is joined to.
  if (isJoin(parent)) return undefined
  const tag = parent?.type === 'TaggedTemplateExpression' ? child(parent, 'tag') : undefined
  if (tag?.type === 'Identifier' && nameOf(tag) === 'sql') return undefined
  if (children(node, 'expressions').length === 0 || !SQL.test(`${templateText(node)} `)) {
    return undefined
  }
  return `builds SQL with a template; ${ADVICE}`
}

function judgeParts(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  parts: readonly SyntaxNode[],
): string | undefined {
  // Judged once, at the outermost `+`.
  if (isJoin(parent)) return undefined
  if (parts.every((part) => literalText(part) !== undefined)) return undefined
  const text = parts.map(
    (part) => literalText(part) ?? (part.type === 'TemplateLiteral' ? templateText(part) : '?'),
  )
  return SQL.test(`${text.join('')} `)
    ? `builds SQL with ${node.type === 'CallExpression' ? 'concat' : '+'}; ${ADVICE}`
    : undefined
}

function judgeCall(node: SyntaxNode): string | undefined {
  const callee = child(node, 'callee')
  if (callee?.type !== 'MemberExpression') return undefined
  const object = child(callee, 'object')
  const method = nameOf(callee)
  if (nameOf(object) === 'sql' && (method === 'raw' || method === 'lit')) {
    return `sql.${method} puts text into SQL as it is; ${ADVICE}`
  }
  if (method === 'concat' && object !== undefined && literalText(object) !== undefined) {
    return judgeParts(node, undefined, [object, ...children(node, 'arguments')])
  }
  if (method === 'join' && object?.type === 'ArrayExpression') {
    return judgeParts(node, undefined, interleave(children(object, 'elements')))
  }
  return undefined
}

// The parts of a joined list stand apart, whatever the separator is.
function interleave(parts: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const space: SyntaxNode = { type: 'Literal', value: ' ', start: 0, end: 0 }
  return parts.flatMap((part) => [part, space])
}

function concatenated(node: SyntaxNode): readonly SyntaxNode[] {
  if (!isJoin(node)) return [node]
  return [node['left'], node['right']].filter(isSyntaxNode).flatMap(concatenated)
}

function isJoin(node: SyntaxNode | undefined): boolean {
  return node?.type === 'BinaryExpression' && node['operator'] === '+'
}

function upperKeywords(pattern: string): string {
  // Words are upper-cased; escapes such as \s and the letters inside classes are left alone.
  return pattern.replace(/\\.|\[[^\]]*\]|\(\?:|[a-z_]+/g, (part) =>
    /^[a-z]/.test(part) ? part.toUpperCase() : part,
  )
}
