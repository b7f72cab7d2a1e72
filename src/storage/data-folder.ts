import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from '../errors.ts'

/** Others may be let through the folder: sandboxes of another user have their own in it. Throws a StartError. */
export function closeToOthers(file: string): void {
	try {
		closeSync(openSync(file, 'a', 0o600))
		if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
	} catch (cause) {
		throw new StartError(`The store ${file} cannot be used: ${(cause as Error).message}.`, { cause })
	}
}

/** Step by step: Node's own `recursive` never ends where a folder can hold none, as in /proc. */
function makeFolder(folder: string): void {
	const found = statSync(folder, { throwIfNoEntry: false })
	if (found?.isDirectory()) return
	if (!found) makeFolder(dirname(folder))
	mkdirSync(folder, { mode: 0o700 })
}

/** Throws a StartError when the data folder cannot be used. */
export function openFolder(dataDir: string): void {
	try {
		makeFolder(dataDir)
		accessSync(dataDir, constants.W_OK)
	} catch (cause) {
		throw new StartError(
			`The data folder ${dataDir} cannot be used: ${(cause as Error).message}. Set RUNHOOK_DATA_DIR to a folder that can be written.`,
			{ cause },
		)
	}
}
