import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { VARIABLE_LENGTH_MAX } from '../limits.ts'
import { UnreadableAssetError } from './asset-store.ts'

/** A character has at most four bytes. */
const BYTES_MAX = 4 * VARIABLE_LENGTH_MAX

/**
 * The text of a file that is mounted as a secret, without the end of its last line and without a byte order mark; undefined where there is none. Names compare
 * without regard to case. Throws an UnreadableAssetError when it cannot be read.
 */
export async function readSecretFile(folder: string, ...names: string[]): Promise<string | undefined> {
	let path = folder
	for (const name of names) {
		const found = (await namesIn(path)).filter((each) => each.toLowerCase() === name.toLowerCase())
		if (found.length === 0) return undefined
		path = join(path, found.find((each) => each === name) ?? found[0]!)
	}
	try {
		if ((await stat(path)).size > BYTES_MAX) throw new Error(`it has more than ${BYTES_MAX} bytes`)
		return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)).replace(/\r?\n$/, '')
	} catch (cause) {
		if (isMissing(cause)) return undefined
		throw new UnreadableAssetError(`The file ${path} cannot be read: ${(cause as Error).message}.`, { cause })
	}
}

/** What a folder of secrets holds; nothing where it is not there. Kubernetes keeps files of its own beside, with a dot before their names. */
export async function namesIn(...path: string[]): Promise<string[]> {
	const folder = join(...path)
	try {
		return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
	} catch (cause) {
		if (isMissing(cause)) return []
		throw new UnreadableAssetError(`The folder ${folder} cannot be read: ${(cause as Error).message}.`, { cause })
	}
}

function isMissing(error: unknown): boolean {
	return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}
