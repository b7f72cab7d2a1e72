import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { StartError, StoreUnavailableError } from '../errors.ts'
import { SANDBOX_END_TIME_MAX, SANDBOX_JOBS_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { type CompileCachePlace, hasCompileCache, keepCompileCache } from './compile-cache.ts'
import { IdleSandboxes } from './idle-sandboxes.ts'
import type { MemoryGroups } from './memory-groups.ts'
import type { PackageBundle } from './package-bundle.ts'
import { killSurvivors, notesFolder } from './process-groups.ts'
import { Sandbox } from './sandbox.ts'
import { type LaunchSettings, launchArguments, launchEnvironment, workFolder } from './sandbox-launch.ts'
import { runningFolder, SandboxPlace } from './sandbox-place.ts'
import { emptyFolder, passingCause } from './sandbox-process.ts'
import type { SandboxUser } from './sandbox-user.ts'
import { SpareSandboxes } from './spare-sandboxes.ts'

type Parts = {
	/** Sandboxes have their folders in here; nothing else does. */
	folder: string
	runbooksDir: string
	environment: Record<string, string>
	/** Names the program: code compiled by another is of no use to its sandboxes. */
	cacheKey: string
	/** What sandboxes load packages from. Without it they load the packages themselves, which takes longer. */
	bundle?: PackageBundle | undefined
	/** Whom sandboxes run as; undefined: as the runner. */
	user?: SandboxUser | undefined
	/** Bound the memory that sandboxes hold; undefined where the system lets the runner make none. */
	memoryGroups?: MemoryGroups | undefined
	/** Whether sandboxes may be told that the runner lives; without it they always are. Those that are not told in time end. */
	mayPing?: () => boolean
	/** Warm sandboxes without a job that are kept at the most. */
	idleMax: number
	/** Spares kept per launch settings. */
	spareCount: number
	meter?: Pick<Meter, 'sandboxTaken' | 'sandboxStarted'>
	log: Log
}

/** Sandboxes: warm ones by runbook content, and spares started ahead by launch settings. */
export class SandboxPool {
	readonly #parts: Parts
	readonly #cache: CompileCachePlace
	readonly #idle: IdleSandboxes
	readonly #spares: SpareSandboxes
	readonly #all = new Set<Sandbox>()
	readonly #starting = new Set<Promise<Sandbox>>()
	readonly #ending = new Set<Promise<void>>()
	/** By runbook, at its last job. */
	readonly #latestContents = new Map<string, string>()
	readonly #closing = new AbortController()

	/** Kills what an earlier runner left running, before anything can be started, and clears its folders. Throws a StartError. */
	static async open(parts: Parts): Promise<SandboxPool> {
		try {
			const survivors = await killSurvivors(notesFolder(parts.folder), async (sandboxId) => parts.memoryGroups?.remove(sandboxId))
			if (survivors > 0) parts.log.warn('Sandboxes of an earlier runner were ended', { count: survivors })
			const running = runningFolder(parts.folder)
			rmSync(running, { recursive: true, force: true })
			mkdirSync(running)
			// Others are let through, and see nothing; whatever the umask is.
			chmodSync(running, 0o711)
		} catch (cause) {
			if (cause instanceof StartError) throw cause
			throw new StartError(`The folder of the sandboxes ${parts.folder} cannot be used: ${(cause as Error).message}.`, { cause })
		}
		return new SandboxPool(parts)
	}

	private constructor(parts: Parts) {
		const { folder, cacheKey, bundle, user, spareCount: count, log } = parts
		const retire = (sandbox: Sandbox) => void this.#retire(sandbox)
		this.#parts = parts
		this.#idle = new IdleSandboxes(parts.idleMax, retire)
		this.#spares = new SpareSandboxes({ count, start: (launch) => this.#start(launch), retire, signal: this.#closing.signal, log })
		// Node keeps what it compiles apart by user, too.
		this.#cache = { folder, cacheKey: [cacheKey, bundle?.key, user?.uid].filter(Boolean).join('-') }
	}

	get #closed(): boolean {
		return this.#closing.signal.aborted
	}

	/**
	 * A sandbox for one job of this content under this identity: a warm one, else a spare, else a new one.
	 * Throws a StoreUnavailableError when the disk has no room for it, and an Error when it cannot be started.
	 */
	async acquire(content: RunbookContent, identityKey = ''): Promise<Sandbox> {
		const { contentHash, definition } = content
		this.#retireOldContents(content)
		const warm = definition.isolation === 'fresh' ? undefined : this.#idle.take(contentHash, identityKey)
		const { sandbox, start } = warm ? { sandbox: warm, start: 'warm' as const } : await this.#spareOrNew(definition)
		this.#parts.meter?.sandboxTaken(start)
		sandbox.serves = { contentHash, identityKey }
		return sandbox
	}

	/** Takes a sandbox back after its job: it serves the next one of its content, or is ended. */
	async release(sandbox: Sandbox, content: RunbookContent): Promise<void> {
		const usable = await sandbox.settle()
		const place = this.#place(sandbox.sandboxId)
		if (place.companions(sandbox.pid, sandbox.launch) > 0) sandbox.spentBecause ??= 'its job left a process behind'
		if (!usable || this.#closed || content.definition.isolation === 'fresh' || sandbox.jobCount >= SANDBOX_JOBS_MAX)
			return this.#retire(sandbox)
		await emptyFolder(workFolder(place.folder), this.#parts.user).catch((error: Error) => {
			sandbox.spentBecause ??= `its working folder could not be emptied: ${error.message}`
		})
		if (sandbox.spentBecause !== undefined || this.#closed) return this.#retire(sandbox)
		this.#idle.keep(sandbox)
	}

	/** Sees to it that spares for these settings are there or on their way. */
	prepare(launch: LaunchSettings): void {
		this.#spares.prepare(launch)
	}

	/** A sandbox for a single use that is no job, on request none that was started ahead; it is ended with the block that holds it. */
	async borrow(launch: LaunchSettings, { anew = false } = {}): Promise<{ sandbox: Sandbox } & AsyncDisposable> {
		const sandbox = anew ? await this.#start(launch) : (await this.#spareOrNew(launch)).sandbox
		return { sandbox, [Symbol.asyncDispose]: () => this.#retire(sandbox) }
	}

	/** Makes the compile cache that later sandboxes start with, of all that is in the bundle, if there is none of this program yet. */
	warmUp(launch: LaunchSettings): Promise<void> {
		return this.#spares.inTurn(() => (hasCompileCache(this.#cache) ? Promise.resolve() : this.#makeCompileCache(launch)))
	}

	async #makeCompileCache(launch: LaunchSettings): Promise<void> {
		const sandbox = await this.#start({ ...launch, packages: this.#parts.bundle?.packages ?? [] })
		try {
			await sandbox.flushCompileCache()
			if (!this.#closed) keepCompileCache(this.#cache, this.#place(sandbox.sandboxId).folder, this.#parts.user?.uid ?? process.getuid!())
		} finally {
			await this.#retire(sandbox)
		}
	}

	/** Ends all sandboxes, those with a job too. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort()
		this.#idle.forget()
		await Promise.allSettled(this.#starting)
		await Promise.all([...this.#all].map((sandbox) => this.#retire(sandbox)))
		await Promise.all(this.#ending)
	}

	async #spareOrNew(launch: LaunchSettings): Promise<{ sandbox: Sandbox; start: 'spare' | 'cold' }> {
		try {
			const spare = await this.#spares.take(launch)
			return spare ? { sandbox: spare, start: 'spare' } : { sandbox: await this.#start(launch), start: 'cold' }
		} finally {
			// A next one is started in any case, so that the first job of a kind makes the kind known: after this one, which a job waits for.
			setImmediate(() => this.prepare(launch))
		}
	}

	#start(launch: LaunchSettings): Promise<Sandbox> {
		const started = this.#startNew(launch)
		this.#starting.add(started)
		return started.finally(() => this.#starting.delete(started))
	}

	async #startNew(launch: LaunchSettings): Promise<Sandbox> {
		if (this.#closed) throw new Error('The runner is shutting down.')
		const { runbooksDir, environment, bundle, user, mayPing = () => true, meter } = this.#parts
		const since = performance.now()
		const sandboxId = randomUUID()
		const place = this.#place(sandboxId)
		const facts = {
			sandboxId,
			launch,
			arguments: launchArguments(launch, {
				runbooksDir,
				folder: place.folder,
				bundleFolder: bundle?.folder ?? null,
				coverageFolder: environment.NODE_V8_COVERAGE,
			}),
			environment: launchEnvironment(environment, { sandboxId, folder: place.folder }),
			workFolder: workFolder(place.folder),
			user,
			spawned: (pid: number) => place.spawned(pid),
			ranOutOfMemory: () => place.ranOut(),
			mayPing,
			signal: this.#closing.signal,
		}
		try {
			await place.make(this.#cache, launch)
			const sandbox = await Sandbox.start(facts)
			this.#all.add(sandbox)
			meter?.sandboxStarted(performance.now() - since)
			return sandbox
		} catch (error) {
			if (!this.#closed) meter?.sandboxStarted(undefined)
			await place.remove(launch)
			throw passingCause(error)
				? new StoreUnavailableError(`A sandbox cannot be started now: ${(error as Error).message}.`, { cause: error })
				: error
		}
	}

	#retire(sandbox: Sandbox): Promise<void> {
		if (!this.#all.delete(sandbox)) return Promise.resolve()
		const { sandboxId, spentBecause } = sandbox
		const because = spentBecause ?? 'it is no longer needed'
		this.#parts.log.debug('Sandbox ended', { sandboxId, pid: sandbox.pid, jobs: sandbox.jobCount, because })
		const ended = sandbox
			.end(SANDBOX_END_TIME_MAX)
			.then(() => this.#place(sandboxId).remove(sandbox.launch))
			.catch((error: Error) => this.#parts.log.error('A sandbox could not be cleared away', { sandboxId, reason: error.message }))
		this.#ending.add(ended)
		return ended.finally(() => this.#ending.delete(ended))
	}

	#place(sandboxId: string): SandboxPlace {
		return new SandboxPlace(this.#parts, sandboxId)
	}

	/** A changed runbook ends the sandboxes of its old content, and spares for it: they looked for its packages before the change. */
	#retireOldContents({ runbookName, contentHash, definition }: RunbookContent): void {
		const before = this.#latestContents.get(runbookName)
		this.#latestContents.set(runbookName, contentHash)
		if (before === undefined || before === contentHash) return
		this.#idle.dropContent(before)
		if (definition.packages.length > 0) this.#spares.drop(definition)
	}
}
