/** @module The reference part of docs/emulator.md, made from the routes, faults, assumptions and limits themselves. */

import { type AssumptionName, assumptions, describeQuantity } from './assumptions.ts'
import type { Fault } from './faults/fault.ts'
import { occasionParameters } from './faults/occasion.ts'
import { describeParameter } from './faults/parameter.ts'
import { faults } from './faults/registry.ts'
import { buckets, concurrency } from './http/buckets.ts'
import { isPublic, type Route } from './http/route.ts'
import { routes } from './routes.ts'

/**
 * The reference as Markdown: endpoints, faults, assumptions, editions. The same code gives the same text.
 *
 * @param settledBy - for each assumption, how a real org is asked about it, or why it cannot be.
 */
export function renderReference(settledBy: Readonly<Record<AssumptionName, string>>): string {
  const [misconfigurations, disturbances] = (['misconfiguration', 'disturbance'] as const).map(
    (kind) => faults.filter((fault) => fault.kind === kind).map(faultRow),
  )
  return [
    section('Endpoints', [
      'A `.manage` scope does for the `.read` scope of its name. A dash is no scope or permission: anybody may call, or the',
      'endpoint decides by itself.',
      '',
      table(
        ['Method', 'Path', 'Scope', 'Role must allow', 'Bucket', 'What it does'],
        routes.map(routeRow),
      ),
    ]),
    section('Faults: what an administrator or the world did', [
      'The org is changed, and answers by its own logic. Switching the fault off puts back what it changed.',
      '',
      table(faultColumns, misconfigurations ?? []),
    ]),
    section('Faults: what happens on the way', [
      'Each of these takes, beside its own, the parameters that choose the exchanges:',
      '',
      ...Object.entries(occasionParameters).map(
        ([name, shape]) => `- \`${name}\`: ${parameterText(shape)}`,
      ),
      '',
      table(faultColumns, disturbances ?? []),
    ]),
    section('Assumptions', [
      'What public sources leave open about Okta. Each is a choice; the first one is the default. The last column says what',
      '`postern emulator compare` asks of a real org, or why it cannot ask.',
      '',
      table(
        ['Name', 'Question', 'Answers', 'Asked of a real org'],
        Object.entries(assumptions).map(([name, assumption]) => [
          code(name),
          assumption.question,
          'choices' in assumption
            ? assumption.choices.map(code).join(', ')
            : `${describeQuantity(assumption.unit)}; default ${assumption.default}`,
          settledBy[name as AssumptionName],
        ]),
      ),
    ]),
    section('Editions and rate limits', [
      'Requests a minute of the whole org; an API token or app gets half of it. `unlimited` has no limit worth the name.',
      '',
      table(
        ['Bucket', 'integrator', 'enterprise', 'workforce'],
        [
          ...Object.entries(buckets).map(([name, limits]) => [
            code(name),
            String(limits.integrator),
            String(limits.enterprise),
            String(limits.workforce),
          ]),
          [
            'requests at the same time',
            String(concurrency.integrator),
            String(concurrency.enterprise),
            String(concurrency.workforce),
          ],
        ],
      ),
    ]),
  ].join('\n')
}

const faultColumns = ['Name', 'What is wrong', 'What a client sees', 'Parameters']

function routeRow(route: Route): readonly string[] {
  const guarded = isPublic(route) ? undefined : route
  return [
    route.method,
    code(route.path),
    guarded === undefined ? '-' : code(guarded.scope),
    guarded?.permission === undefined ? '-' : code(guarded.permission),
    code(route.bucket),
    route.summary,
  ]
}

function faultRow({ name, summary, answers, parameters = {} }: Fault): readonly string[] {
  const own = Object.entries(parameters).filter(([key]) => !Object.hasOwn(occasionParameters, key))
  const texts = own.map(([key, shape]) => `${code(key)}: ${parameterText(shape)}`)
  return [code(name), summary, answers, texts.join('<br>')]
}

function parameterText(shape: Parameters<typeof describeParameter>[0]): string {
  const otherwise = shape.default === undefined ? '' : `, default ${code(String(shape.default))}`
  return `${shape.meaning} (${describeParameter(shape)}${otherwise})`
}

function section(title: string, lines: readonly string[]): string {
  return [`## ${title}`, '', ...lines, ''].join('\n')
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}
