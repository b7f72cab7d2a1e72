import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from '../errors.ts'
import { SECRET_KEY_BYTES } from './sealed-value.ts'

/** The keys that a file holds, one a line in base64, the one in force first; undefined when there is no file. Throws a StartError. */
export function readKeyFile(file: string): Buffer[] | undefined {
	let lines: string[]
	try {
		lines = readFileSync(file, 'utf8')
			.split('\n')
			.map((line) => line.trim())
			.filter((line) => line !== '')
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
		throw new StartError(`The key file ${file} cannot be read: ${(cause as Error).message}.`, { cause })
	}
	const keys = lines.map((line) => Buffer.from(line, 'base64'))
	if (keys.length === 0 || keys.some(({ length }) => length !== SECRET_KEY_BYTES))
		throw new StartError(`The key file ${file} is damaged: each line of it must hold ${SECRET_KEY_BYTES} bytes in base64.`)
	return keys
}

/** Writes a key file whole or not at all, for its owner alone; it lasts when this returns. */
export function writeKeyFile(file: string, keys: readonly Uint8Array[]): void {
	const next = `${file}.next`
	rmSync(next, { force: true })
	const descriptor = openSync(next, 'wx', 0o600)
	try {
		writeSync(descriptor, keys.map((key) => `${Buffer.from(key).toString('base64')}\n`).join(''))
		fsyncSync(descriptor)
	} finally {
		closeSync(descriptor)
	}
	renameSync(next, file)
	const folder = openSync(dirname(file), 'r')
	try {
		fsyncSync(folder)
	} finally {
		closeSync(folder)
	}
}

/** Takes a key file from everyone but its owner; whether others could read it before. A mounted volume may have opened it. */
export function closeKeyFile(file: string): boolean {
	const isOpen = (statSync(file).mode & 0o077) !== 0
	try {
		if (isOpen) chmodSync(file, 0o600)
	} catch {
		// It belongs to someone else, who decides.
	}
	return isOpen
}
