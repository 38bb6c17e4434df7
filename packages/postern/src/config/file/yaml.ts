/** @module Reads YAML into a tree that knows the line of everything in it. Nothing in it runs, grows or is guessed. */

import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml'
import type { ConfigPath, ConfigProblem } from './problem.ts'
import { showPath } from './problem.ts'

/** A value and where it stands. */
export type YamlNode = YamlMapping | YamlList | YamlScalar

/** A mapping; no name is in it twice. */
export interface YamlMapping {
  readonly kind: 'mapping'
  readonly line: number
  readonly members: ReadonlyMap<string, YamlMember>
}

/** A name and its value. */
export interface YamlMember {
  /** That of the name. */
  readonly line: number
  readonly value: YamlNode
}

/** A list. */
export interface YamlList {
  readonly kind: 'list'
  readonly line: number
  readonly items: readonly YamlNode[]
}

/** A single value. */
export interface YamlScalar {
  readonly kind: 'scalar'
  readonly line: number
  readonly value: string | number | boolean | null
  /** As it stands in the file, where it is a number or the like: `0123` is 123 and no key id. */
  readonly source: string
}

/** A file that was read, as far as it could be. */
export interface YamlFile {
  readonly root: YamlNode | undefined
  readonly problems: readonly ConfigProblem[]
}

const MAX_DEPTH = 16
// Aliases may repeat what was written once; beyond this they are an attack.
const MAX_NODES = 20_000
const MAX_PROBLEMS = 50
const INERT_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** What the parser's codes mean. Its own messages quote the file. */
const SYNTAX: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  BAD_INDENT: ['The indentation does not fit.', 'Indent members of one mapping alike.'],
  DUPLICATE_KEY: ['A name stands here for the second time.', 'Leave one of the two.'],
  MULTIPLE_DOCS: ['A second document begins here.', 'Leave one document in the file.'],
  TAB_AS_INDENT: ['A tab indents a line.', 'Indent with spaces.'],
  MISSING_CHAR: ['A quote or bracket is not closed.', 'Close it, or put the value in quotes.'],
}
const ANY_SYNTAX = ['This is no YAML.', 'Put the value in quotes, or correct the line.'] as const

/** Reads a text. Everything that is wrong is reported; nothing is thrown. */
export async function readYaml(text: string): Promise<YamlFile> {
  const { LineCounter, parseDocument, ...kinds } = await import('yaml')
  const lines = new LineCounter()
  const lineAt = (offset: number) => lines.linePos(offset).line
  let document: Document.Parsed
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      // With `silent` a second document would be passed over.
      logLevel: 'error',
      version: '1.2',
      resolveKnownTags: false,
    })
  } catch {
    return { root: undefined, problems: [syntaxProblem('', undefined)] }
  }
  const broken = document.errors.slice(0, MAX_PROBLEMS)
  if (broken.length > 0) {
    const problems = broken.map(({ code, pos }) => syntaxProblem(code, lineAt(pos[0])))
    return { root: undefined, problems }
  }
  const { version, explicit } = document.directives?.yaml ?? {}
  if (explicit && version !== '1.2') {
    const message = 'The file asks for another version of YAML than 1.2.'
    return {
      root: undefined,
      problems: [
        { ...at([], 1), code: 'config_syntax', message, remedy: 'Remove the line %YAML.' },
      ],
    }
  }
  const reader = new Reader(document, { lineAt, ...kinds })
  return { root: reader.read(document.contents, [], 1), problems: reader.problems }
}

function syntaxProblem(code: string, line: number | undefined): ConfigProblem {
  const [message, remedy] = SYNTAX[code] ?? ANY_SYNTAX
  return { ...at([], line), code: 'config_syntax', message, remedy }
}

function at(path: ConfigPath, line: number | undefined): Pick<ConfigProblem, 'path' | 'line'> {
  return { path: showPath(path), ...(line === undefined ? {} : { line }) }
}

type Kinds = Pick<typeof import('yaml'), 'isAlias' | 'isMap' | 'isScalar' | 'isSeq'>

/** Walks a document. */
class Reader {
  readonly problems: ConfigProblem[] = []
  readonly #document: Document.Parsed
  readonly #kinds: Kinds & { readonly lineAt: (offset: number) => number }
  #nodesLeft = MAX_NODES
  #isTooDeep = false

  constructor(document: Document.Parsed, kinds: Kinds & { lineAt: (offset: number) => number }) {
    this.#document = document
    this.#kinds = kinds
  }

  /** @param line - of what stands around it, for a node that is nowhere. */
  read(node: Node | null, path: ConfigPath, line: number): YamlNode | undefined {
    const { isAlias, isMap, isScalar, isSeq } = this.#kinds
    if (this.#nodesLeft-- <= 0) return this.#refuseSize(path, line)
    if (path.length > MAX_DEPTH) return this.#refuseDepth(path, line)
    if (node === null) return { kind: 'scalar', line, value: null, source: '' }
    const own = node.range ? this.#kinds.lineAt(node.range[0]) : line
    if (isAlias(node)) return this.#readAlias(node, path, own)
    if (node.tag !== undefined) {
      return this.#refuse(path, own, 'The value has a tag.', 'Remove what begins with !.')
    }
    if (isMap(node)) return this.#readMapping(node, path, own)
    if (isSeq(node)) {
      const items = node.items.flatMap((item, index) => {
        const read = this.read(item as Node | null, [...path, index], own)
        return read === undefined ? [] : [read]
      })
      return { kind: 'list', line: own, items }
    }
    if (!isScalar(node)) return undefined
    const { value, source = String(value) } = node
    // No store keeps it.
    if (typeof value === 'string' && value.includes('\0'))
      return this.#refuse(path, own, 'The text has the character NUL.', 'Remove it.')
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
      return { kind: 'scalar', line: own, value: value as YamlScalar['value'], source }
    }
    return this.#refuse(path, own, 'The value is of no kind that is known.', 'Write it in quotes.')
  }

  #readAlias(alias: Alias, path: ConfigPath, line: number): YamlNode | undefined {
    const target = alias.resolve(this.#document)
    if (target !== undefined) return this.read(target, path, line)
    const message = 'An alias stands for something that was not named before.'
    return this.#refuse(path, line, message, 'Write the value itself.')
  }

  #readMapping(map: YAMLMap, path: ConfigPath, line: number): YamlMapping {
    const members = new Map<string, YamlMember>()
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const { isScalar, lineAt } = this.#kinds
      const { key, value } = pair
      const keyLine = key?.range ? lineAt(key.range[0]) : line
      const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined
      if (name === undefined || name === '' || name.includes('\0') || INERT_NAMES.has(name)) {
        this.#refuse(path, keyLine, 'A name is none that can be used.', 'Give it another name.')
        continue
      }
      // Numbers that are written differently are the same name to the parser's own check, texts are not.
      if (members.has(name)) {
        this.#refuse(
          [...path, name],
          keyLine,
          'The name stands here twice.',
          'Leave one of the two.',
        )
        continue
      }
      const read = this.read(value, [...path, name], keyLine)
      if (read !== undefined) members.set(name, { line: keyLine, value: read })
    }
    return { kind: 'mapping', line, members }
  }

  #refuseSize(path: ConfigPath, line: number): undefined {
    // Once: everything after it is the same problem.
    if (this.#nodesLeft < -1) return undefined
    const message = `The file has more than ${MAX_NODES} values, its aliases counted.`
    return this.#refuse(path, line, message, 'Check the aliases, or split the file.')
  }

  #refuseDepth(path: ConfigPath, line: number): undefined {
    // Once: who nests too deeply somewhere mostly does so in many places.
    if (this.#isTooDeep) return undefined
    this.#isTooDeep = true
    const message = `The values are nested more than ${MAX_DEPTH} deep.`
    return this.#refuse(path, line, message, 'Flatten them.')
  }

  #refuse(path: ConfigPath, line: number, message: string, remedy: string): undefined {
    if (this.problems.length >= MAX_PROBLEMS) return undefined
    this.problems.push({ ...at(path, line), code: 'config_syntax', message, remedy })
    return undefined
  }
}
