import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Duplex, Readable } from 'node:stream'
import { SecretMask } from '../assets/secret-mask.ts'
import { CHANNEL_CLOSE_TIME_MAX, MEMORY_OVERHEAD_MB, SANDBOX_START_TIME_MAX } from '../limits.ts'
import type { Inspection } from '../runbooks/runbook.ts'
import { recordJson } from '../streams/cut-record.ts'
import { type PendingRecord, RecordLimiter } from '../streams/record-limiter.ts'
import { OrderPipe } from './order-pipe.ts'
import { pingWatchdog } from './ping-watchdog.ts'
import { channelText, exitText, forgeryText, isInnocent, memoryText } from './process-end.ts'
import { killGroup } from './process-groups.ts'
import { RawOutputs } from './raw-output.ts'
import { readLines } from './report-lines.ts'
import type { LaunchSettings } from './sandbox-launch.ts'
import { type SandboxFacts, spawnSandbox, untilGone } from './sandbox-process.ts'
import { type Answer, ORDER_FD, type Question, REPORT_FD, type Report, readReport, WATCHDOG_FD } from './sandbox-protocol.ts'
import type { Outcome, SandboxWork } from './sandbox-work.ts'

/** One child process in a process group of its own, one job at a time. */
export class Sandbox {
	readonly sandboxId: string
	readonly pid: number
	readonly launch: LaunchSettings
	/** Jobs it has served. */
	jobCount = 0
	/** The content it has loaded, and the identity that its Azure clients have tokens of; it serves no other. */
	serves: { contentHash: string; identityKey: string } | undefined
	/** Why it must not serve another job; undefined while it may. */
	spentBecause: string | undefined
	readonly exited: Promise<void>
	/** The secrets that it was told. They stay with the process: a later job may find them in its memory. */
	readonly secrets = new SecretMask()
	readonly #child: ChildProcess
	readonly #orders: OrderPipe
	readonly #reports: Readable
	readonly #raw: RawOutputs
	readonly #ranOutOfMemory: () => boolean
	#onReport: (report: Report) => void = () => undefined
	#onRawLine: (streamType: 'Output' | 'Error', text: string) => void = () => undefined
	#onDeath: () => void = () => undefined
	/** What the runbook is blamed for where the process was killed for it. */
	#blamedFor: string | undefined
	#killed = false
	#ending = false
	/** Its group is gone; the number may be another's by now. */
	#gone = false

	/**
	 * Starts a process and resolves when it is ready for a job.
	 * Throws an Error when it does not become ready in time or the signal aborts before; then nothing of it is left.
	 */
	static async start(facts: SandboxFacts): Promise<Sandbox> {
		const { child, admitted } = await spawnSandbox(facts)
		const { signal } = facts
		const sandbox = new Sandbox(child, facts)
		const ready = Promise.withResolvers<void>()
		const lines: string[] = []
		sandbox.#onReport = (report) => report.kind === 'ready' && ready.resolve()
		sandbox.#onRawLine = (_, text) => lines.push(text)
		sandbox.#onDeath = () =>
			ready.reject(new Error(`A sandbox ended while it started: ${lines.slice(0, 5).join(' ') || sandbox.#exitText()}`))
		const timer = setTimeout(() => sandbox.kill('it did not start in time'), SANDBOX_START_TIME_MAX)
		const abort = () => sandbox.kill()
		signal.addEventListener('abort', abort)
		if (signal.aborted) abort()
		try {
			await Promise.all([ready.promise, admitted])
		} finally {
			clearTimeout(timer)
			signal.removeEventListener('abort', abort)
		}
		sandbox.#toIdle()
		return sandbox
	}

	private constructor(child: ChildProcess, { sandboxId, launch, ranOutOfMemory, mayPing }: SandboxFacts) {
		this.sandboxId = sandboxId
		this.pid = child.pid!
		this.#child = child
		this.launch = launch
		this.#ranOutOfMemory = ranOutOfMemory
		this.#raw = new RawOutputs(child, (streamType, text) => this.#onRawLine(streamType, text))
		const pipes = child.stdio as unknown[]
		this.#orders = new OrderPipe(pipes[ORDER_FD] as Duplex, () => this.kill(forgeryText))
		this.#reports = pipes[REPORT_FD] as Readable
		readLines(
			this.#reports,
			(line) => this.#take(line),
			() => this.kill(forgeryText),
		)
		const bytesMax = (launch.memoryMb + MEMORY_OVERHEAD_MB) * 1024 * 1024
		const watchdog = pipes[WATCHDOG_FD] as Duplex
		pingWatchdog(watchdog, {
			mayPing,
			memory: (bytes) => bytes > bytesMax && this.kill(memoryText(launch.memoryMb)),
			kills: () => this.kill(),
		})
		const channels = [this.#orders.stream, this.#reports, watchdog]
		child.once('exit', () => {
			this.#killGroup()
			this.#gone = true
		})
		this.exited = untilGone(child, [child.stdout!, child.stderr!, ...channels]).then(() => {
			this.spentBecause ??= 'it has ended'
			this.#onDeath()
		})
		for (const channel of channels) channel.once('close', () => this.#channelClosed())
	}

	/** The end of the process closes its channels, too: only where it lives on was it the runbook's doing. */
	#channelClosed(): void {
		this.spentBecause ??= 'a channel was closed'
		setTimeout(() => !this.#ending && !this.#gone && this.kill(channelText), CHANNEL_CLOSE_TIME_MAX).unref()
	}

	#take(line: string): void {
		const report = readReport(line)
		if (report === undefined) this.kill(forgeryText)
		else if (report.kind === 'spoiled') this.spentBecause ??= report.because
		else this.#onReport(report)
	}

	/** Runs one job to its end. Afterwards {@link settle} tells whether the sandbox can serve another. */
	async run(work: SandboxWork): Promise<Outcome> {
		this.jobCount++
		const mark = randomUUID()
		const ended = Promise.withResolvers<Outcome>()
		const limiter = new RecordLimiter()
		let started = false
		let tail: PendingRecord[] = []
		const settled = Promise.withResolvers<void>()
		this.#settled = settled.promise
		this.#onRawLine = (streamType, text) => {
			for (const record of limiter.take({ time: Date.now(), streamType, json: recordJson(text) })) void work.record(record)
		}
		this.#onDeath = () => {
			ended.resolve(this.#deathOutcome(started))
			settled.resolve()
		}
		this.#onReport = (report) => {
			if (report.kind === 'started') {
				started = true
				work.started()
			} else if (report.kind === 'record') this.#hold(work.record(report.record))
			else if (report.kind === 'ask') void this.#answer(report, work)
			else if (report.kind === 'tail') tail = report.records
			else if (report.kind === 'ended')
				ended.resolve(report.exception === null ? { kind: 'completed' } : { kind: 'failed', exception: report.exception })
			else if (report.kind === 'settled') {
				if (report.leftBehind.length > 0) this.spentBecause ??= `its job left ${report.leftBehind.join(', ')} behind`
				settled.resolve()
			}
		}
		const marks = this.#raw.untilMark(mark)
		const { content, ...order } = work.order
		this.#orders.send({ kind: 'run', mark, ...order, content: this.jobCount === 1 ? content : { file: content.file } })
		const outcome = await ended.promise
		await marks
		for (const record of [...tail, ...limiter.end()]) void work.record(record)
		return outcome
	}

	#settled: Promise<void> = Promise.resolve()

	/** Resolves when the sandbox can tell whether its job left something behind; true when it can serve another one. */
	async settle(): Promise<boolean> {
		await this.#settled
		if (this.secrets.isHalfFull) this.spentBecause ??= 'it knows too many secrets'
		if (this.#raw.closed) this.spentBecause ??= 'its job closed a raw stream'
		this.#toIdle()
		return this.spentBecause === undefined
	}

	/** Loads a runbook's file and says what it declares. The sandbox is of no use afterwards. */
	inspect(file: string): Promise<Inspection> {
		this.spentBecause = 'it has loaded a runbook to inspect it'
		return new Promise((resolve) => {
			this.#onRawLine = () => undefined
			this.#onReport = (report) => report.kind === 'inspected' && resolve(report.inspection)
			this.#onDeath = () => resolve({ files: [], fault: `Loading it ended the process: ${this.#exitText()}` })
			this.#orders.send({ kind: 'inspect', file })
		})
	}

	/** Writes what it has compiled so far to its compile cache. */
	flushCompileCache(): Promise<void> {
		return new Promise((resolve) => {
			this.#onReport = (report) => report.kind === 'flushed' && resolve()
			this.#onDeath = resolve
			this.#orders.send({ kind: 'flush' })
		})
	}

	/** Asks the job to stop, by its AbortSignal. */
	stop(reason: string): void {
		this.#orders.send({ kind: 'stop', reason })
	}

	/** Kills the process group. `because` becomes the job's exception where the runbook is to blame. */
	kill(because?: string): void {
		this.spentBecause ??= because ?? 'it was killed'
		if (because !== undefined) this.#blamedFor ??= because
		else this.#killed = true
		this.#killGroup()
	}

	/** Ends a sandbox that has no job: lets it go by itself for a moment, then kills what is left of its group. */
	async end(timeMax: number): Promise<void> {
		this.spentBecause ??= 'it is no longer needed'
		const timer = setTimeout(() => this.#killGroup(), timeMax)
		this.#ending = true
		this.#orders.close()
		await this.exited
		clearTimeout(timer)
	}

	async #answer({ id, question }: { id: number; question: Question }, work: SandboxWork): Promise<void> {
		const answer = await work.answer(question).catch((error: Error): Answer => ({ fault: error.message }))
		this.#orders.send({ kind: 'answer', id, ...answer })
	}

	#killGroup(): void {
		if (!this.#gone) killGroup(this.pid)
	}

	#toIdle(): void {
		this.#onReport = () => {
			this.spentBecause ??= 'it reported something while it had no job'
		}
		this.#onDeath = () => undefined
		this.#onRawLine = () => {
			this.spentBecause ??= 'it wrote something while it had no job'
		}
	}

	/** Stops reading records while the store cannot keep up: the sandbox's writes wait then. */
	#hold(until: Promise<void> | undefined): void {
		if (!until) return
		this.#reports.pause()
		void until.finally(() => this.#reports.resume())
	}

	#deathOutcome(started: boolean): Outcome {
		const blamedFor = this.#blamedFor
		if (isInnocent({ end: this.#child, blamedFor, killed: this.#killed, jobCount: this.jobCount, started })) return { kind: 'lost' }
		return { kind: 'failed', exception: blamedFor ?? this.#exitText() }
	}

	#exitText(): string {
		return this.#raw.outOfMemory || this.#ranOutOfMemory() ? memoryText(this.launch.memoryMb) : exitText(this.#child)
	}
}
