/** @module What of s3rver the tests use; it has no types of its own. */

declare module 's3rver' {
  interface S3rverOptions {
    readonly address: string
    /** 0: any that is free. */
    readonly port: number
    readonly silent: boolean
    readonly directory: string
    readonly configureBuckets: readonly {
      readonly name: string
      readonly configs: readonly string[]
    }[]
  }

  interface UploadedObject {
    content: Buffer | AsyncIterable<Buffer>
  }

  class S3rver {
    constructor(options: S3rverOptions)
    readonly store: { putObject(object: UploadedObject): Promise<unknown> }
    run(): Promise<{ readonly port: number }>
    close(): Promise<void>
  }

  export = S3rver
}
