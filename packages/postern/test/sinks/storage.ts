/** @module Object storage for tests: a real server of the S3 protocol, on this machine. */

import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import S3rver from 's3rver'
import { inject } from 'vitest'

/** The bucket that every storage has. */
export const bucket = 'records'

/** What signs requests to it. */
export const accessKey = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } as const

/** A running storage. */
export interface TestStorage {
  readonly url: string
  /** What is in the bucket, by key. @param within - what the keys have in them; default: all. */
  read(within?: string): Promise<ReadonlyMap<string, Buffer>>
  /** Loses an object. */
  lose(key: string): Promise<void>
  close(): Promise<void>
}

/** Starts a storage with an empty bucket. */
export async function startStorage(): Promise<TestStorage> {
  const directory = await mkdtemp(path.join(inject('runFolder'), 's3-'))
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory },
    configureBuckets: [{ name: bucket, configs: [] }],
  })
  const { store } = server
  const put = store.putObject.bind(store)
  // S3 keeps nothing of an upload that breaks off; this server would keep what had come.
  store.putObject = async (object) => {
    if (!Buffer.isBuffer(object.content)) {
      const chunks: Buffer[] = []
      for await (const chunk of object.content) chunks.push(chunk)
      object.content = Buffer.concat(chunks)
    }
    return put(object)
  }
  const { port } = await server.run()
  const url = `http://127.0.0.1:${port}`
  const client = new S3Client({
    ...{ region: 'us-east-1', endpoint: url, forcePathStyle: true },
    credentials: accessKey,
  })
  let isClosed = false
  return {
    url,
    lose: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
    read: async (within = '') => {
      const found: string[] = []
      for await (const { Contents: page = [] } of paginateListObjectsV2(
        { client },
        { Bucket: bucket },
      )) {
        found.push(...page.flatMap(({ Key: key }) => key ?? []))
      }
      const keys = found.filter((key) => key.includes(within)).toSorted()
      const objects = keys.map(async (key) => {
        const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        return [key, Buffer.from((await body?.transformToByteArray()) ?? [])] as const
      })
      return new Map(await Promise.all(objects))
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      client.destroy()
      await server.close()
    },
  }
}
