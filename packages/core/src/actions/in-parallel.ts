/** @module Work on many things, a few at a time. */

/** Works on each, `most` at the same time, in order of their begin. The first error ends it once those under way are over. */
export async function eachInParallel<Item>(
  items: Iterable<Item>,
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  // Shared by the workers: each takes the next one.
  const left = items[Symbol.iterator]()
  let failed: { readonly error: unknown } | undefined
  const worker = async () => {
    for (let next = left.next(); !next.done && failed === undefined; next = left.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: most }, worker))
  if (failed !== undefined) throw failed.error
}
