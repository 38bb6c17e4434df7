import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source'] },
  // Vitest gives these to Node, where `import` would hold for `require` too.
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 20_000,
    // As the program starts itself where it opens the embedded store: see cli/relaunch.ts.
    execArgv: ['--liftoff-only'],
    // Many tests wait for programs that they started, so one worker would leave half of two processors idle.
    maxWorkers: 2,
    // An embedded store is made from nothing in one, while other tests have the processors.
    hookTimeout: 60_000,
  },
})
