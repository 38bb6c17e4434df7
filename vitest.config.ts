import { defineConfig } from 'vitest/config'
import { SlowFirst } from './test/slow-first.ts'

// Files that leave nothing behind in their process: no class, environment, clock or stream of Node is another one afterwards.
const together = [
  'packages/{core,emulator}/test/**/*.test.ts',
  'packages/postern/test/{config,connections,http,jobs,server,service,sinks,store}/**/*.test.ts',
]

export default defineConfig({
  resolve: { conditions: ['source'] },
  // Vitest gives these to Node, where `import` would hold for `require` too.
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    globalSetup: ['test/global-setup.ts'],
    // Far more than any takes alone: on a machine that does other things too, a test is slow and not wrong.
    testTimeout: 60_000,
    // As the program starts itself where it opens the embedded store: see cli/relaunch.ts.
    execArgv: ['--liftoff-only'],
    // Many tests wait for programs that they started, so two workers would leave a third of two processors idle.
    maxWorkers: 3,
    // An embedded store is made from nothing in one, while other tests have the processors.
    hookTimeout: 60_000,
    sequence: { sequencer: SlowFirst },
    // Packages below the client publish their sources under the condition of ours, and Node runs no TypeScript of packages.
    server: {
      deps: { inline: [/\/@modelcontextprotocol\/client\//, /\/eventsource(?:-parser)?\//] },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: together,
          // The sources, PostgreSQL in WebAssembly and the keys of the tests are loaded or made once for many files.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...together],
        },
      },
    ],
  },
})
