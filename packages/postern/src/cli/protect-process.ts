/** @module Keeps the memory and the environment of the server from debuggers, heap snapshots, core dumps and crash reports. */

import { url as inspectorUrl } from 'node:inspector'
import { ConfigError } from '../config/config-error.ts'

/** What the process was started with. */
export interface ProcessOrigin {
  /** The options of Node's own command line. */
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

// Each lets somebody look into the memory, in which every secret is that is in use.
const EXPOSING =
  /^--(?:inspect(?!-publish-uid)|debug-port|heapsnapshot-|abort-on-uncaught-exception)/

/**
 * Leaves the environment and the network out of every report that Node writes when it crashes; where it cannot, there is none. Except with `--dev`, also
 * turns its debugger off: the signal that would start it does nothing any more.
 *
 * @throws {ConfigError} `config_debugger_on` where an option lets a debugger in, or has the memory written to a file.
 */
export function protectProcess(dev: boolean, origin: ProcessOrigin = process): void {
  // The types of Node 24 do not know `excludeNetwork` yet.
  Object.assign(process.report, { excludeEnv: true, excludeNetwork: true })
  // When memory runs out, Node asks its own command line alone whether to leave the environment out.
  if (!optionsOf(origin).includes('--report-exclude-env')) process.report.reportOnFatalError = false
  if (dev) return
  const exposing = exposingOption(origin)
  if (exposing !== undefined || inspectorUrl() !== undefined) throw exposed(exposing ?? '--inspect')
  // Without a listener of ours Node listens itself, and opens its debugger.
  process.on('SIGUSR1', () => undefined)
}

/** The first option that exposes the memory, without its value. */
function exposingOption(origin: ProcessOrigin): string | undefined {
  return optionsOf(origin).find((option) => EXPOSING.test(option))
}

/** The names of the options, as Node reads them: an underscore is a dash. */
function optionsOf({ execArgv, env }: ProcessOrigin): readonly string[] {
  const options = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/[\s"']+/)]
  return options.map((option) => (option.split('=')[0] ?? '').replaceAll('_', '-'))
}

function exposed(option: string): ConfigError {
  const observed = `Node was started with ${option}, which shows the memory of this server, secrets and all.`
  return new ConfigError('config_debugger_on', observed, {
    remedy: `Take ${option} out of the command and of NODE_OPTIONS, or start with --dev.`,
    details: { option },
  })
}
