import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../errors.ts'

/** Someone else holds the lock. Source: sqlite.org/rescode.html */
const SQLITE_BUSY = 5

/**
 * Holds a data folder for one runner, until it is disposed or the process ends in whatever way.
 * The lock is in a database of its own, so that the store stays open to readers such as a backup. Throws a StartError when another runner has it.
 */
export function lockDataFolder(dataDir: string): Disposable {
	const file = join(dataDir, 'runner.lock')
	try {
		const database = new DatabaseSync(file, { timeout: 0 })
		// Left open where it throws: the process is about to end.
		database.exec('BEGIN EXCLUSIVE')
		return { [Symbol.dispose]: () => database.close() }
	} catch (cause) {
		const { errcode, message } = cause as Error & { errcode?: number }
		const sentence =
			errcode === SQLITE_BUSY
				? `Another runner uses the data folder ${dataDir}: end it first, or set RUNHOOK_DATA_DIR to another folder.`
				: `The data folder ${dataDir} cannot be locked: ${message}.`
		throw new StartError(sentence, { cause })
	}
}
