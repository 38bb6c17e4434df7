/** @module `postern config`: what is wrong with a configuration file, what it comes to, what is otherwise by now, and what may be in one. */

import { explainConfig } from '../../config/file/explain.ts'
import { ConfigFileError, type ConfigProblem } from '../../config/file/problem.ts'
import { defaultConfigFile, readConfigFile } from '../../config/file/read.ts'
import { configSchema } from '../../config/file/schema.ts'
import { declarationJudges } from '../../service/judge-declared.ts'
import type { Difference } from '../drift/difference.ts'
import { findDrift } from '../drift/drift.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
import { isAnythingKept, openApi } from '../open-api.ts'
import { paint, printData, showPlain, tell, warn } from '../output.ts'
import { formatHeading, formatRows, layOut } from '../table.ts'

/** Prints every problem; the exit code tells whether there is one. */
export async function check(
  file: string = defaultConfigFile,
  { output: format }: GlobalOptions,
): Promise<void> {
  try {
    const { connections, sinks, feeds, actions, accessKeys, domains, signIn, warnings } =
      await readConfigFile(file, declarationJudges)
    const found = {
      connections: connections.length,
      sinks: sinks.length,
      feeds: feeds.length,
      actions: actions.length,
      accessKeys: accessKeys.length,
      domains: domains.length,
      ...(signIn === undefined ? {} : { signIn: 1 }),
    }
    await printData([], { format, text: () => describeSound(found) })
    for (const { code, message, path, line } of warnings) {
      warn(code, `${place({ path, ...(line === undefined ? {} : { line }) })}: ${message}`)
    }
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error
    const { problems } = error
    await printData(problems, { format, text: () => problems.map(describeProblem).join('\n') })
    process.exitCode = exitCodes.problemsFound
  }
}

/** Prints every value and where it comes from. @throws {ConfigFileError} for a file that cannot be used. */
export async function explain(
  file: string = defaultConfigFile,
  { output: format }: GlobalOptions,
): Promise<void> {
  const values = await explainConfig(await readConfigFile(file, declarationJudges), process.env)
  await printData(values, {
    format,
    text: () => {
      if (values.length === 0) return 'The file declares nothing.'
      // A mapping is one value here, and no columns of the table.
      const rows = values.map(({ value, ...where }) => ({ ...where, value: inOneCell(value) }))
      const layout = layOut(rows, ['path', 'value', 'from'])
      return `${formatHeading(layout)}\n${formatRows(rows, layout)}`
    },
  })
}

/** Prints what is otherwise in the store; the exit code tells whether anything is. @throws {ConfigFileError} */
export async function diff(
  file: string = defaultConfigFile,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  const drift = await driftOf(file, options, signal)
  const { output: format } = options
  await printData(drift, { format, text: () => describeDrift(drift) })
  // What the file does not name is nobody's mistake.
  if (drift.some(({ state }) => state !== 'undeclared')) process.exitCode = exitCodes.problemsFound
}

async function driftOf(
  file: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<readonly Difference[]> {
  // No store is made only to find that nothing is in it.
  if (!(await isAnythingKept(options))) {
    const config = await readConfigFile(file, declarationJudges)
    return findDrift(config, { call: async <Answer>() => emptyLists as Answer })
  }
  await using api = await openApi(options, signal)
  // Awaited here: what is kept is open until this block ends.
  return await findDrift(await readConfigFile(file, declarationJudges), api)
}

const emptyLists = {
  ...{ domains: [], actions: [], connections: [], sinks: [], feeds: [], accessKeys: [] },
}

function describeDrift(drift: readonly Difference[]): string {
  if (drift.length === 0)
    return `${paint('green', 'ok', process.stdout)}  the store is as the file says`
  return drift.map(describeDifference).join('\n')
}

function describeDifference(one: Difference): string {
  const { state, kind, name, member, file, store, changedBy, changedAt } = one
  const place = `${state.padEnd(10)} ${kind} ${showPlain(name)}`
  if (member === undefined) return place
  const values = `file ${JSON.stringify(file)}, store ${JSON.stringify(store)}`
  const by = changedBy === undefined ? '' : ` (${changedBy}, ${changedAt})`
  return `${place}: ${member}: ${showPlain(values + by)}`
}

/** Prints the JSON Schema. */
export async function schema({ output }: GlobalOptions): Promise<void> {
  const format = output === 'table' ? 'json' : output
  await printData(configSchema(), { format, text: () => '' })
  if (process.stdout.isTTY) {
    tell(
      'Keep it beside the file and begin that with: # yaml-language-server: $schema=./postern.schema.json',
    )
  }
}

function inOneCell(value: unknown): unknown {
  return typeof value === 'object' ? JSON.stringify(value) : value
}

function describeSound(found: Readonly<Record<string, number>>): string {
  const counts = Object.entries(found).map(([what, count]) => `${what} ${count}`)
  return `${paint('green', 'ok', process.stdout)}  ${counts.join(', ')}`
}

function describeProblem(problem: ConfigProblem): string {
  const { code, message, remedy } = problem
  return [
    `${paint('red', place(problem), process.stdout)}: ${showPlain(message)} ${paint('dim', `(${code})`, process.stdout)}`,
    `${paint('green', '  fix', process.stdout)} ${showPlain(remedy)}`,
  ].join('\n')
}

function place({ path, line }: Pick<ConfigProblem, 'path' | 'line'>): string {
  return [line === undefined ? '' : `line ${line}`, path].filter(Boolean).join(', ') || 'the file'
}
