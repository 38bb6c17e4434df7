/** @module What `postern emulator compare` prints and saves. */

import { type FileHandle, open } from 'node:fs/promises'
import { showPath } from '../../../config/secret-reference.ts'
import { UsageError } from '../../../config/usage-error.ts'
import { paint } from '../../output.ts'
import type { Comparison, Verdict } from './comparison.ts'

/** A comparison as it is saved. It names no org, and nothing that is in one. */
export interface Report {
  readonly report: 'postern emulator compare'
  readonly signedInWith: 'service-app' | 'api-token'
  readonly comparisons: readonly Comparison[]
}

const titles: Readonly<Record<Verdict, string>> = {
  differs: 'The org differs from the emulator',
  unclear: 'The org says something that the emulator does not know',
  agrees: 'The org does what the emulator does',
  'not-applicable': 'This org or this credential could not be asked',
  'not-probed': 'Reading cannot settle these',
}

/** The report for people: what differs first. */
export function formatReport({ comparisons }: Report): string {
  const verdicts = Object.keys(titles) as Verdict[]
  const sections = verdicts.flatMap((verdict) => {
    const found = comparisons.filter((one) => one.verdict === verdict)
    if (found.length === 0) return []
    const title = `${titles[verdict]} (${found.length})`
    return [[paint('bold', title, process.stdout), ...found.flatMap(formatOne)].join('\n')]
  })
  return sections.join('\n\n')
}

function formatOne(one: Comparison): readonly string[] {
  const { assumption, verdict, org, emulator, why, question, asked, seen = [] } = one
  const dim = (text: string) => paint('dim', text, process.stdout)
  switch (verdict) {
    case 'agrees':
      return [`  ${assumption}  ${org}`]
    case 'not-applicable':
    case 'not-probed':
      return [`  ${assumption}  ${dim(why ?? '')}`]
    default:
      return [
        `  ${paint('yellow', assumption, process.stdout)}  ${question}`,
        `    org: ${org ?? why}; emulator: ${emulator}`,
        dim(`    asked: ${asked}; answered: ${seen.join(' | ')}`),
      ]
  }
}

/**
 * Makes the file of a report before anything is asked, so that an answer is never without a place.
 *
 * @throws {UsageError} `usage_invalid`
 */
export async function openReportFile(path: string): Promise<FileHandle> {
  try {
    // `wx`: an existing file is never overwritten.
    return await open(path, 'wx', 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const name = showPath(path) ?? 'The file of --out'
    throw new UsageError('usage_invalid', `${name} cannot be written (${code}).`, {
      remedy: 'Give --out the name of a file that is not there yet, in a folder you may write to.',
      details: { code },
    })
  }
}

/** Writes a report, and closes its file. */
export async function writeReport(file: FileHandle, report: Report): Promise<void> {
  try {
    await file.writeFile(`${JSON.stringify(report, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}
