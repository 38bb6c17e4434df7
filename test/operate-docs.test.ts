/** @module docs/operate.md and deploy/alerts.yaml say what there is: commands, figures, metrics, names. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { createPlace } from '../packages/postern/test/cli/run.ts'
import { serveOrg } from '../packages/postern/test/cli/served-org.ts'
import { servePostern } from '../packages/postern/test/cli/served-postern.ts'
import { publishedPackages } from '../scripts/pack.ts'
import { deploy } from './deploy/deployed.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (name: string) => readFileSync(path.join(root, name), 'utf8')
const page = read('docs/operate.md')
const manifest = (name: string) => JSON.parse(read(`packages/${name}/package.json`))

/** The lines of a section's shell blocks. */
function linesOf(section: string): string[] {
  const [text = ''] = page.split(`\n## ${section}\n`)[1]?.split('\n## ') ?? []
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  )
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly remedy: string }
}

const rules: readonly Rule[] = parse(read('deploy/alerts.yaml')).groups.flatMap(
  ({ rules: some }: { readonly rules: readonly Rule[] }) => some,
)

describe('docs/operate.md', () => {
  test('quotes figures that stand in the results it names', () => {
    const rows = [
      ...page.matchAll(
        /^\| [^|]* \| ([^|]*) \| \[[\w-]+\]\(\.\.\/(bench\/results\/[\w-]+\.md)\) \|$/gm,
      ),
    ]
    expect(rows.length).toBeGreaterThan(10)
    for (const [row, measured = '', file = ''] of rows) {
      const results = read(file)
      const units = measured.replaceAll(/\b(?:80 B|194 KB|32 callers)\b/g, '')
      const figures = units.match(/\d[\d,.]*\d|\d/g) ?? []
      expect(figures.length, row).toBeGreaterThan(0)
      const standing = results.match(/\d[\d,.]*\d|\d/g) ?? []
      for (const figure of figures) expect(standing, row).toContain(figure)
    }
    const [, limit = '', records = '', file = ''] =
      /at (\d+) requests a minute, a System Log gives ([\d,]+) records in three minutes \(\[feed-walk\]\(\.\.\/([\w/.-]+)\)/.exec(
        page,
      ) ?? []
    expect(read(file)).toContain(`| ${limit} |`)
    expect(read(file)).toContain(`| ${records} |`)
  })

  test('names the packages as they are to be published', () => {
    const names = [
      ...page.matchAll(/^\| `([@\w/]+)` \| is the|^\| `((?:@postern\/)?\w+)` \| the /gm),
    ]
    expect(names.map(([, one, other]) => one ?? other).toSorted()).toEqual(
      publishedPackages.map((name) => manifest(name).name).toSorted(),
    )
  })

  test('names files that there are, and the units of deploy', () => {
    const named = [...page.matchAll(/(?<=[\s`(])deploy\/[\w./@-]+\w/g)].map(([name]) => name)
    const linked = [...page.matchAll(/\]\(([\w./-]+?)(?:#[\w-]+)?\)/g)].map(([, to = '']) =>
      path.join('docs', to),
    )
    expect(named.length).toBeGreaterThan(6)
    // Secrets are there once they were made.
    for (const name of [...named, ...linked].filter((one) => one !== 'deploy/secrets')) {
      expect(existsSync(path.join(root, name)), name).toBe(true)
    }
    for (const unit of page.match(/deploy\/systemd\/[\w.@/-]+\.(?:service|conf)/g) ?? []) {
      expect(existsSync(path.join(root, unit)), unit).toBe(true)
    }
  })

  test('installs with scripts that there are, and the versions of today', () => {
    const [build, pack, outside, install, version] = linesOf('Install')
    const { scripts } = JSON.parse(read('package.json'))
    expect(
      [build, pack]
        .map((line) => line?.replace('npm run ', '') ?? '')
        .map((name) => name in scripts),
    ).toEqual([true, true])
    const postern = manifest('postern')
    const pglite = postern.dependencies['@electric-sql/pglite']
    expect(outside).toBe(
      'npm pack --ignore-scripts --pack-destination dist ./node_modules/@electric-sql/pglite',
    )
    // test/package.test.ts runs it.
    expect(install).toBe(
      `npm install --global --offline --ignore-scripts ./dist/electric-sql-pglite-${pglite}.tgz ./dist/postern-${postern.version}.tgz`,
    )
    expect(version).toBe('postern --version')
  })

  test('takes a server through a backup, a restore and a new master key', {
    timeout: 180_000,
  }, async () => {
    const place = createPlace()
    onTestFinished(place.remove)
    const local = (text: string) =>
      text
        .replaceAll('/etc/postern', place.path('etc'))
        .replaceAll('/var/lib/postern/', place.path(''))
        .replaceAll('/var/backups/', place.path(''))
    const shell = (line = '') => execFileSync('/bin/sh', ['-c', local(line)])
    const postern = (line = '') => {
      const [, command = ''] =
        /^sudo -u postern env POSTERN_DATA=\/var\/lib\/postern postern (.*)$/.exec(line) ?? []
      expect(command).not.toBe('')
      return place.run(local(command).split(' '), { env })
    }
    const env = { POSTERN_DATA: place.path('data'), CREDENTIALS_DIRECTORY: place.path('etc') }
    const start = () =>
      deploy(
        place,
        [
          'start',
          '--port',
          '0',
          '--dev',
          '--master-key',
          'credential:master-key',
          '--output',
          'json',
        ],
        env,
      )

    const systemd = linesOf('With systemd')
    mkdirSync(place.path('etc'), { mode: 0o700 })
    shell(systemd.find((line) => line.includes('openssl')))
    expect(statSync(place.path('etc/master-key')).mode & 0o777).toBe(0o600)
    const { app } = await serveOrg(place, { users: 3 })
    let server = await start()
    expect((await place.run(['connect', 'acme', ...app], { env })).code).toBe(0)
    expect(await postern(systemd.at(-1))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('acme'),
    })
    const [backup, stop, move, make, restore, startAgain, verify, ...rest] =
      linesOf('Back up and restore')
    expect(rest).toEqual([])
    expect((await postern(backup)).code).toBe(0)

    expect([stop, startAgain]).toEqual(['systemctl stop postern', 'systemctl start postern'])
    await server.stop()
    expect(move).toBe('mv /var/lib/postern /var/lib/postern.before')
    execFileSync('mv', [env.POSTERN_DATA, `${env.POSTERN_DATA}.before`])
    expect(make).toBe('install -d -m 700 -o postern -g postern /var/lib/postern')
    mkdirSync(env.POSTERN_DATA, { mode: 0o700 })
    expect((await postern(restore)).code).toBe(0)
    server = await start()
    expect((await postern(verify)).code).toBe(0)
    expect((await place.run(['token', 'acme'], { env })).code).toBe(0)

    const [add, restart, rotate, status, retire, ...more] = linesOf('The master key')
    expect([restart, more]).toEqual(['systemctl restart postern', []])
    shell(add)
    await server.stop()
    server = await start()
    expect((await postern(rotate)).code).toBe(0)
    expect(await postern(status)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 .* yes /m),
    })
    expect((await postern(retire)).code).toBe(0)
    expect((await place.run(['token', 'acme'], { env })).code).toBe(0)
    expect((await server.stop()).code).toBe(0)
  })
})

describe('deploy/alerts.yaml', () => {
  test('asks for metrics and labels that /metrics has, with the access key that docs/operate.md makes', {
    timeout: 120_000,
  }, async () => {
    const place = createPlace()
    onTestFinished(place.remove)
    const { app } = await serveOrg(place, { users: 3 })
    const { url, env, close } = await servePostern('PGlite')
    onTestFinished(close)
    mkdirSync(place.path('out'))
    for (const args of [
      ['connect', 'acme', ...app],
      ['sink', 'add', 'files', '--kind', 'jsonl', '--set', `path=${place.path('out')}`],
      ['feed', 'add', 'people', '--connection', 'acme', '--input', 'users', '--sink', 'files'],
      ['feed', 'run', 'people'],
    ]) {
      expect([args, (await place.run(args, { env })).code]).toEqual([args, 0])
    }
    const [line = ''] = linesOf('Watch it')
    const [, command = ''] =
      /^\(umask 077; postern (.*) > \/etc\/prometheus\/postern\.key\)$/.exec(line) ?? []
    const { stdout: key } = await place.run(command.replaceAll("'", '').split(' '), { env })
    const ask = () =>
      fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key.trim()}` } })
    // What the first answer took is counted in the second.
    await (await ask()).text()
    const answer = await ask()
    expect(answer.status).toBe(200)
    const series = new Map<string, Set<string>>()
    for (const [, name = '', labels = ''] of (await answer.text()).matchAll(
      /^(\w+)(?:\{(.*)\})? [-\d.e+]+$/gm,
    )) {
      const known = series.get(name) ?? new Set()
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
      series.set(name, known)
    }
    // Prometheus itself adds these.
    series.set('up', new Set())
    const own = ['instance', 'job']
    expect(rules.length).toBeGreaterThan(10)
    for (const { alert, expr, annotations } of rules) {
      const names = [...expr.matchAll(/\b(?:up|(?:postern|process|nodejs)_\w+)\b/g)].map(
        ([name]) => name,
      )
      expect(names.length, alert).toBeGreaterThan(0)
      const labels = new Set(own)
      for (const name of names) {
        expect([...series.keys()], alert).toContain(name)
        for (const label of series.get(name) ?? []) labels.add(label)
      }
      const used = [
        ...expr.matchAll(/(\w+)=~?"/g),
        ...Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]),
      ]
      for (const [, label] of used) expect([...labels], alert).toContain(label)
    }
  })

  test('names commands that there are, each with a remedy', async () => {
    const { stdout } = await createPlace().run(['--help'])
    for (const { alert, annotations } of rules) {
      expect(annotations.remedy, alert).toMatch(/\.$/)
      for (const [, command = ''] of annotations.remedy.matchAll(/\bpostern ([a-z-]+)/g)) {
        expect(stdout, alert).toMatch(new RegExp(`^ +${command}\\b`, 'm'))
      }
    }
  })
})
