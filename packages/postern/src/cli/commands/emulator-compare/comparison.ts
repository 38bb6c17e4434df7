/** @module An org held against the emulator: every probe asked, and what differs. */

import { PosternError } from '@postern/core'
import { type AssumptionName, assumptions } from '@postern/emulator'
import type { Probe, ProbeAnswer } from './probe.ts'
import { notProbed, probes } from './registry.ts'
import type { Subject } from './subject.ts'

/** How an org compares with the emulator in one question. */
export type Verdict = 'agrees' | 'differs' | 'unclear' | 'not-applicable' | 'not-probed'

/** One question, and what came of it. Has statuses, codes, header names, kinds and counts, and nothing of the org. */
export interface Comparison {
  readonly assumption: AssumptionName
  readonly question: string
  readonly verdict: Verdict
  /** What the org does; absent where that is not known. */
  readonly org?: string
  /** What the emulator does unless told otherwise. */
  readonly emulator: string
  /** Why there is no answer. */
  readonly why?: string
  /** What was sent. */
  readonly asked?: string
  /** What was answered, in order. */
  readonly seen?: readonly string[]
}

/**
 * Asks an org every question that reading can answer.
 *
 * @param onProbe - told of each probe before it is asked.
 * @throws what a refused credential, an unreachable org or an abort throws.
 */
export async function compareOrg(
  subject: Subject,
  onProbe: (probe: Probe, index: number) => void = () => undefined,
): Promise<readonly Comparison[]> {
  await subject.signIn()
  const found = new Map<AssumptionName, Comparison>()
  for (const [index, probe] of probes.entries()) {
    onProbe(probe, index)
    found.set(probe.assumption, await compareOne(subject, probe))
  }
  return assumptionNames().map((name) => found.get(name) ?? withoutProbe(name))
}

async function compareOne(subject: Subject, probe: Probe): Promise<Comparison> {
  const { assumption: name, asks: asked } = probe
  const answer = obstacle(subject, probe) ?? (await askSafely(subject, probe))
  const seen = subject.exchanges.takeDescriptions()
  const known = { ...factsOf(name), asked, ...(seen.length === 0 ? {} : { seen }) }
  switch (answer.kind) {
    case 'choice': {
      const { choice: org } = answer
      return { ...known, org, verdict: org === known.emulator ? 'agrees' : 'differs' }
    }
    case 'range': {
      const { atLeast, below } = answer
      const number = defaultNumber(name)
      const verdict = atLeast <= number && number < below ? 'agrees' : 'differs'
      return { ...known, org: describeRange(atLeast, below), verdict }
    }
    default:
      return { ...known, verdict: answer.kind, why: answer.why }
  }
}

function obstacle({ serviceApp }: Subject, probe: Probe): ProbeAnswer | undefined {
  if (serviceApp === undefined) {
    return probe.needsServiceApp
      ? { kind: 'not-applicable', why: 'Only a service app can ask this.' }
      : undefined
  }
  const missing = probe.scopes?.filter((scope) => !serviceApp.scopes.includes(scope)) ?? []
  if (missing.length === 0) return undefined
  return { kind: 'not-applicable', why: `The connection has no ${missing.join(' and no ')}.` }
}

/** The answer; where none came, that. An abort ends everything, and so does a credential that nobody accepts. */
async function askSafely(subject: Subject, probe: Probe): Promise<ProbeAnswer> {
  try {
    return await probe.ask(subject)
  } catch (error) {
    if (!(error instanceof PosternError) || !error.code.startsWith('upstream_')) throw error
    return { kind: 'unclear', why: `No answer came (${error.code}).` }
  }
}

function withoutProbe(name: AssumptionName): Comparison {
  return { ...factsOf(name), verdict: 'not-probed', why: notProbed[name] ?? 'There is no probe.' }
}

function assumptionNames(): readonly AssumptionName[] {
  return Object.keys(assumptions) as AssumptionName[]
}

function factsOf(name: AssumptionName) {
  const assumption = assumptions[name]
  const emulator = 'choices' in assumption ? assumption.choices[0] : String(assumption.default)
  return { assumption: name, question: assumption.question, emulator }
}

function defaultNumber(name: AssumptionName): number {
  const assumption = assumptions[name]
  return 'default' in assumption ? assumption.default : Number.NaN
}

function describeRange(atLeast: number, below: number): string {
  if (below === Number.POSITIVE_INFINITY) return `${atLeast} or more`
  return below === atLeast + 1 ? String(atLeast) : `${atLeast} to ${below}`
}
