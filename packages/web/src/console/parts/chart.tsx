/** @module A chart over time: drawn for the eyes, read value by value with the arrow keys, and a table behind it. */

import { type MouseEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { numberTicks, timeTicks } from './chart-scale.ts'
import { shortNumberText } from './number-text.ts'
import { clockText, dayText, exactText } from './time-text.ts'

/** What is drawn: bars that stand on each other, or a line over them. */
export interface Series {
  readonly name: string
  readonly kind: 'bars' | 'failures' | 'line'
  /** One for each bin; null where nothing is known. */
  readonly values: readonly (number | null)[]
}

const HEIGHT = 168
const LEFT = 44
const RIGHT = 8
const TOP = 8
const BOTTOM = 22
// Half of `23:59`, or of `12-31`.
const HALF_LABEL = 17
const DAY_MS = 86_400_000

/** The chart. @param of.at - the beginning of each bin. @param of.binSeconds - how long each is. */
export function Chart(of: {
  readonly title: string
  readonly at: readonly Date[]
  readonly binSeconds: number
  readonly series: readonly Series[]
  readonly format?: (value: number) => string
  /** Takes the beginning of a bin that was chosen, with a click or with Enter. */
  readonly onChoose?: (from: Date) => void
  /** Says what choosing does. */
  readonly chooseHint?: string
}): ReactNode {
  const { title, at, binSeconds, series, format = shortNumberText, onChoose, chooseHint } = of
  const [place, width] = useWidth()
  const [chosen, setChosen] = useState<number>()
  const id = useId()
  const last = at.length - 1
  const shown = Math.min(chosen ?? last, last)
  const wordsOf = (index: number) =>
    `${exactText(at[index] ?? new Date(0))}: ${series
      .map(({ name, values }) => `${name} ${textOf(values[index], format)}`)
      .join(', ')}`
  const binAt = (event: MouseEvent<HTMLElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - left - LEFT) / (width - LEFT - RIGHT)
    return Math.min(last, Math.max(0, Math.floor(share * at.length)))
  }
  const choose = (index: number) => {
    const from = at[index]
    if (from !== undefined) onChoose?.(from)
  }
  const [from] = at
  if (from === undefined) return null
  return (
    <figure className="chart" aria-labelledby={`${id}-title`}>
      <figcaption className="chart-head">
        <span id={`${id}-title`} className="chart-title">
          {title}
        </span>
        <span className="chart-legend">
          {series.map(({ name, kind }) => (
            <span className={`legend is-${kind}`} key={name}>
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the slider in it takes the keys */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the slider in it is what is operated */}
      <div
        className={onChoose === undefined ? 'chart-place' : 'chart-place is-choosable'}
        ref={place}
        onPointerMove={(event) => setChosen(binAt(event))}
        onPointerLeave={() => setChosen(undefined)}
        onClick={(event) => choose(binAt(event))}
      >
        <Drawing
          width={width}
          at={at}
          from={from}
          to={new Date(from.getTime() + at.length * binSeconds * 1_000)}
          series={series}
          shown={chosen}
          format={format}
        />
        <input
          type="range"
          className="chart-cursor"
          min={0}
          max={last}
          value={shown}
          aria-label={texts.chart.cursor(title)}
          aria-valuetext={wordsOf(shown)}
          aria-describedby={chooseHint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          onBlur={() => setChosen(undefined)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') choose(shown)
          }}
        />
      </div>
      <p className="chart-said" aria-hidden="true">
        {wordsOf(shown)}
      </p>
      {chooseHint !== undefined && (
        <p className="quiet" id={`${id}-hint`}>
          {chooseHint}
        </p>
      )}
      <details className="chart-table">
        <summary>{texts.chart.table}</summary>
        <ChartTable title={title} at={at} series={series} format={format} />
      </details>
    </figure>
  )
}

function Drawing(of: {
  readonly width: number
  readonly at: readonly Date[]
  readonly from: Date
  readonly to: Date
  readonly series: readonly Series[]
  readonly shown: number | undefined
  readonly format: (value: number) => string
}): ReactNode {
  const { width, at, from, to, series, shown, format } = of
  const bars = series.filter(({ kind }) => kind !== 'line')
  const lines = series.filter(({ kind }) => kind === 'line')
  const sums = at.map((_, index) => bars.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
  const tops = [...sums, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))]
  const ticks = numberTicks(tops.reduce((most, value) => Math.max(most, value), 0))
  const most = ticks.at(-1) ?? 1
  const step = (width - LEFT - RIGHT) / at.length
  const x = (index: number) => LEFT + index * step
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most)
  const xAt = (date: Date) =>
    LEFT +
    ((width - LEFT - RIGHT) * (date.getTime() - from.getTime())) / (to.getTime() - from.getTime())
  // At an edge a label stands beside its tick: the drawing ends there.
  const labelAt = (date: Date) => Math.min(width - HALF_LABEL, xAt(date))
  const isLong = to.getTime() - from.getTime() > 2 * DAY_MS
  const gap = step > 4 ? 1 : 0
  return (
    <svg className="chart-drawing" viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="chart-line" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text className="chart-tick is-number" x={LEFT - 6} y={y(tick) + 4}>
            {format(tick)}
          </text>
        </g>
      ))}
      {timeTicks(from, to, Math.max(2, Math.floor(width / 110))).map((tick) => (
        <text className="chart-tick" x={labelAt(tick)} y={HEIGHT - 5} key={tick.getTime()}>
          {isLong ? dayText(tick).slice(5) : clockText(tick)}
        </text>
      ))}
      {shown !== undefined && (
        <rect
          className="chart-shown"
          x={x(shown)}
          y={TOP}
          width={step}
          height={HEIGHT - TOP - BOTTOM}
        />
      )}
      {at.map((date, index) => {
        let base = 0
        return bars.map(({ name, kind, values }) => {
          const value = values[index] ?? 0
          const foot = base
          base += value
          if (value === 0) return null
          return (
            <rect
              className={`chart-${kind}`}
              x={x(index) + gap / 2}
              y={y(base)}
              width={Math.max(0.5, step - gap)}
              height={Math.max(1, y(foot) - y(base))}
              key={`${name} ${date.getTime()}`}
            />
          )
        })
      })}
      {lines.map(({ name, values }) => (
        <path
          className="chart-path"
          d={pathOf(values, (index) => x(index) + step / 2, y)}
          key={name}
        />
      ))}
    </svg>
  )
}

/** A line through what is known; where nothing is, it breaks off. */
function pathOf(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, index) => {
      if (value === null) return ''
      const isFirst = index === 0 || (values[index - 1] ?? null) === null
      return `${isFirst ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    })
    .join('')
}

function ChartTable(of: {
  readonly title: string
  readonly at: readonly Date[]
  readonly series: readonly Series[]
  readonly format: (value: number) => string
}): ReactNode {
  const { title, at, series, format } = of
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys
    <section className="table-scroll" aria-label={title} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.chart.time}</th>
            {series.map(({ name }) => (
              <th scope="col" className="is-number" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {at.map((date, index) => (
            <tr key={date.getTime()}>
              <th scope="row">{exactText(date)}</th>
              {series.map(({ name, values }) => (
                <td className="is-number" key={name}>
                  {textOf(values[index], format)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function textOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? texts.none : format(value)
}

const FIRST_WIDTH = 640

/** How wide an element is, kept up to date. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(FIRST_WIDTH)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(200, entry.contentRect.width))
    })
    if (place.current !== null) observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  return [place, width] as const
}
