/** @module The rules for every text of the repository: nothing of one machine, nothing switched off, nothing left open. */

import { children, lineOf, nameOf, type SyntaxNode, type SyntaxTree, walk } from '../syntax.ts'
import type { Violation } from './violation.ts'

interface TextRule {
  readonly name: string
  readonly pattern: RegExp
  readonly message: string
  /** Tests may name such a thing as an example. */
  readonly testsAreFree?: boolean
}

// Each starts where a path can start, so that `https://host/work/` is none.
const PATH_START = '(?<=^|[\\s"\'`(=:,<>\\[])'

const rules: readonly TextRule[] = [
  {
    name: 'machine-path',
    pattern: new RegExp(`${PATH_START}/(?:root|work|Users|mnt)/[\\w.-]+`, 'gm'),
    message: 'is a path of one machine; write a path relative to the repository',
  },
  {
    name: 'machine-path',
    pattern: new RegExp(
      `${PATH_START}(?:/home/[\\w.-]+|/tmp/[\\w.-]+|[A-Z]:\\\\\\\\?Users\\\\\\\\?\\w+)`,
      'gm',
    ),
    message: 'is a path of one machine; use os.tmpdir() or a path relative to the repository',
    testsAreFree: true,
  },
  {
    name: 'todo-condition',
    pattern: /\bTODO\b(?![^\n]*\b(?:when|once|after|until|if|as soon as)\b)/g,
    message: 'names no condition that lets it be done ("TODO when …: …")',
  },
  {
    name: 'todo-condition',
    pattern: /\b(?:FIXME|XXX|HACK)\b(?!['"`|)])/g,
    message: 'is not a note of ours; write TODO when …, or do it',
  },
  {
    name: 'type-check-off',
    pattern: /@ts-(?:ignore|nocheck)\b/g,
    message: 'switches the compiler off; @ts-expect-error with a reason goes away by itself',
  },
]

/** Every place in one text that breaks a rule. */
export function judgeText(file: string, text: string): readonly Violation[] {
  return rules.flatMap((rule) => {
    if (rule.testsAreFree === true && isTest(file)) return []
    return [...text.matchAll(rule.pattern)].map((match) => ({
      rule: rule.name,
      file,
      line: lineOf(text, match.index),
      message: `${match[0]} ${rule.message}`,
    }))
  })
}

/** Whether a file belongs to the tests. */
export function isTest(file: string): boolean {
  return /(?:^|\/)test\//.test(file)
}

const TEST_FUNCTIONS = ['test', 'it', 'describe', 'suite', 'bench']
const SWITCHES = ['only', 'skip', 'todo']

/** Every test in one file that is switched off, or switches the others off. */
export function judgeTests(file: string, tree: SyntaxTree): readonly Violation[] {
  const found: Violation[] = []
  walk(tree.program, (node) => {
    if (node.type !== 'MemberExpression' || !SWITCHES.includes(nameOf(node) ?? '')) return
    if (!TEST_FUNCTIONS.includes(rootName(node) ?? '')) return
    found.push({
      rule: 'switched-off-test',
      file,
      line: lineOf(tree.text, node.start),
      message: `.${nameOf(node)} leaves tests out; make it pass or delete it (skipIf and runIf take a platform)`,
    })
  })
  return found
}

function rootName(node: SyntaxNode): string | undefined {
  const [inner] = [node['object'], node['callee']].filter((value) => value !== undefined)
  if (inner === undefined) return nameOf(node)
  return children({ ...node, inner: [inner] }, 'inner').map(rootName)[0]
}
