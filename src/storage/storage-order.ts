// What the command line and the process that copies or backs up a store say to each other, over Node's IPC channel.
import type { BackedUp } from './copy/back-up-store.ts'
import type { Copied } from './copy/copy-storage.ts'

/** What is to be done; the first and only message. Places are a data folder, a file, a `postgres://` URL, or `env:` and the name of a variable that has one. */
export type StorageOrder =
	| { kind: 'copy'; from: string; to: string; stopJobs: boolean }
	/** Without `from`: the data folder of the settings. */
	| { kind: 'backUp'; from: string | undefined; to: string }

/** What came of it: progress and then an end, with sentences on what else the installation needs. */
export type StorageReport =
	| { kind: 'progress'; activity: string; written: number; count: number }
	| { kind: 'refused'; message: string }
	| { kind: 'interrupted' }
	| ({ kind: 'copied'; takeAlong: string[] } & Copied)
	| ({ kind: 'backedUp'; takeAlong: string[] } & BackedUp)
