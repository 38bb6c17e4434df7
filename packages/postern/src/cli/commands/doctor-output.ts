/** @module How findings are printed: each as soon as it is there where the format lets it, the rest at the end. */

import { type Finding, type FindingStatus, isProblem } from '@postern/core'
import { formatCountOf } from '../count.ts'
import { paint, printData, showPlain, tell } from '../output.ts'
import type { OutputFormat } from '../output-format.ts'

const SIGNS: Readonly<
  Record<FindingStatus, readonly [sign: string, style: 'green' | 'dim' | 'yellow' | 'red']>
> = {
  ok: ['✓', 'green'],
  information: ['·', 'dim'],
  warning: ['!', 'yellow'],
  failed: ['✗', 'red'],
  unknown: ['?', 'yellow'],
  skipped: ['–', 'dim'],
}

const NAME_WIDTH = 14

/** Prints the findings of one diagnosis. */
export class FindingPrinter {
  readonly #format: OutputFormat

  constructor(format: OutputFormat) {
    this.#format = format
  }

  /** Prints one finding, unless the format needs all of them. */
  print(finding: Finding): void {
    if (this.#format === 'jsonl') writeLine(JSON.stringify(finding))
    if (this.#format !== 'table' || finding.status === 'skipped') return
    for (const line of linesOf(finding, process.stdout)) writeLine(line)
  }

  /** Prints what is left when the diagnosis is over. */
  async end(findings: readonly Finding[]): Promise<void> {
    if (this.#format === 'table') {
      const skipped = findings.filter(({ status }) => status === 'skipped')
      if (skipped.length > 0) writeLine(skippedLine(skipped))
    } else if (this.#format !== 'jsonl') {
      await printData(findings, { format: this.#format, text: () => '' })
    }
    const problems = findings.filter(isProblem).length
    tell(problems === 0 ? 'No problem was found.' : `${formatCountOf(problems, 'problems')}.`)
  }
}

/** Tells a person of a finding while something else is done that it decides. */
export function tellFinding(finding: Finding): void {
  if (finding.status !== 'skipped') for (const line of linesOf(finding, process.stderr)) tell(line)
}

function linesOf(
  { check, code, status, certainty, observed, remedy }: Finding,
  stream: NodeJS.WriteStream,
): string[] {
  const [sign, style] = SIGNS[status]
  const name = check.padEnd(NAME_WIDTH)
  const names = [code, certainty === 'likely' ? 'likely' : undefined].filter(Boolean).join(', ')
  const named = names === '' ? '' : ` ${paint('dim', `(${names})`, stream)}`
  const first = `${paint(style, sign, stream)} ${name} ${showPlain(observed)}${named}`
  if (remedy === undefined) return [first]
  const fix = paint('green', 'fix'.padStart(NAME_WIDTH + 2), stream)
  return [first, `${fix} ${showPlain(remedy)}`]
}

function skippedLine(skipped: readonly Finding[]): string {
  const names = skipped.map(({ check }) => check).join(', ')
  return paint(
    'dim',
    `${SIGNS.skipped[0]} ${'not yet'.padEnd(NAME_WIDTH)} ${names}`,
    process.stdout,
  )
}

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
