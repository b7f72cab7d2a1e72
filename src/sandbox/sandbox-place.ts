import { existsSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MEMORY_OVERHEAD_MB } from '../limits.ts'
import { type CompileCachePlace, copyCompileCache } from './compile-cache.ts'
import type { MemoryGroups } from './memory-groups.ts'
import { companions, forgetProcessGroup, killStrays, noteProcessGroup, notesFolder } from './process-groups.ts'
import { removeAs } from './remove-as.ts'
import { type LaunchSettings, mayStartPrograms, workFolder } from './sandbox-launch.ts'
import { giveFolder } from './sandbox-process.ts'
import type { SandboxUser } from './sandbox-user.ts'

type Places = {
	/** That of all sandboxes. */
	folder: string
	user?: SandboxUser | undefined
	memoryGroups?: MemoryGroups | undefined
}

/** The folder in which each sandbox that runs has its own. */
export function runningFolder(folder: string): string {
	return join(folder, 'running')
}

/** What one sandbox has of the machine: its own folder, the note of its process group, and a control group where there are any. */
export class SandboxPlace {
	readonly sandboxId: string
	readonly #places: Places

	constructor(places: Places, sandboxId: string) {
		this.#places = places
		this.sandboxId = sandboxId
	}

	get folder(): string {
		return join(runningFolder(this.#places.folder), this.sandboxId)
	}

	/** Throws an Error when the system refuses; what was made remains. */
	async make(cache: CompileCachePlace, { memoryMb }: LaunchSettings): Promise<void> {
		const { user, memoryGroups } = this.#places
		mkdirSync(this.folder, { recursive: true, mode: 0o700 })
		mkdirSync(workFolder(this.folder))
		// Without it the sandbox only takes longer to start.
		await copyCompileCache(cache, this.folder).catch(() => undefined)
		if (user) giveFolder(this.folder, user)
		memoryGroups?.make(this.sandboxId, (memoryMb + MEMORY_OVERHEAD_MB) * 1024 * 1024)
	}

	/** Notes its process at once and resolves when it is taken in, until when it must get no order. Throws an Error when the system refuses. */
	async spawned(pid: number): Promise<void> {
		noteProcessGroup(notesFolder(this.#places.folder), pid, this.sandboxId)
		await this.#places.memoryGroups?.add(this.sandboxId, pid)
	}

	/** Whether the system has ended a process of it for its memory. */
	ranOut(): boolean {
		return this.#places.memoryGroups?.ranOut(this.sandboxId) ?? false
	}

	/** How many programs run that the process of that number has left. */
	companions(pid: number, { permissions }: LaunchSettings): number {
		if (!mayStartPrograms(permissions)) return 0
		const { memoryGroups } = this.#places
		return memoryGroups ? memoryGroups.processes(this.sandboxId).filter((other) => other !== pid).length : companions(pid, this)
	}

	/** Ends what its process left running, and removes all else. */
	async remove({ permissions }: LaunchSettings): Promise<void> {
		const { folder, user, memoryGroups } = this.#places
		if (memoryGroups) await memoryGroups.remove(this.sandboxId)
		else if (mayStartPrograms(permissions)) await killStrays(this)
		forgetProcessGroup(notesFolder(folder), this.sandboxId)
		if (user && existsSync(this.folder)) await removeAs(user, this.folder)
		else await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
	}
}
