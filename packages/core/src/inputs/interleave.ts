/** @module Several sequences side by side as one: each item as it comes, no sequence more than one item ahead. */

/** What {@link interleave} works with. */
export interface InterleaveOptions<Item> {
  /** The sequences to begin with. */
  readonly first: readonly AsyncIterator<Item>[]
  /** One more sequence, where there is one; asked again after every item, as long as there is room. */
  readonly more: () => Promise<AsyncIterator<Item> | undefined>
  /** Sequences at the same time. */
  readonly atOnce: number
  /** Ends what the sequences still wait for, when nobody wants their items any more. */
  readonly stop: () => void
}

/** What has just happened: a sequence gave an item or ended, or one more sequence was looked for. */
type Happening<Item> =
  | { readonly sequence: AsyncIterator<Item>; readonly result: IteratorResult<Item> }
  | { readonly added: AsyncIterator<Item> | undefined }

/**
 * Gives the items of several sequences as they come. Each sequence is asked for its next item while the caller works on
 * the last one, so that as many requests are under way as there are sequences, and memory holds one item of each.
 *
 * The first failure ends it; the other sequences are then told to return.
 */
export async function* interleave<Item>(
  options: InterleaveOptions<Item>,
): AsyncGenerator<Item, void, undefined> {
  const { first, more, atOnce, stop } = options
  const running = new Map<AsyncIterator<Item>, Promise<Happening<Item>>>()
  const ask = (sequence: AsyncIterator<Item>) => {
    const asked = sequence.next().then((result) => ({ sequence, result }))
    // Seen by the race; one that loses it must not count as unhandled.
    asked.catch(() => undefined)
    running.set(sequence, asked)
  }
  let looking: Promise<Happening<Item>> | undefined
  let mayAsk = true
  const waiting = [...first]
  try {
    for (;;) {
      while (running.size < atOnce && waiting.length > 0) {
        const next = waiting.shift()
        if (next !== undefined) ask(next)
      }
      if (looking === undefined && mayAsk && running.size < atOnce) {
        looking = more().then((added) => ({ added }))
        looking.catch(() => undefined)
      }
      if (looking === undefined && running.size === 0) return
      const happening = await Promise.race([
        ...running.values(),
        ...(looking === undefined ? [] : [looking]),
      ])
      if ('added' in happening) {
        looking = undefined
        mayAsk = happening.added !== undefined
        if (happening.added !== undefined) ask(happening.added)
        continue
      }
      mayAsk = true
      const { sequence, result } = happening
      running.delete(sequence)
      if (result.done) continue
      ask(sequence)
      yield result.value
    }
  } finally {
    stop()
    await Promise.allSettled([...running.keys()].map((sequence) => sequence.return?.()))
  }
}
