import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError, StoreUnavailableError } from '../errors.ts'
import { SANDBOX_END_TIME_MAX, SANDBOX_IDLE_TIME_MAX, SANDBOX_JOBS_MAX, SPARE_KINDS_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { copyCompileCache, hasCompileCache, keepCompileCache } from './compile-cache.ts'
import { forgetProcessGroup, killSurvivors, noteProcessGroup, notesFolder } from './process-groups.ts'
import { Sandbox } from './sandbox.ts'
import { type LaunchSettings, launchArguments, launchEnvironment, launchKey, workFolder } from './sandbox-launch.ts'
import { emptyFolder, passingCause } from './sandbox-process.ts'

type Parts = {
	/** Sandboxes have their folders in here; nothing else does. */
	folder: string
	runbooksDir: string
	environment: Record<string, string>
	/** Names the program: code compiled by another is of no use to its sandboxes. */
	cacheKey: string
	/** Warm sandboxes without a job that are kept at the most. */
	idleMax: number
	/** Spares kept per launch settings. */
	spareCount: number
	meter?: Pick<Meter, 'sandboxTaken' | 'sandboxStarted'>
	log: Log
}

type Idle = { sandbox: Sandbox; timer: NodeJS.Timeout }
type Spares = { launch: LaunchSettings; ready: Sandbox[]; starting: number }

/** Sandboxes: warm ones by runbook content, and spares started ahead by launch settings. */
export class SandboxPool {
	readonly #parts: Parts
	readonly #idle: Idle[] = []
	readonly #spares = new Map<string, Spares>()
	readonly #all = new Set<Sandbox>()
	readonly #starting = new Set<Promise<Sandbox>>()
	readonly #ending = new Set<Promise<void>>()
	/** The content that each runbook had at its last job. */
	readonly #latestContents = new Map<string, string>()
	readonly #closing = new AbortController()

	/** Kills what an earlier runner left running, before anything can be started, and clears its folders. Throws a StartError. */
	static async open(parts: Parts): Promise<SandboxPool> {
		try {
			const survivors = await killSurvivors(notesFolder(parts.folder))
			if (survivors > 0) parts.log.warn('Sandboxes of an earlier runner were ended', { count: survivors })
			rmSync(join(parts.folder, 'running'), { recursive: true, force: true })
		} catch (cause) {
			if (cause instanceof StartError) throw cause
			throw new StartError(`The folder of the sandboxes ${parts.folder} cannot be used: ${(cause as Error).message}.`, { cause })
		}
		return new SandboxPool(parts)
	}

	private constructor(parts: Parts) {
		this.#parts = parts
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
		const warm = definition.isolation === 'fresh' ? undefined : this.#takeIdle(contentHash, identityKey)
		const ready = warm ?? this.#takeSpare(definition)
		const sandbox = ready ?? (await this.#start(definition))
		this.#parts.meter?.sandboxTaken(warm ? 'warm' : ready ? 'spare' : 'cold')
		sandbox.serves = { contentHash, identityKey }
		return sandbox
	}

	/** Takes a sandbox back after its job: it serves the next one of its content, or is ended. */
	async release(sandbox: Sandbox, content: RunbookContent): Promise<void> {
		const usable = await sandbox.settle()
		if (!usable || this.#closed || content.definition.isolation === 'fresh' || sandbox.jobCount >= SANDBOX_JOBS_MAX)
			return this.#retire(sandbox)
		await emptyFolder(workFolder(join(this.#parts.folder, 'running', sandbox.sandboxId))).catch((error: Error) => {
			sandbox.spentBecause ??= `its working folder could not be emptied: ${error.message}`
		})
		if (sandbox.spentBecause !== undefined || this.#closed) return this.#retire(sandbox)
		const timer = setTimeout(() => this.#dropIdle(sandbox), SANDBOX_IDLE_TIME_MAX).unref()
		this.#idle.push({ sandbox, timer })
		if (this.#idle.length > this.#parts.idleMax) this.#dropIdle(this.#idle[0]!.sandbox)
	}

	/** Sees to it that spares for these settings are there or on their way. */
	prepare(launch: LaunchSettings): void {
		if (this.#closed) return
		const key = launchKey(launch)
		const spares = this.#spares.get(key) ?? { launch, ready: [], starting: 0 }
		// Put at the end again: the kinds used last are kept.
		this.#spares.delete(key)
		this.#spares.set(key, spares)
		if (this.#spares.size > SPARE_KINDS_MAX) this.#dropSpares(this.#spares.keys().next().value!)
		while (spares.ready.length + spares.starting < this.#parts.spareCount) {
			spares.starting++
			this.#start(launch)
				.then((sandbox) => (this.#spares.get(key) === spares && !this.#closed ? void spares.ready.push(sandbox) : this.#retire(sandbox)))
				.catch((error: Error) => {
					if (!this.#closed) this.#parts.log.warn('A spare sandbox could not be started', { reason: error.message })
				})
				.finally(() => spares.starting--)
		}
	}

	/** A sandbox for a single use that is no job, on request none that was started ahead; it is ended with the block that holds it. */
	async borrow(launch: LaunchSettings, { anew = false } = {}): Promise<{ sandbox: Sandbox } & AsyncDisposable> {
		const sandbox = (anew ? undefined : this.#takeSpare(launch)) ?? (await this.#start(launch))
		return { sandbox, [Symbol.asyncDispose]: () => this.#retire(sandbox) }
	}

	/** Makes the compile cache that later sandboxes start with, if there is none of this program yet. */
	async warmUp(launch: LaunchSettings): Promise<void> {
		const { folder } = this.#parts
		if (!hasCompileCache(this.#parts)) {
			await using borrowed = await this.borrow(launch)
			await borrowed.sandbox.flushCompileCache()
			if (this.#closed) return
			keepCompileCache(this.#parts, join(folder, 'running', borrowed.sandbox.sandboxId))
		}
		this.prepare(launch)
	}

	/** Ends all sandboxes, those with a job too. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort()
		for (const { timer } of this.#idle) clearTimeout(timer)
		await Promise.allSettled(this.#starting)
		await Promise.all([...this.#all].map((sandbox) => this.#retire(sandbox)))
		await Promise.all(this.#ending)
	}

	#takeIdle(contentHash: string, identityKey: string): Sandbox | undefined {
		// The one used last: the others may then reach their idle time.
		for (let index = this.#idle.length - 1; index >= 0; index--) {
			const { sandbox, timer } = this.#idle[index]!
			if (sandbox.serves?.contentHash !== contentHash || sandbox.serves.identityKey !== identityKey) continue
			this.#idle.splice(index, 1)
			clearTimeout(timer)
			if (sandbox.spentBecause === undefined) return sandbox
			void this.#retire(sandbox)
		}
		return undefined
	}

	#takeSpare(launch: LaunchSettings): Sandbox | undefined {
		let spare = this.#spares.get(launchKey(launch))?.ready.shift()
		while (spare?.spentBecause !== undefined) {
			void this.#retire(spare)
			spare = this.#spares.get(launchKey(launch))?.ready.shift()
		}
		// A next one is started in any case, so that the first job of a kind makes the kind known.
		setImmediate(() => this.prepare(launch))
		return spare
	}

	#start(launch: LaunchSettings): Promise<Sandbox> {
		const started = this.#startNew(launch)
		this.#starting.add(started)
		return started.finally(() => this.#starting.delete(started))
	}

	async #startNew(launch: LaunchSettings): Promise<Sandbox> {
		if (this.#closed) throw new Error('The runner is shutting down.')
		const { folder, runbooksDir, environment, meter } = this.#parts
		const since = performance.now()
		const sandboxId = randomUUID()
		const own = join(folder, 'running', sandboxId)
		const facts = {
			sandboxId,
			launch,
			arguments: launchArguments(launch, { runbooksDir, folder: own, coverageFolder: environment.NODE_V8_COVERAGE }),
			environment: launchEnvironment(environment, { sandboxId, folder: own }),
			workFolder: workFolder(own),
			spawned: (pid: number) => noteProcessGroup(notesFolder(folder), pid, sandboxId),
			signal: this.#closing.signal,
		}
		try {
			mkdirSync(workFolder(own), { recursive: true })
			// Without it the sandbox only takes longer to start.
			await copyCompileCache(this.#parts, own).catch(() => undefined)
			const sandbox = await Sandbox.start(facts)
			this.#all.add(sandbox)
			meter?.sandboxStarted(performance.now() - since)
			return sandbox
		} catch (error) {
			if (!this.#closed) meter?.sandboxStarted(undefined)
			await this.#forget(sandboxId)
			throw passingCause(error)
				? new StoreUnavailableError(`A sandbox cannot be started now: ${(error as Error).message}.`, { cause: error })
				: error
		}
	}

	#retire(sandbox: Sandbox): Promise<void> {
		if (!this.#all.delete(sandbox)) return Promise.resolve()
		const { sandboxId, spentBecause } = sandbox
		this.#parts.log.debug('Sandbox ended', {
			sandboxId,
			pid: sandbox.pid,
			jobs: sandbox.jobCount,
			because: spentBecause ?? 'it is no longer needed',
		})
		const ended = sandbox
			.end(SANDBOX_END_TIME_MAX)
			.then(() => this.#forget(sandboxId))
			.catch((error: Error) => this.#parts.log.error('A sandbox could not be cleared away', { sandboxId, reason: error.message }))
		this.#ending.add(ended)
		return ended.finally(() => this.#ending.delete(ended))
	}

	async #forget(sandboxId: string): Promise<void> {
		forgetProcessGroup(notesFolder(this.#parts.folder), sandboxId)
		await rm(join(this.#parts.folder, 'running', sandboxId), { recursive: true, force: true, maxRetries: 3 })
	}

	#dropIdle(sandbox: Sandbox): void {
		const index = this.#idle.findIndex((idle) => idle.sandbox === sandbox)
		if (index < 0) return
		const [idle] = this.#idle.splice(index, 1)
		clearTimeout(idle!.timer)
		void this.#retire(sandbox)
	}

	#dropSpares(key: string): void {
		const spares = this.#spares.get(key)
		this.#spares.delete(key)
		for (const sandbox of spares?.ready ?? []) void this.#retire(sandbox)
	}

	/** A changed runbook ends the sandboxes of its old content, and spares for it: they looked for its packages before the change. */
	#retireOldContents({ runbookName, contentHash, definition }: RunbookContent): void {
		const before = this.#latestContents.get(runbookName)
		this.#latestContents.set(runbookName, contentHash)
		if (before === undefined || before === contentHash) return
		for (const idle of this.#idle.filter(({ sandbox }) => sandbox.serves?.contentHash === before)) this.#dropIdle(idle.sandbox)
		if (definition.packages.length > 0) this.#dropSpares(launchKey(definition))
	}
}
