/** @module Parsing TypeScript into its syntax tree, and walking it: what the checks of this repository look at instead of text. */

import { parseSync } from 'rolldown/utils'

/** One node of a syntax tree in the ESTree shape, with TypeScript's nodes. */
export interface SyntaxNode {
  readonly type: string
  /** Offset of the first character. */
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

/** A comment, without its delimiters. */
export interface SyntaxComment {
  readonly type: 'Line' | 'Block'
  readonly value: string
  readonly start: number
  readonly end: number
}

/** A parsed file. */
export interface SyntaxTree {
  readonly text: string
  readonly program: SyntaxNode
  readonly comments: readonly SyntaxComment[]
}

/** The syntax tree of a TypeScript file. @throws {SyntaxError} where the text does not parse. */
export function parseTypeScript(file: string, text: string): SyntaxTree {
  const lang = file.endsWith('x') ? 'tsx' : 'ts'
  const parsed = parseSync(file, text, { lang, preserveParens: false, astType: 'ts' })
  const [error] = parsed.errors
  if (error !== undefined) throw new SyntaxError(`${file}: ${error.message}`)
  return { text, program: parsed.program as unknown as SyntaxNode, comments: parsed.comments }
}

/** Calls `visit` for every node below and including `node`, parents first, with the parent where there is one. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => void,
  parent?: SyntaxNode,
): void {
  visit(node, parent)
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member]) {
      if (isSyntaxNode(child)) walk(child, visit, node)
    }
  }
}

/** Whether a member of a node is a node itself. */
export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The node under a member, where there is one. */
export function child(node: SyntaxNode | undefined, member: string): SyntaxNode | undefined {
  const value = node?.[member]
  return isSyntaxNode(value) ? value : undefined
}

/** The nodes of a list member. */
export function children(node: SyntaxNode | undefined, member: string): readonly SyntaxNode[] {
  const value = node?.[member]
  return Array.isArray(value) ? value.filter(isSyntaxNode) : []
}

/** The text of a string literal, or of a template without expressions. */
export function literalText(node: SyntaxNode | undefined): string | undefined {
  if (node?.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined
  if (node?.type !== 'TemplateLiteral' || children(node, 'expressions').length > 0) return undefined
  return templateText(node)
}

/** The text of a template literal, with `?` for every expression. */
export function templateText(node: SyntaxNode): string {
  const parts = children(node, 'quasis').map((quasi) => {
    const value = quasi['value'] as { readonly cooked?: string | null; readonly raw: string }
    return value.cooked ?? value.raw
  })
  return parts.join('?')
}

/** The name a node ends in: an identifier's own, a member's property, also in brackets. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return String(node['name'])
  if (node.type === 'MemberExpression') {
    const property = child(node, 'property')
    return node['computed'] === true ? literalText(property) : nameOf(property)
  }
  if (node.type === 'Literal') return literalText(node)
  return undefined
}

/** Whether a node is `object.property`, also with brackets or `?.`. */
export function isMember(node: SyntaxNode | undefined, object: string, property: string): boolean {
  if (node?.type !== 'MemberExpression' || nameOf(node) !== property) return false
  const owner = child(node, 'object')
  return owner?.type === 'Identifier' && nameOf(owner) === object
}

/** What a file names as another module, and where. */
export interface ModuleReference {
  readonly specifier: string
  readonly node: SyntaxNode
  /** The names taken out of it; undefined where it is the whole module. */
  readonly names: readonly string[] | undefined
}

/**
 * Every module a file names: imports and re-exports, of types too, `import()`, `import('x').Type`, `import x = require()`
 * and `require()`.
 */
export function moduleReferences(tree: SyntaxTree): readonly ModuleReference[] {
  const found: ModuleReference[] = []
  walk(tree.program, (node) => {
    const source = sourceOf(node)
    const specifier = literalText(source)
    if (specifier !== undefined) found.push({ specifier, node, names: namesTaken(node) })
  })
  return found
}

function sourceOf(node: SyntaxNode): SyntaxNode | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
      return child(node, 'source')
    case 'TSImportType':
      return child(node, 'source') ?? child(child(node, 'argument'), 'literal')
    case 'TSExternalModuleReference':
      return child(node, 'expression')
    case 'CallExpression':
      return nameOf(child(node, 'callee')) === 'require'
        ? children(node, 'arguments')[0]
        : undefined
    default:
      return undefined
  }
}

function namesTaken(node: SyntaxNode): readonly string[] | undefined {
  if (node.type !== 'ImportDeclaration' && node.type !== 'ExportNamedDeclaration') return undefined
  const names: string[] = []
  for (const specifier of children(node, 'specifiers')) {
    const name = nameOf(child(specifier, node.type === 'ImportDeclaration' ? 'imported' : 'local'))
    if (name === undefined || name === 'default') return undefined
    names.push(name)
  }
  return names
}

/** The line of an offset, counted from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
