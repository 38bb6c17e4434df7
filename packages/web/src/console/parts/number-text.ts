/** @module Numbers as text. */

const numbers = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** A number with its thousands apart. */
export function numberText(value: number): string {
  return numbers.format(value)
}

/** A number in little space: `1.2M`. */
export function shortNumberText(value: number): string {
  return Math.abs(value) < 10_000 ? numbers.format(value) : short.format(value)
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A number of bytes: `12 KiB`. */
export function bytesText(bytes: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const size = bytes / 1_024 ** step
  return `${size < 10 && step > 0 ? size.toFixed(1) : Math.round(size)} ${SIZES[step]}`
}
