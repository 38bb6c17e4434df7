/** @module A sequence that is asked for its next item while the caller works on the last one. */

/** The items of a sequence, each asked for before the one before it is done with; one at most waits. */
export async function* oneAhead<Item>(
  sequence: AsyncGenerator<Item, void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  const ask = () => {
    const asked = sequence.next()
    // Seen when it is waited for; until then a failure must not count as unhandled.
    asked.catch(() => undefined)
    return asked
  }
  let asked = ask()
  try {
    for (;;) {
      const { done, value } = await asked
      if (done) return
      asked = ask()
      yield value
    }
  } finally {
    await sequence.return()
  }
}
