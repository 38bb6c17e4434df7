/** @module docs/proof.md, made of the committed results and nothing else: `node --conditions=source proof/page.ts`. */

import { writeFileSync } from 'node:fs'
import { type Proof, promises, proofs } from './proofs.ts'
import { countCases, countWrong, type ProofResult, readProof } from './results.ts'

const groups: Readonly<Record<Proof['group'], string>> = {
  faults: 'Faults',
  inputs: 'Inputs',
  code: 'The tests themselves',
}

/** Its text. @throws {Error} where a goal is not reached and nothing says why. */
export function proofPage(): string {
  return `# Proof

What Postern promises, and how often it was put to the test. \`npm run prove\` plays all of it, which takes hours; \`npm test\` plays a few cases
of each. A seed plays the same cases again: \`npm run prove -- NAME --seed N\`.

${Object.entries(promises)
  .map(([id, promise]) => `- **${id}** ${promise}`)
  .join('\n')}

${[
  ...Object.entries(groups).map(([group, title]) => groupOf(title, group)),
  reasons(),
  '## What was seen\n',
  ...proofs.map(sectionOf),
]
  .filter((part) => part !== '')
  .join('\n')}`
}

function groupOf(title: string, group: string): string {
  const rows = proofs.filter((proof) => proof.group === group).map(rowOf)
  if (rows.length === 0) return ''
  return `## ${title}

| what | must hold | cases, goal | played | wrong | | by |
| --- | --- | ---: | ---: | ---: | --- | --- |
${rows.join('\n')}
`
}

function rowOf(proof: Proof): string {
  const result = readProof(proof.name)
  const cells = [proof.what, proof.holds, toText(proof.goal)]
  const figures = result
    ? [toText(countCases(result)), toText(countWrong(result)), verdictOf(proof, result)]
    : ['', '', 'not played']
  return `| ${[...cells, ...figures, `[${proof.name}](../${proof.file})`].join(' | ')} |`
}

function verdictOf(proof: Proof, result: ProofResult): string {
  return isMet(proof, result) ? 'met' : '**not met**'
}

function isMet({ goal }: Proof, result: ProofResult | undefined): boolean {
  if (result === undefined) return false
  return result.isWell && countWrong(result) === 0 && countCases(result) >= goal
}

function reasons(): string {
  const missed = proofs.filter((proof) => !isMet(proof, readProof(proof.name)))
  if (missed.length === 0) return ''
  const lines = missed.map((proof) => `- ${proof.name}: ${reasonOf(proof)}`)
  return `Not met, and why:\n\n${lines.join('\n')}\n`
}

function reasonOf({ name, unmet }: Proof): string {
  if (readProof(name) === undefined) return 'Not played as a whole yet.'
  if (unmet === undefined) throw new Error(`The proof ${name} is not met, and nothing says why.`)
  return unmet
}

function sectionOf({ name }: Proof): string {
  const result = readProof(name)
  return result === undefined ? '' : formatProof(result)
}

/** A result for people. */
export function formatProof(result: ProofResult): string {
  const { name, seed, rows, seconds, isWell } = result
  const seen = namesOf(rows.map((row) => row.seen))
  const wrong = namesOf(rows.map((row) => row.wrong))
  const lines = rows.map(({ of, cases, ...counts }) => [
    of,
    toText(cases),
    ...seen.map((count) => toText(counts.seen[count])),
    ...wrong.map((count) => toText(counts.wrong[count])),
  ])
  const heads = ['', 'cases', ...seen, ...wrong]
  return `### ${name}

Seed ${seed}, ${toText(seconds)} s${isWell ? '' : ', **not to its end**'}.

${[heads, ['---', ...heads.slice(1).map(() => '---:')], ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`
}

function namesOf(counts: readonly Readonly<Record<string, number>>[]): readonly string[] {
  return [...new Set(counts.flatMap((one) => Object.keys(one)))]
}

function toText(count: number | undefined): string {
  return count === undefined ? '' : count.toLocaleString('en')
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/proof.md', import.meta.url), proofPage())
}
