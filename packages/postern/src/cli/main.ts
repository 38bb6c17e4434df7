/** @module Where the `postern` command starts: `--version` is answered before anything else is loaded. */

import { writeSync } from 'node:fs'
import description from '../../package.json' with { type: 'json' }

const [first] = process.argv.slice(2)
if (first === '--version' || first === '-V') {
  // Not through `process.stdout`, whose set-up takes a fifth of the whole run.
  writeSync(1, `${description.version}\n`)
} else {
  import('./program.ts')
    .then(({ runProgram }) => runProgram(process.argv.slice(2), description.version))
    .then((exitCode) => {
      // Not `process.exit`: what was written to a pipe must arrive.
      process.exitCode = exitCode
    })
}
