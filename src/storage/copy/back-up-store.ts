import { randomUUID } from 'node:crypto'
import { renameSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { StartError } from '../../errors.ts'
import { BACKUP_STEP_PAGES } from '../../limits.ts'
import { closeToOthers } from '../data-folder.ts'
import { flush, openToRead, removeStore } from './sqlite-copy.ts'

export type BackedUp = { file: string; bytes: number }

type Parts = { from: string; to: string; progress: (written: number, count: number) => void; signal: AbortSignal }

/**
 * Writes a store as it stands at this moment into a new file, while a runner goes on with it. The file has its name once it is whole.
 * Throws a StartError when there is one of that name, or it cannot be written.
 */
export async function backUpStore({ from, to, progress, signal }: Parts): Promise<BackedUp> {
	const file = resolve(to)
	const refuseExisting = () => {
		const found = statSync(file, { throwIfNoEntry: false })
		if (found?.isDirectory()) throw new StartError(`--to: ${file} is a folder; allowed is a file that is not there yet.`)
		if (found) throw new StartError(`There is a file ${file} already: a backup writes over none.`)
	}
	refuseExisting()
	// Its own: of two backups to one file neither may touch what the other one is writing.
	const part = `${file}.${randomUUID()}.part`
	using opened = new DisposableStack()
	// It stays as it was read first: else whatever the runner writes would make the backup begin anew.
	const db = opened.adopt(openToRead(from), (each) => each.close())
	closeToOthers(part)
	opened.defer(() => removeStore(part))
	const step = {
		rate: BACKUP_STEP_PAGES,
		progress({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) {
			signal.throwIfAborted()
			progress(totalPages - remainingPages, totalPages)
		},
	}
	try {
		await backup(db, part, step)
		signal.throwIfAborted()
		makePlain(part)
		flush(part)
		refuseExisting()
		renameSync(part, file)
		flush(dirname(file))
	} catch (cause) {
		if (signal.aborted || cause instanceof StartError) throw cause
		throw new StartError(`The backup ${file} cannot be written: ${(cause as Error).message}.`, { cause })
	}
	return { file, bytes: statSync(file).size }
}

/** One file that can be read where nothing can be written: a runner that takes it over has its log beside it again. */
function makePlain(file: string): void {
	using db = new DatabaseSync(file)
	db.exec('PRAGMA journal_mode = DELETE')
}
