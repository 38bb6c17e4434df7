/** @module What every measurement here shares: cases in turn, and their medians. */

/** One thing that is measured, by a number that each round gives anew. */
export interface Case {
  readonly name: string
  readonly run: () => number | Promise<number>
}

/** The figures of one case over all rounds. */
export interface Figures {
  readonly name: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** Round by round, this case's figure over the peer's, and of those the median. */
  readonly ratio: number
}

/**
 * Runs all cases in turn, round after round, so that a machine that slows down slows all of them; one round to warm up.
 *
 * @param cases - The first is the peer that the others are compared with.
 */
export async function measure(cases: readonly Case[], rounds: number): Promise<Figures[]> {
  const taken = cases.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const figure = await run()
      if (round >= 0) taken[index]?.push(figure)
    }
    process.stderr.write(`\r${Math.max(0, round + 1)} of ${rounds} rounds`)
  }
  process.stderr.write('\n')
  return cases.map(({ name }, index) => figuresOf(name, taken[index] ?? [], taken[0] ?? []))
}

/** The figures of one case from what its rounds gave, beside the rounds of its peer. */
export function figuresOf(
  name: string,
  figures: readonly number[],
  peer: readonly number[],
): Figures {
  return {
    name,
    median: median(figures),
    min: Math.min(...figures),
    max: Math.max(...figures),
    ratio: median(figures.map((figure, round) => figure / (peer[round] ?? Number.NaN))),
  }
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}
