import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const runFile = promisify(execFile)

/** How many bytes the young generation of a fresh process has, after so much has outlived it that V8 would let it grow. */
async function youngGenerationAfter(preparation: string): Promise<number> {
  const source = new URL('../../src/cli/young-generation.ts', import.meta.url).href
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { holdYoungGeneration } from ${JSON.stringify(source)}
    ${preparation}
    let kept = []
    for (let page = 0; page < 400; page++) {
      kept = [kept.slice(-1), Array.from({ length: 4_000 }, (_, index) => ({ page, index }))]
    }
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    console.log(space_size)`
  const { stdout } = await runFile(process.execPath, ['--input-type=module', '-e', program])
  return Number(stdout)
}

test('the young generation stays at 4 MB at most, where it would grow to more', async () => {
  const [held, free] = await Promise.all([
    youngGenerationAfter('holdYoungGeneration()'),
    youngGenerationAfter(''),
  ])
  expect(held).toBeLessThanOrEqual(4 * 2 ** 20)
  // Shows that it is this that holds it.
  expect(free).toBeGreaterThan(8 * 2 ** 20)
})
