import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { StorePlace } from '../conformance/store-place.ts'
import { keptLog } from './kept-log.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A folder of its own for a SQLite store. It has one client, whose calls race with each other. */
export async function sqlitePlace(): Promise<StorePlace & { dataDir: string }> {
	const folder = temporaryFolder()
	const dataDir = join(folder.path, 'data')
	return {
		dataDir,
		open: ({ queueLimit = 1_000, clock = systemClock } = {}) =>
			openStorage(
				{ dataDir, queueLimit, retentionDays: 30, retentionJobs: 1_000_000, retentionMb: 10_240, diskLowMb: undefined },
				{ clock, log: keptLog() },
			),
		second: async (first) => first,
		[Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
	}
}
