/** @module `postern config`: what is wrong with a configuration file, what it comes to, and what may be in one. */

import { explainConfig } from '../../config/file/explain.ts'
import { ConfigFileError, type ConfigProblem } from '../../config/file/problem.ts'
import { defaultConfigFile, readConfigFile } from '../../config/file/read.ts'
import { configSchema } from '../../config/file/schema.ts'
import { declarationJudges } from '../../service/judge-declared.ts'
import { exitCodes } from '../exit-codes.ts'
import type { GlobalOptions } from '../global-options.ts'
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
