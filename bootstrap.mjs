// @ts-check
/**
 * @module What `npm start` and `npm test` run first, on whatever Node the machine has: it installs what is missing and
 * hands over to the Node that this repository pins. No dependency may be imported here: none is installed yet.
 */

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

// The syntax stays old on purpose: an old Node has to get as far as the message that it is too old.
const OLDEST_NODE = [18, 0]
// The first Node that runs TypeScript without a flag and satisfies the packages' `engines`.
const OLDEST_NODE_FOR_SOURCES = [22, 19]
const PARENT_LOOK_MS = 1000
const OTHER_INSTALL_WAIT_MS = 15 * 60 * 1000

/** @type {Record<string, string>} */
const programs = { start: 'scripts/start.ts', test: 'scripts/check.ts' }

const root = fs.realpathSync(path.dirname(fileURLToPath(import.meta.url)))
const modules = path.join(root, 'node_modules')
const stampFile = path.join(modules, '.postern-install.json')
const pinnedNode =
  process.platform === 'win32'
    ? path.join(modules, 'node', 'bin', 'node.exe')
    : path.join(modules, '.bin', 'node')

main().catch((thrown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exit(1)
})

async function main() {
  const command = process.argv[2]
  const program = command === undefined ? undefined : programs[command]
  if (program === undefined) {
    throw new Error('Usage: node bootstrap.mjs start|test [arguments]. Or: npm start, npm test.')
  }
  if (!isAtLeast(process.versions.node, OLDEST_NODE)) {
    throw new Error(
      `This machine runs Node ${process.versions.node}. Install Node ${OLDEST_NODE[0]} or newer (https://nodejs.org); the repository brings its own Node for everything after that.`,
    )
  }
  await installOnce()
  run(nodeToRun(), program, process.argv.slice(3))
}

/** Installs unless everything in package-lock.json is there already. Two of these at once wait for each other. */
async function installOnce() {
  if (isReady()) return
  const release = await takeInstallLock()
  try {
    if (isReady()) return
    if (!isTreeOfLockfile()) install()
    if (!runs(pinnedNode)) fetchPinnedNode()
    if (runs(pinnedNode) && lacksPlatformPackages()) addPlatformPackages()
    const stamp = { manifests: hashOfManifests(), noPinnedNodeFor: missingPinnedNode() }
    fs.writeFileSync(stampFile, `${JSON.stringify(stamp)}\n`)
  } finally {
    release()
  }
}

function isReady() {
  const stamp = readJson(stampFile)
  if (stamp === undefined || stamp.manifests !== hashOfManifests()) return false
  if (!isTreeOfLockfile()) return false
  return runs(pinnedNode) || stamp.noPinnedNodeFor === missingPinnedNode()
}

// Remembered only where this machine's own Node stands in; otherwise the next attempt may succeed.
function missingPinnedNode() {
  if (runs(pinnedNode) || !isAtLeast(process.versions.node, OLDEST_NODE_FOR_SOURCES)) return null
  return `${process.platform}-${process.arch}`
}

// Somebody may have run `npm install` by hand; then the tree is right although no stamp says so.
function isTreeOfLockfile() {
  const locked = readJson(path.join(root, 'package-lock.json'))
  const installed = readJson(path.join(modules, '.package-lock.json'))
  if (locked === undefined || installed === undefined) return false
  for (const place of Object.keys(locked.packages)) {
    const wanted = locked.packages[place]
    if (!place.startsWith('node_modules/')) {
      if (!isManifestOfLockfile(path.join(root, place, 'package.json'), wanted)) return false
      continue
    }
    const present = installed.packages[place]
    if (present === undefined && wanted.optional) continue
    if (present === undefined || present.version !== wanted.version) return false
    if (!fs.existsSync(path.join(root, place, 'package.json'))) return false
  }
  return true
}

/**
 * @param {string} file
 * @param {Record<string, unknown>} locked
 */
function isManifestOfLockfile(file, locked) {
  const manifest = readJson(file)
  if (manifest === undefined) return false
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
  return kinds.every((kind) => sorted(manifest[kind]) === sorted(locked[kind]))
}

/** @param {unknown} ranges */
function sorted(ranges) {
  return JSON.stringify(Object.entries(ranges || {}).sort())
}

function hashOfManifests() {
  const hash = createHash('sha256')
  const locked = readJson(path.join(root, 'package-lock.json'))
  const places = Object.keys(locked === undefined ? {} : locked.packages)
  const workspaces = places.filter((place) => place !== '' && !place.startsWith('node_modules/'))
  for (const place of ['package-lock.json', 'package.json', ...workspaces.map(manifestOf)]) {
    const file = path.join(root, place)
    hash.update(`${place}\0`)
    if (fs.existsSync(file)) hash.update(fs.readFileSync(file))
  }
  return hash.digest('hex')
}

/** @param {string} workspace */
function manifestOf(workspace) {
  return `${workspace}/package.json`
}

// Outside node_modules, because `npm ci` begins by deleting that.
async function takeInstallLock() {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const file = path.join(os.tmpdir(), `postern-install-${name}`)
  const deadlineMs = Date.now() + OTHER_INSTALL_WAIT_MS
  let told = false
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => fs.rmSync(file, { force: true })
    } catch (thrown) {
      if (/** @type {NodeJS.ErrnoException} */ (thrown).code !== 'EEXIST') throw thrown
    }
    if (!isHeld(file)) {
      fs.rmSync(file, { force: true })
      continue
    }
    if (Date.now() > deadlineMs) {
      throw new Error(
        `Another install of this checkout has held ${file} for 15 minutes. If none is running, delete that file.`,
      )
    }
    if (!told) say('Another install of this checkout is running; waiting for it.')
    told = true
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** @param {string} file */
function isHeld(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'))
    // The file exists for an instant before the process id is in it.
    if (pid === 0) return Date.now() - fs.statSync(file).mtimeMs < 5000
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return /** @type {NodeJS.ErrnoException} */ (thrown).code === 'EPERM'
  }
}

/**
 * No install script runs, except that of the package `node`, which is run here by name. So the result does not depend
 * on what the npm of the machine thinks of install scripts: run them all, ask first, or refuse.
 */
function install() {
  say('Installing the packages of package-lock.json (npm ci). This happens once.')
  const installed = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root)
  if (installed.status !== 0) {
    throw new Error(`${installed.output}\nnpm ci failed; what it printed is above.`)
  }
}

function fetchPinnedNode() {
  const folder = path.join(modules, 'node')
  const script = path.join(folder, 'installArchSpecificPackage.js')
  if (!fs.existsSync(script)) return
  // That script calls `npm` by name, so it needs the machine's PATH as it is outside of npm scripts.
  const fetched = spawnSync(nodeOfMachine(), [script], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
  })
  // Links node_modules/.bin/node, which could not be linked before the binary was there.
  npm(['rebuild', 'node', '--ignore-scripts'], root)
  if (!runs(pinnedNode)) process.stderr.write(`${fetched.stdout || ''}${fetched.stderr || ''}\n`)
}

/** Whether npm left out what this platform needs: it does, without a word, where a package asks for a newer Node. */
function lacksPlatformPackages() {
  const { packages } = readJson(path.join(root, 'package-lock.json'))
  return Object.keys(packages).some((place) => {
    const { optional, os: systems, cpu, libc } = packages[place]
    if (!optional || systems === undefined || cpu === undefined) return false
    const isForThis =
      systems.includes(process.platform) &&
      cpu.includes(process.arch) &&
      (libc === undefined || libc.includes(libcOfMachine()))
    return isForThis && !fs.existsSync(path.join(root, place))
  })
}

function libcOfMachine() {
  const { header = {} } = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  )
  return header.glibcVersionRuntime ? 'glibc' : 'musl'
}

/** Lets npm run on the pinned Node add them. It takes that Node's own folder for damaged, so the binary waits aside. */
function addPlatformPackages() {
  const binary = fs.realpathSync(pinnedNode)
  const aside = path.join(modules, '.postern-node')
  const waiting = path.join(aside, path.basename(binary))
  fs.rmSync(aside, { recursive: true, force: true })
  fs.mkdirSync(aside)
  fs.linkSync(binary, waiting)
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  const added = npm(args, root, waiting)
  fs.mkdirSync(path.dirname(binary), { recursive: true })
  fs.rmSync(binary, { force: true })
  fs.renameSync(waiting, binary)
  fs.rmSync(aside, { recursive: true, force: true })
  npm(['rebuild', 'node', '--ignore-scripts'], root)
  if (added.status !== 0) {
    throw new Error(`${added.output}\nnpm install failed; what it printed is above.`)
  }
}

/** The pinned Node, or this one where the pinned one has no binary for the machine and this one is new enough. */
function nodeToRun() {
  if (runs(pinnedNode)) return pinnedNode
  const pinned = readJson(path.join(root, 'package.json')).devDependencies.node
  if (isAtLeast(process.versions.node, OLDEST_NODE_FOR_SOURCES)) {
    say(
      `Node ${pinned} could not be installed for ${process.platform}-${process.arch}; going on with this machine's Node ${process.versions.node}.`,
    )
    return process.execPath
  }
  throw new Error(
    [
      `The pinned Node ${pinned} is not there: ${path.relative(root, pinnedNode)} does not run.`,
      'The npm package `node` fetches it with an install script, and that script did not succeed on this machine.',
      'Do one of these, then run the command again:',
      '  npm install-scripts approve node && npm rebuild node    (npm 12 and some 11: npm refused the script)',
      '  npm rebuild node --ignore-scripts=false                 (your npm configuration says ignore-scripts)',
      `  install Node ${OLDEST_NODE_FOR_SOURCES.join('.')} or newer                            (no binary of Node ${pinned} for this platform)`,
    ].join('\n'),
  )
}

/** @param {string} binary */
function runs(binary) {
  if (!fs.existsSync(binary)) return false
  return spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0
}

/**
 * @param {string} node
 * @param {string} program
 * @param {string[]} args
 */
function run(node, program, args) {
  const child = spawn(node, ['--conditions=source', path.join(root, program), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well; a second one would mean "at once".
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  }
  if (process.env['npm_lifecycle_event'] !== undefined) endWithParent(child)
  child.on('error', (thrown) => {
    process.stderr.write(`${node} could not be started: ${thrown.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/**
 * Ends the child when npm is gone: killed by a signal, it takes its shell along, and tells nobody behind that.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function endWithParent(child) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, PARENT_LOOK_MS)
  timer.unref()
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {string} node - what npm runs on
 */
function npm(args, cwd, node = nodeOfMachine()) {
  const cli = process.env['npm_execpath']
  const isNpm = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli) && fs.existsSync(cli)
  const env = environment(path.isAbsolute(node) ? path.dirname(node) : undefined)
  const options = /** @type {const} */ ({ cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const done = isNpm
    ? spawnSync(node, [cli, ...args], options)
    : spawnSync('npm', args, {
        ...options,
        // npm is a .cmd file there, which only a shell starts. The arguments are constants of this file.
        shell: process.platform === 'win32',
      })
  const failure = done.error === undefined ? '' : `npm could not be started: ${done.error.message}`
  return { status: done.status, output: `${done.stdout || ''}${done.stderr || ''}${failure}` }
}

// The Node that npm itself runs on. This process may be the pinned one, whose file an install deletes.
function nodeOfMachine() {
  const candidates = [process.env['npm_node_execpath'], process.execPath]
  const outside = candidates.find(
    (node) => node !== undefined && !node.startsWith(modules) && fs.existsSync(node),
  )
  return outside === undefined ? 'node' : outside
}

/**
 * The environment without what an npm script adds to PATH, so that `npm` and `node` are the machine's own.
 *
 * @param {string} [first] - the folder to look into before all others
 */
function environment(first) {
  const env = { ...process.env }
  for (const name of Object.keys(env)) {
    if (name.toLowerCase() !== 'path') continue
    const folders = (env[name] || '').split(path.delimiter)
    const own = folders.filter((folder) => !folder.endsWith(path.join('node_modules', '.bin')))
    env[name] = (first === undefined ? own : [first, ...own]).join(path.delimiter)
  }
  return env
}

/**
 * @param {string} version
 * @param {number[]} oldest
 */
function isAtLeast(version, oldest) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldest
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`)
}
