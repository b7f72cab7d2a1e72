import {
	chmodSync,
	closeSync,
	constants,
	existsSync,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './sandbox-launch.ts'

// Compiled code of the runner's own part of a sandbox, made by one that has loaded no runbook yet. Every sandbox gets a copy:
// Node uses a compile cache only where it may write it, and what one sandbox writes must never be run by another.

/** Where the cache lies, and the program that made it: code that another one compiled is of no use. */
export type CompileCachePlace = { folder: string; cacheKey: string }

const allCaches = (folder: string) => join(folder, 'compile-cache')
const cacheOf = ({ folder, cacheKey }: CompileCachePlace) => join(allCaches(folder), cacheKey)

/** Whether there is a compile cache of this program's. */
export function hasCompileCache(place: CompileCachePlace): boolean {
	return existsSync(cacheOf(place))
}

/** Keeps what the sandbox in `own` has compiled, as far as it is that of user `uid`, and drops what other programs had. */
export function keepCompileCache({ folder, cacheKey }: CompileCachePlace, own: string, uid: number): void {
	const part = `${allCaches(folder)}.new`
	rmSync(part, { recursive: true, force: true })
	rmSync(allCaches(folder), { recursive: true, force: true })
	mkdirSync(part, { mode: 0o700 })
	// Node keeps its files in one folder per version of Node.
	for (const version of readdirSync(cacheFolder(own))) {
		const kept = join(part, cacheKey, version)
		mkdirSync(kept, { recursive: true })
		for (const file of readdirSync(join(cacheFolder(own), version))) copyOwned(join(cacheFolder(own), version, file), join(kept, file), uid)
	}
	renameSync(part, allCaches(folder))
}

/** Only what is that user's: the folder is, too, and a link in it could lead to what only the runner may read. */
function copyOwned(from: string, to: string, uid: number): void {
	let descriptor: number
	try {
		descriptor = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
	} catch {
		return
	}
	try {
		const found = fstatSync(descriptor)
		if (!found.isFile() || found.uid !== uid) return
		writeFileSync(to, readFileSync(descriptor))
		// A copy is the runner's and has its mode: the user of the sandboxes has to be able to read it.
		chmodSync(to, 0o644)
	} finally {
		closeSync(descriptor)
	}
}

/** Gives the sandbox in `own` its copy, if there is one to copy. */
export async function copyCompileCache(place: CompileCachePlace, own: string): Promise<void> {
	if (!hasCompileCache(place)) return
	const from = cacheOf(place)
	// All at once, because cp takes them one after the other, ten times as long.
	const copies = (await readdir(from)).map(async (version) => {
		await mkdir(join(cacheFolder(own), version), { recursive: true })
		const files = await readdir(join(from, version))
		await Promise.all(files.map((file) => copyFile(join(from, version, file), join(cacheFolder(own), version, file))))
	})
	await Promise.all(copies)
}
