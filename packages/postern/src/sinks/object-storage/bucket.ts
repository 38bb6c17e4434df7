/** @module A bucket: objects put, read and removed, and why that did not go. */

import type { S3Client } from '@aws-sdk/client-s3'
import { PosternError, showHostile } from '@postern/core'
import { parseOutboundUrl } from '../../http/outbound-url.ts'
import type { SinkContext } from '../sink.ts'
import { SinkError } from '../sink-error.ts'
import { TransportHandler } from './request-handler.ts'
import type { ObjectStorageSettings } from './settings.ts'

/** The client's package; it is no dependency of ours. */
type ClientPackage = typeof import('@aws-sdk/client-s3')

/** What to put where. */
export interface NewObject {
  readonly key: string
  readonly body: Uint8Array
  readonly contentType: string
  /** Only where the object is still the one that has this tag, or is not there where it is `none`. */
  readonly ifTag?: string | undefined
}

/** An object that was read. */
export interface StoredText {
  readonly text: string
  readonly tag: string | undefined
}

/** The bucket of a sink. */
export class Bucket {
  readonly #client: S3Client
  readonly #package: ClientPackage
  readonly #settings: ObjectStorageSettings

  constructor(client: S3Client, clientPackage: ClientPackage, settings: ObjectStorageSettings) {
    this.#client = client
    this.#package = clientPackage
    this.#settings = settings
  }

  /** @returns false where the condition did not hold, and nothing was put. */
  async put({ key, body, contentType, ifTag }: NewObject, signal?: AbortSignal): Promise<boolean> {
    const command = new this.#package.PutObjectCommand({
      Bucket: this.#settings.bucket,
      Key: key,
      Body: body,
      ContentType: contentType,
      ...(ifTag === undefined ? {} : ifTag === 'none' ? { IfNoneMatch: '*' } : { IfMatch: ifTag }),
    })
    const put = await this.#within((abortSignal) => this.#client.send(command, { abortSignal }), {
      signal,
      // 412: another one is there. 409: another one is just being put. 404: it was removed.
      expected: ifTag === undefined ? [] : [404, 409, 412],
    })
    return put !== undefined
  }

  /** @returns undefined where there is no such object. */
  async get(key: string, signal?: AbortSignal): Promise<StoredText | undefined> {
    const command = new this.#package.GetObjectCommand({ Bucket: this.#settings.bucket, Key: key })
    const read = async (abortSignal: AbortSignal): Promise<StoredText> => {
      const { Body: body, ETag: tag } = await this.#client.send(command, { abortSignal })
      return { text: (await body?.transformToString()) ?? '', tag }
    }
    return this.#within(read, { signal, expected: ['NoSuchKey'] })
  }

  async remove(key: string, signal?: AbortSignal): Promise<void> {
    const command = new this.#package.DeleteObjectCommand({
      Bucket: this.#settings.bucket,
      Key: key,
    })
    await this.#within((abortSignal) => this.#client.send(command, { abortSignal }), {
      signal,
      expected: [],
    })
  }

  close(): void {
    this.#client.destroy()
  }

  /** Runs one call. @returns undefined for a refusal that is expected. */
  async #within<Result>(
    call: (signal: AbortSignal) => Promise<Result>,
    options: {
      readonly signal: AbortSignal | undefined
      readonly expected: readonly (number | string)[]
    },
  ): Promise<Result | undefined> {
    const { signal, expected } = options
    signal?.throwIfAborted()
    const timeout = AbortSignal.timeout(this.#settings.timeoutMs)
    try {
      return await call(signal === undefined ? timeout : AbortSignal.any([signal, timeout]))
    } catch (error) {
      signal?.throwIfAborted()
      const { status, name } = answerOf(error)
      if (expected.includes(name) || (status !== undefined && expected.includes(status))) {
        return undefined
      }
      throw explain(error, { status, name })
    }
  }
}

/**
 * Opens the bucket of a sink.
 *
 * @param importClient - gives the client's package; the parameter is for a place where it is not installed
 * @throws {SinkError} `sink_client_missing`, `sink_settings_invalid`
 */
export async function openBucket(
  { settings, secrets, transport, dev }: SinkContext<ObjectStorageSettings>,
  importClient: () => Promise<ClientPackage> = () => import('@aws-sdk/client-s3'),
): Promise<Bucket> {
  const { accessKeyId, secretAccessKey, sessionToken } = secrets
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new SinkError(
      'sink_settings_invalid',
      'An access key is two secrets, and one is not there.',
      {
        remedy:
          'Enter accessKeyId and secretAccessKey, or neither where this machine has credentials of its own.',
      },
    )
  }
  const { endpoint } = settings
  const url = endpoint === undefined ? undefined : parseOutboundUrl(endpoint, { dev })
  const clientPackage = await importClient().catch(() => {
    throw new SinkError('sink_client_missing', 'The client for object storage is not installed.', {
      remedy: 'Install it beside Postern: npm install @aws-sdk/client-s3',
    })
  })
  const client = new clientPackage.S3Client({
    region: settings.region,
    forcePathStyle: settings.pathStyle,
    // The batch is written again later, with the waiting that all sinks have.
    maxAttempts: 1,
    requestHandler: new TransportHandler(transport),
    ...(url === undefined
      ? {}
      : // Others do not know Amazon's newer checksums; the signature covers the body.
        { endpoint: url, requestChecksumCalculation: 'WHEN_REQUIRED' }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: async () => ({
            accessKeyId: accessKeyId.reveal(),
            secretAccessKey: secretAccessKey.reveal(),
            ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
          }),
        }),
  })
  return new Bucket(client, clientPackage, settings)
}

interface Answer {
  readonly status: number | undefined
  readonly name: string
}

/** The status and the name of a refusal. Whatever else the client's error has can hold the request. */
function answerOf(error: unknown): Answer {
  if (!(error instanceof Error)) return { status: undefined, name: 'unknown' }
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined
  return {
    status: typeof status === 'number' ? status : undefined,
    name: showHostile(error.name, { maxCharacters: 64 }),
  }
}

const CREDENTIALS_REFUSED: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidToken',
])

function explain(error: unknown, { status, name }: Answer): SinkError {
  if (error instanceof PosternError && status === undefined) {
    const { message, remedy, code: reason } = error
    return new SinkError('sink_unreachable', message, { remedy, details: { reason } })
  }
  const details = { status, name }
  const observed = `The storage answered ${status ?? 'nothing'} (${name}).`
  if (CREDENTIALS_REFUSED.has(name) || status === 401 || status === 403) {
    return new SinkError('sink_unauthorized', observed, {
      remedy:
        'Check the access key, and that it may s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket.',
      details,
    })
  }
  if (status === 429 || name === 'SlowDown') {
    return new SinkError('sink_rate_limited', observed, {
      remedy: 'Nothing needs to be done: the batch is sent again later.',
      details,
    })
  }
  if (status === undefined || status === 408 || (status >= 500 && status !== 501)) {
    return new SinkError('sink_unreachable', observed, {
      remedy: 'Check that the storage runs, and that it can be reached from here.',
      details,
    })
  }
  return new SinkError('sink_rejected', observed, {
    remedy: 'Check the bucket, the region, the endpoint and pathStyle.',
    details,
  })
}
