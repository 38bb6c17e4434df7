/**
 * @module Makes small mistakes in the code where a silent hole costs most, and looks whether a test fails:
 * `node --conditions=source proof/mutate.ts [AREA OR FILE…]`. What no test notices is printed, with its place.
 */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { casesOf, proofSeed, tellProof } from '../test/proof.ts'
import { type Area, areas } from './mutants/areas.ts'
import { whyEquivalent } from './mutants/equivalent.ts'
import { type Mutant, type Mutated, mutate, root } from './mutants/mutant.ts'
import type { PlayLine } from './mutants/task.ts'

const wanted = process.argv.slice(2)
// A worker that says nothing for so long is in a loop that no test gets out of.
const SILENT_MS = 240_000
// Each mutant of what is computed once takes a set of modules of its own.
const MOST_AT_ONCE = 300
const AT_ONCE = 2

const folder = mkdtempSync(path.join(tmpdir(), 'postern-mutants-'))
const most = casesOf(Number.POSITIVE_INFINITY)
const plans: (() => Promise<void>)[] = []
for (const area of areas) {
  const mutated = await mutate(area)
  const drawn = draw(mutated.mutants, Math.ceil(most * area.part)).filter(({ file }) =>
    isAsked(area, file),
  )
  if (drawn.length > 0) plans.push(() => playArea(area, drawn, mutated))
}
await Promise.all(Array.from({ length: AT_ONCE }, playNext))
rmSync(folder, { recursive: true })

function isAsked({ name }: Area, file: string): boolean {
  return wanted.length === 0 || wanted.some((one) => name === one || file.endsWith(one))
}

async function playNext(): Promise<void> {
  for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) await plan()
}

async function playArea(area: Area, mutants: readonly Mutant[], mutated: Mutated): Promise<void> {
  const seen = await play(area, mutants, mutated)
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    tellFile(
      file,
      mutants.filter((mutant) => mutant.file === file),
      seen,
    )
  }
}

/**
 * As many as there may be, by seed. A mutant is drawn for what it is, so that a change of code beside it, or an area or a file
 * played alone, draws the same ones.
 */
function draw(mutants: readonly Mutant[], most: number): readonly Mutant[] {
  if (mutants.length <= most) return mutants
  const seen = new Map<string, number>()
  const keyed = mutants.map((mutant) => {
    const { file, text, code, replacement } = mutant
    const what = JSON.stringify([proofSeed, file, text, code, replacement])
    const nth = seen.get(what) ?? 0
    seen.set(what, nth + 1)
    return { mutant, key: createHash('sha256').update(`${what}${nth}`).digest('hex') }
  })
  const last = keyed.map(({ key }) => key).toSorted()[most] ?? ''
  return keyed.filter(({ key }) => key < last).map(({ mutant }) => mutant)
}

/** Plays mutants in a process of its own, and in another where that one hangs or ends. */
async function play(
  area: Area,
  mutants: readonly Mutant[],
  { mutants: all, files }: Mutated,
): Promise<ReadonlyMap<string, PlayLine>> {
  const tests = globSync([...area.tests], { cwd: root })
    .toSorted()
    .map((test) => path.join(root, test))
  const coverage = path.join(folder, `${area.name}.coverage.json`)
  const modules = path.join(folder, area.name)
  const fileOf = Object.fromEntries(all.map(({ id, file }) => [id, file]))
  const seen = new Map<string, PlayLine>()
  const once = new Set<string>()
  for (let round = 0; ; round++) {
    const left = mutants.filter(({ id }) => !seen.has(id))
    if (left.length === 0) return seen
    // At first it is found out which tests come through which mutants.
    const rest = left.slice(0, round === 0 ? 0 : MOST_AT_ONCE)
    const log = path.join(folder, `${area.name}.${round}.log`)
    const task = path.join(folder, `${area.name}.${round}.json`)
    writeFileSync(log, '')
    writeFileSync(
      task,
      JSON.stringify({
        ...{ tests, mutants: rest.map(({ id }) => id), once: [...once], fileOf },
        ...{ log, coverage, files, modules },
      }),
    )
    await runWorker(task, log)
    const lines: readonly PlayLine[] = readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    if (lines.length < rest.length && lines.length === 0)
      throw new Error(`Nothing of ${area.name} was played.`)
    for (const line of lines) {
      if (line.status === 'unreached' && !once.has(line.id)) once.add(line.id)
      else if (line.status !== 'begun') seen.set(line.id, line)
      else if (line === lines.at(-1)) seen.set(line.id, { ...line, status: 'timeout' })
    }
    process.stderr.write(`${area.name}: ${seen.size} of ${mutants.length}\n`)
  }
}

async function runWorker(task: string, log: string): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--conditions=source', path.join(root, 'proof/mutants/play.ts'), task],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    },
  )
  const ended = new Promise<true>((resolve) => child.once('exit', () => resolve(true)))
  while (!(await Promise.race([ended, wait(1_000, false)]))) {
    const saidMs = existsSync(log) ? statSync(log).mtimeMs : Date.now()
    if (Date.now() - saidMs < SILENT_MS) continue
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }
}

function tellFile(
  file: string,
  mutants: readonly Mutant[],
  seen: ReadonlyMap<string, PlayLine>,
): void {
  const counts = { killed: 0, timeouts: 0, equivalent: 0, survived: 0 }
  for (const mutant of mutants) {
    const status = seen.get(mutant.id)?.status
    if (status === 'killed') counts.killed++
    else if (status === 'timeout') counts.timeouts++
    else if (whyEquivalent(mutant) !== undefined) counts.equivalent++
    else {
      counts.survived++
      const { line, text, code, replacement } = mutant
      process.stdout.write(
        `${JSON.stringify({ at: `${file}:${line}`, status, text, code: code.length > 200 ? `${code.slice(0, 200)}…` : code, replacement })}\n`,
      )
    }
  }
  const { survived, ...others } = counts
  process.stderr.write(`${file}: ${mutants.length} ${JSON.stringify(counts)}\n`)
  tellProof(file, { cases: mutants.length, seen: others, wrong: { survived } })
}
