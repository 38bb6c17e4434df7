/**
 * @module Plays mutants of an area in one Vitest, given a task as JSON: a file that says which. Each test is loaded once; for each
 * mutant the tests that come through it are called again, until one fails.
 */

import { readFileSync } from 'node:fs'
import { startVitest } from 'vitest/node'
import { root } from './mutant.ts'
import type { PlayTask } from './task.ts'

const task: PlayTask & {
  readonly files: Readonly<Record<string, string>>
  /** Where changed code is kept for the next worker. */
  readonly modules: string
} = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const { files, modules: _, ...given } = task

await startVitest(
  'test',
  [],
  {
    root,
    config: false,
    watch: false,
    // By default the code of another area could come from the disk, which has other mutants.
    fsModuleCache: true,
    fsModuleCachePath: task.modules,
    reporters: [{}],
    include: ['proof/mutants/player.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    execArgv: ['--liftoff-only'],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    provide: { task: given },
    server: {
      deps: { inline: [/\/@modelcontextprotocol\/client\//, /\/eventsource(?:-parser)?\//] },
    },
  },
  {
    resolve: { conditions: ['source'] },
    ssr: { resolve: { conditions: ['source', 'node'] } },
    plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => files[id.split('?')[0] ?? id] }],
  },
)
