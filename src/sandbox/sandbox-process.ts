import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { killGroup } from './process-groups.ts'
import { removeContentAs } from './remove-as.ts'
import { cacheFolder, type LaunchSettings, workFolder } from './sandbox-launch.ts'
import type { SandboxUser } from './sandbox-user.ts'

export type SandboxFacts = {
	sandboxId: string
	launch: LaunchSettings
	arguments: string[]
	environment: Record<string, string>
	workFolder: string
	/** Whom it runs as; undefined: as the runner. */
	user: SandboxUser | undefined
	/** Told the number of the process at once. It gets no order before this resolves. */
	spawned: (pid: number) => Promise<void>
	/** Whether the system has ended a process of it for its memory. */
	ranOutOfMemory: () => boolean
	/** Whether its watchdog may be told that the runner lives. */
	mayPing: () => boolean
	/** Ends a start that is under way. */
	signal: AbortSignal
}

/** How long what a process wrote may take to arrive after its end, milliseconds. */
const OUTPUT_TIME_MAX = 1_000
/** Files and folders that are removed by another program, which is given their names; with more in it, its sandbox goes instead. */
const EMPTIED_PATHS_MAX = 100

/**
 * Starts the process of a sandbox, as the leader of a process group. Throws an Error when the system refuses.
 * `admitted` rejects with what `facts.spawned` rejects with; then nothing of it is left.
 */
export async function spawnSandbox(facts: SandboxFacts): Promise<{ child: ChildProcess; admitted: Promise<void> }> {
	const child = spawn(process.execPath, facts.arguments, {
		cwd: facts.workFolder,
		env: facts.environment,
		...facts.user,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
	})
	child.on('error', () => undefined)
	if (child.pid === undefined) {
		const [error] = (await once(child, 'error')) as [Error]
		throw new Error(`A sandbox could not be started: ${error.message}.`, { cause: error })
	}
	const { pid } = child
	const admitted = facts.spawned(pid).catch((error) => {
		killGroup(pid)
		throw error
	})
	return { child, admitted }
}

/** Until the process has ended and all it wrote was read. */
export async function untilGone(child: ChildProcess, outputs: Readable[]): Promise<void> {
	const closed = Promise.all(outputs.map((output) => new Promise((resolve) => output.once('close', resolve))))
	await once(child, 'exit')
	// A program that left the group may hold a pipe open for as long as it likes. One that is paused waits for the store, and has all its time.
	const timer = setInterval(() => {
		for (const output of outputs) if (!output.isPaused()) output.destroy()
	}, OUTPUT_TIME_MAX)
	await closed
	clearInterval(timer)
}

/** Whether an error tells of a full disk or of a system without room for a process: it may pass, and no job is to blame. */
export function passingCause(error: unknown): boolean {
	const { code, cause } = error as NodeJS.ErrnoException
	const codes = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']
	return codes.includes(code ?? '') || (cause instanceof Error && passingCause(cause))
}

/** Gives a sandbox's own folder, as the runner has made it, to the user that the sandbox runs as. */
export function giveFolder(own: string, user: SandboxUser): void {
	const cache = cacheFolder(own)
	const ofCache = existsSync(cache) ? [cache, ...readdirSync(cache).map((name) => join(cache, name))] : []
	// Its own folder last: from then on that user's programs can change what is in it.
	for (const folder of [...ofCache, workFolder(own), own]) chownSync(folder, user.uid, user.gid)
}

/** Removes all that is in a folder; with the rights of `user`, where it is that user's. Throws an Error when something remains. */
export async function emptyFolder(folder: string, user: SandboxUser | undefined): Promise<void> {
	const paths = readdirSync(folder).map((name) => join(folder, name))
	if (paths.length === 0) return
	if (!user) {
		for (const path of paths) await rm(path, { recursive: true, force: true })
		return
	}
	if (paths.length > EMPTIED_PATHS_MAX) throw new Error('there is too much in it')
	await removeContentAs(user, paths)
	if (readdirSync(folder).length > 0) throw new Error('something in it cannot be removed')
}
