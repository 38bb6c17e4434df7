/** An answer that the product may give to a case. */
export interface CorpusAnswer {
  readonly outcome: 'accepted' | 'rejected'
  readonly code?: string
  readonly detail?: string
  readonly normalised?: unknown
  readonly warnings?: readonly string[]
  readonly maxRequests?: number
}

/** One case of the corpus. What `context`, `input` and `normalised` hold depends on the category. */
export interface CorpusCase {
  readonly id: string
  readonly category: string
  readonly title: string
  readonly why?: string
  readonly context?: Readonly<Record<string, unknown>>
  readonly input: unknown
  readonly expect: CorpusAnswer
  readonly also?: readonly CorpusAnswer[]
}

/** Every case of every category. */
export function loadCases(dir?: string): CorpusCase[]

/** Bytes of an input that is one value (text, base64 or gen). */
export function bytesOf(input: unknown): Buffer

/** The answers a stub server gives, in order. */
export function responseOf(input: unknown): {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  readonly cut?: unknown
  readonly delayMs: number
  readonly bytesPerSecond?: number
}[]
