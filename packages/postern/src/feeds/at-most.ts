/** @module Several things at the same time, and no more than that. */

/** What `work` gives for each item, in their order, while at most `atOnce` are under way. The first failure ends it. */
export async function mapAtMost<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>()
  const queue = entriesOf(items)
  const run = async () => {
    for (const [index, item] of queue) results.set(index, await work(item))
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, run))
  return items.flatMap((_item, index) => {
    const result = results.get(index)
    return result === undefined ? [] : [result]
  })
}

/** Over for all who share it as soon as one of them leaves it, as none of the arrays' own iterators is. */
function* entriesOf<Item>(items: readonly Item[]): Generator<[number, Item], void> {
  yield* items.entries()
}
