/** @module Which part of a package may import which, as data. A new folder gets its rank here before its first file. */

/** The rule for one package. */
export interface PackageRule {
  /**
   * The parts (folders and top-level files of `src`, without extension), from low to high. A file imports from its own
   * part and from lower ranks. Empty where a package has no ranks: then only cycles and outside packages are judged.
   */
  readonly ranks: readonly (readonly string[])[]
  /** Ranks, by index, whose parts may import each other as long as no cycle appears. */
  readonly openRanks?: readonly number[]
  /** Folders inside a part that may not import each other. */
  readonly siblings?: readonly (readonly string[])[]
  /** Packages from npm that may be imported; `declared` means those of the package.json. */
  readonly packages: readonly string[] | 'declared'
  readonly nodeModulesAllowed: boolean
  /** Packages of this repository that may be imported, and from where (any file, or a list). */
  readonly workspaces: Readonly<Record<string, 'anywhere' | readonly string[]>>
}

/** The rule of every package, by folder name. */
export const packageRules: Readonly<Record<string, PackageRule>> = {
  core: {
    ranks: [
      [
        'error',
        'secret',
        'clock',
        'retry',
        'transport',
        'base64url',
        'json',
        'hostile',
        'secret-look-alike',
      ],
      ['url', 'keys'],
      ['assertion', 'proof'],
      ['token'],
      ['org'],
      ['service-app', 'inputs', 'actions'],
      ['doctor'],
      ['setup'],
      ['index'],
    ],
    openRanks: [0],
    packages: ['jose', 'oauth4webapi'],
    nodeModulesAllowed: false,
    workspaces: {},
  },
  postern: {
    ranks: [
      ['config', 'log', 'http', 'csv'],
      ['store'],
      ['connections', 'jobs', 'sinks'],
      ['feeds', 'actions'],
      ['server'],
      ['service'],
      ['cli'],
    ],
    siblings: [['server/api', 'server/proxy', 'server/connect', 'server/mcp']],
    packages: 'declared',
    nodeModulesAllowed: true,
    workspaces: {
      '@postern/core': 'anywhere',
      '@postern/emulator': [
        'cli/commands/emulator.ts',
        'cli/commands/emulator-output.ts',
        'cli/commands/emulator-compare/comparison.ts',
        'cli/commands/emulator-compare/probe.ts',
        'cli/commands/emulator-compare/registry.ts',
        'cli/commands/demo.ts',
        'cli/commands/demo/demo-folder.ts',
        'cli/commands/demo/emulated-org.ts',
        'cli/commands/demo/walk.ts',
        'cli/commands/demo/replay/compare.ts',
        'cli/commands/demo/replay/read-records.ts',
        'cli/commands/demo/replay/recognise.ts',
      ],
    },
  },
  emulator: {
    ranks: [
      [
        'clock',
        'random',
        'ids',
        'json',
        'assumptions',
        'setup-error',
        'nearest-names',
        'read-assumptions',
      ],
      ['expression'],
      ['state', 'system-log', 'http', 'authorization'],
      ['directory', 'apps', 'roles'],
      ['seed', 'ready-app', 'org-traffic', 'routes', 'recorded'],
      ['kept'],
      ['faults'],
      ['running-org'],
      ['org-options'],
      ['control'],
      ['start', 'document'],
      ['index'],
    ],
    // State and its log, a route and its caller, a user and the apps of the user: they name each other by nature.
    openRanks: [0, 2, 3],
    packages: 'declared',
    nodeModulesAllowed: true,
    workspaces: {},
  },
  web: {
    ranks: [
      ['texts', 'client', 'theme', 'style', 'emphasis'],
      ['remedy', 'check-name', 'status-icon', 'emphasised'],
      ['problem'],
      ['judgement'],
      ['field'],
      ['connect', 'console', 'embed'],
    ],
    packages: 'declared',
    nodeModulesAllowed: false,
    workspaces: { '@postern/core': 'anywhere' },
  },
}

/** Names that say nothing: twelve lines used twice have a real name. */
export const bannedNames = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'misc',
  'types',
  'lib',
]
