/** @module Where the `postern` command starts: `--version` and `--help` are answered before anything else is loaded. */

import description from '../../package.json' with { type: 'json' }

// The syntax stays old on purpose: an old Node has to get as far as the line that says it is too old.
const [first, second] = process.argv.slice(2)
if (!isAtLeast(process.versions.node, oldestNode())) {
  process.stderr.write(
    `postern needs Node ${oldestNode()} or newer; this is Node ${process.versions.node}.\n`,
  )
  process.exitCode = 1
} else if (first === '--version' || first === '-V') {
  print(`${description.version}\n`)
} else if (second === undefined && (first === '--help' || first === '-h')) {
  import('./overview.ts')
    .then(({ formatOverview }) => print(formatOverview(terminalWidth())))
    .catch(failUnsaid)
} else {
  import('./program.ts')
    .then(({ runProgram }) => runProgram(process.argv.slice(2), description.version))
    .then((exitCode) => {
      // Not `process.exit`: what was written to a pipe must arrive. A stream that failed has set its own code.
      process.exitCode = Number(process.exitCode ?? 0) || exitCode
    })
    .catch(failUnsaid)
}

function failUnsaid(): void {
  // Whatever failed outside every other net may quote anything, so nothing of it is printed.
  process.stderr.write('postern failed before it could say why.\n')
  process.exitCode = 1
}

function oldestNode(): string {
  return description.engines.node.replace(/^>=/, '')
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

function terminalWidth(): number | undefined {
  return process.getBuiltinModule('node:tty').isatty(1) ? process.stdout.columns : undefined
}

function print(text: string): void {
  // Not an import, which would run before the check above. And not `process.stdout`, whose set-up takes a fifth of the
  // whole run.
  const { writeSync } = process.getBuiltinModule('node:fs')
  try {
    writeSync(1, text)
  } catch (error) {
    // A reader that has gone, as `head` does, is no failure.
    const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (reason === 'EPIPE') return
    process.stderr.write(`The output cannot be written (${reason}).\n`)
    process.exitCode = 1
  }
}
