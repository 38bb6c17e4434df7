/** @module The rules on doc comments: what a file is, and what each export gives. */

import { child, children, lineOf, nameOf, type SyntaxNode, type SyntaxTree } from '../syntax.ts'
import type { Violation } from './violation.ts'

/** Every place in one file of product code that lacks its doc comment. */
export function judgeDocumentation(file: string, tree: SyntaxTree): readonly Violation[] {
  const found: Violation[] = []
  if (!/^\/\*\*\s+(?:\* )?@module \S[^\n]*(?:\n \*[^\n]*)*?\.(?:\s*\*\/|\n)/.test(tree.text)) {
    found.push({
      rule: 'module-sentence',
      file,
      line: 1,
      message:
        'begins without `/** @module … */`: one sentence, with its full stop, on what is here',
    })
  }
  let previous: string | undefined
  for (const { name, node } of exportedDeclarations(tree.program)) {
    // Only the first signature of an overloaded function carries the comment.
    const isOverload = name === previous
    previous = name
    if (isOverload || hasDocComment(tree, node)) continue
    found.push({
      rule: 'export-documented',
      file,
      line: lineOf(tree.text, node.start),
      message: `exports ${name} without a doc comment: what it gives, units, refusals`,
    })
  }
  return found
}

function exportedDeclarations(
  program: SyntaxNode,
): readonly { readonly name: string; readonly node: SyntaxNode }[] {
  const statements = children(program, 'body')
  return statements.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || child(node, 'source') !== undefined) return []
    const declaration = child(node, 'declaration')
    if (declaration !== undefined) return [{ name: declaredName(declaration), node }]
    return children(node, 'specifiers').flatMap((specifier) => {
      const name = nameOf(child(specifier, 'local')) ?? ''
      const declared = statements.find((statement) => declaredName(statement) === name)
      return declared === undefined ? [] : [{ name, node: declared }]
    })
  })
}

function declaredName(declaration: SyntaxNode): string {
  const [first] = children(declaration, 'declarations')
  return nameOf(child(first ?? declaration, 'id')) ?? ''
}

function hasDocComment(tree: SyntaxTree, node: SyntaxNode): boolean {
  return tree.comments.some(
    (comment) =>
      comment.type === 'Block' &&
      comment.value.startsWith('*') &&
      !comment.value.startsWith('* @module') &&
      comment.end <= node.start &&
      tree.text.slice(comment.end, node.start).trim() === '',
  )
}
