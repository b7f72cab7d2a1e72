import { once } from 'node:events'
import { secretTexts } from '../assets/secret-texts.ts'
import { StoreUnavailableError } from '../errors.ts'
import type { JobStatus } from '../jobs/job-status.ts'
import type { ClaimedJob } from '../queue/queue-store.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { noSettings, withSettings } from '../runbooks/runbook-settings.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Outcome } from '../sandbox/sandbox-work.ts'
import { StreamWriter } from '../streams/stream-writer.ts'
import type { OpenSpan } from '../tracing.ts'
import { unmaskableText } from './answer-asset-question.ts'
import { answerQuestion } from './answer-question.ts'
import { type DeclaredIdentity, declaredIdentity } from './declared-identity.ts'
import { type InterruptedPlan, planInterrupted } from './interrupted-job.ts'
import type { JobEnd } from './job-end.ts'
import { endOf, type Stopped } from './run-end.ts'
import { runOrder } from './run-order.ts'
import { untilStored } from './until-stored.ts'
import type { WorkerParts } from './worker-parts.ts'

/**
 * Why a run is ended from outside: someone stopped the job, the runner goes down and leaves it to the next one, or another node may have the
 * job by now.
 */
export type Interruption = 'stop' | 'shutdown' | 'lost'

/** A run that is under way. */
export class JobRun {
	readonly job: ClaimedJob
	readonly #parts: WorkerParts
	readonly #interruption = Promise.withResolvers<Interruption>()
	#stopAsked = false
	#isLost = false
	#span: OpenSpan | undefined
	/** Ends the repetition of writes when the runner goes down. */
	readonly #goingDown = new AbortController()

	constructor(job: ClaimedJob, parts: WorkerParts) {
		this.job = job
		this.#parts = parts
	}

	interrupt(interruption: Interruption): void {
		this.#interruption.resolve(interruption)
		if (interruption === 'stop') this.#stopAsked = true
		if (interruption === 'lost') this.#isLost = true
		if (interruption === 'shutdown' || interruption === 'lost') this.#goingDown.abort()
	}

	/** Takes a claimed job to its end. Never rejects: what goes wrong is told in the log, and the next runner finds the job. */
	async toEnd(): Promise<void> {
		const { log, tail, meter, tracing } = this.#parts
		const { jobId, runbookName, webhookName, traceparent } = this.job
		const since = performance.now()
		const attributes = { 'runhook.job.id': jobId, 'runhook.runbook': runbookName }
		this.#span = tracing?.('job run', { parent: traceparent, attributes })
		try {
			const end = await this.#run()
			const fields = { jobId, runbookName, webhookName, milliseconds: Math.round(performance.now() - since) }
			if (end) meter?.jobEnded(runbookName, end.status, performance.now() - since)
			this.#span?.end({ 'runhook.job.status': end?.status ?? 'New' }, end?.status === 'Failed')
			// One that fails in a test is what tests are for.
			const level = end?.status === 'Failed' && !this.job.isTest ? 'warn' : 'info'
			if (end) log[level](`Job ${end.status}`, { ...fields, ...(end.exception ? { exception: end.exception.split('\n', 1)[0] } : {}) })
			else if (this.#isLost) this.#tellLost()
			else log.info('Job put back into the queue', fields)
		} catch (error) {
			this.#span?.end({}, true)
			if (this.#isLost) return this.#tellLost()
			const reason = (error as Error).message
			log.error('A job could not be brought to its end; it is taken up again, at the next start at the latest', { jobId, reason })
		}
		tail.notify(jobId)
	}

	/** Resolves with the end that was written, or undefined when the job was put back. */
	async #run(): Promise<Ended | undefined> {
		const { sandboxes, contentOf, settings } = this.#parts
		const { job } = this
		const kept = await this.#stored(() => contentOf(job.contentHash))
		if (!kept)
			return this.#finish(
				{ to: 'Failed', exception: `The content of runbook '${job.runbookName}' that the job was started with is not kept.` },
				[],
			)
		const set = (await this.#stored(() => settings.get(job.runbookName))) ?? noSettings
		const content = { ...kept, definition: withSettings(kept.definition, set) }
		const identity = await this.#stored(() => declaredIdentity(content.definition.identity, { ...this.#parts, ...job }))
		if ('fault' in identity) return this.#finish({ to: 'Failed', exception: identity.fault }, [])
		let sandbox: Sandbox
		try {
			sandbox = await this.#stored(() => sandboxes.acquire(content, identity.key))
		} catch (error) {
			if (this.#isLost) return undefined
			if (this.#goingDown.signal.aborted) return this.#settle({ kind: 'again' }, { countTry: false, records: [] })
			this.#parts.log.warn('No sandbox could be started', { jobId: job.jobId, reason: (error as Error).message })
			// Without the content: a runbook that was not reached may be started again in any case.
			return this.#settle(planInterrupted(job, undefined), { countTry: true, records: [] })
		}
		const writer = this.#openWriter()
		const { outcome, stopped } = await this.#runIn(sandbox, { content, identity }, writer).finally(() => this.#release(sandbox, content))
		if (this.#isLost) return undefined
		if (outcome.kind === 'lost' && (stopped.because === 'shutdown' || stopped.because === 'nothing')) {
			await writer.drained().catch(() => undefined)
			// A graceful shutdown is not a try.
			const countTry = stopped.because === 'nothing'
			const plan = planInterrupted(countTry ? job : { ...job, tryCount: 0 }, content)
			return this.#settle(plan, { countTry, records: plan.kind === 'end' ? await writer.end() : [] })
		}
		return this.#finish(endOf(outcome, stopped), await writer.end())
	}

	/** Carries out what becomes of a run that ended without the runbook's doing. */
	async #settle(
		plan: InterruptedPlan,
		{ countTry, records }: { countTry: boolean; records: JobEnd['records'] },
	): Promise<Ended | undefined> {
		if (plan.kind === 'end') return this.#finish(plan, records)
		await this.#stored(() => this.#parts.queue.giveBack(this.job.jobId, { at: this.#parts.clock.now(), countTry, heldBy: this.job.heldBy }))
		return undefined
	}

	#tellLost(): void {
		const { jobId, runbookName } = this.job
		this.#parts.log.warn('A job was given up: its claim could not be renewed, and another node may have it', { jobId, runbookName })
	}

	/** Not waited for: the next job may have the sandbox while this one's end is being written. */
	#release(sandbox: Sandbox, content: RunbookContent): void {
		const { sandboxes, log } = this.#parts
		sandboxes.release(sandbox, content).catch((error: Error) => log.error('A sandbox could not be ended', { reason: error.message }))
	}

	/** Records of a further run come after those of the earlier ones. */
	#openWriter(): StreamWriter {
		const { streams, tail } = this.#parts
		const { jobId, lastSequence, heldBy } = this.job
		return new StreamWriter(lastSequence, async (records) => {
			await this.#stored(() => streams.append(jobId, records, heldBy))
			tail.notify(jobId)
		})
	}

	async #runIn(sandbox: Sandbox, { content, identity }: Told, writer: StreamWriter): Promise<{ outcome: Outcome; stopped: Stopped }> {
		if (this.#isLost) return { outcome: { kind: 'lost' }, stopped: { because: 'shutdown' } }
		if (this.#stopAsked) return { outcome: { kind: 'lost' }, stopped: { because: 'stop', text: 'The job was stopped.' } }
		// The sandbox is not trusted to do it: what it says is masked here, before anything is stored.
		const { secrets } = sandbox
		if (identity.principal && !secrets.add(secretTexts(JSON.stringify(identity.principal.clientSecret)))) {
			const exception = `The runbook's identity: ${unmaskableText('credential', content.definition.identity!)}`
			return { outcome: { kind: 'failed', exception }, stopped: { because: 'nothing' } }
		}
		const ended = sandbox.run({
			order: runOrder(this.job, { ...this.#parts, content, identity, traceparent: this.#span?.traceparent ?? this.job.traceparent }),
			started: () => this.#started(),
			answer: (question) =>
				this.#stored(async () => {
					this.#checkHeld()
					return answerQuestion(question, { ...this.#parts, ...this.job, secrets })
				}),
			record: (record) => {
				const masked = { ...record, json: secrets.json(record.json) }
				return writer.write(masked) ? undefined : writer.drained().catch(() => undefined)
			},
		})
		try {
			const stopped = await this.#watch(sandbox, content, ended)
			const outcome = await ended
			return { outcome: outcome.kind === 'failed' ? { ...outcome, exception: secrets.text(outcome.exception) } : outcome, stopped }
		} catch (error) {
			// Nobody would stop it any more.
			sandbox.kill()
			throw error
		}
	}

	/** For what names no holder, such as a runbook's state: a run elsewhere may have written it since. */
	#checkHeld(): void {
		if (this.#isLost || this.#parts.claims?.isHeld() === false) throw new StoreUnavailableError('The claim of the job is not renewed.')
	}

	/** Not waited for: the runbook runs already, and the writes of one job keep their order. */
	#started(): void {
		const { queue, clock, log, meter } = this.#parts
		const { jobId, tryCount, creationTime, heldBy } = this.job
		const at = clock.now()
		// A further try says how long the one before it ran.
		if (tryCount === 1) meter?.jobStarted(at - creationTime)
		this.#stored(() => queue.started(jobId, at, heldBy)).catch((error: Error) =>
			log.debug('The start of a job was not kept', { jobId, reason: error.message }),
		)
	}

	/** Waits for the end of the run or for what ends it from outside: a stop, the time limit, the shutdown. */
	async #watch(sandbox: Sandbox, { definition }: RunbookContent, ended: Promise<Outcome>): Promise<Stopped> {
		const { clock, jobTimeoutSeconds } = this.#parts
		const limit = definition.timeoutSeconds ?? jobTimeoutSeconds
		const timers = new AbortController()
		const after = <Name extends string>(seconds: number, name: Name) =>
			clock.sleep(seconds * 1000, timers.signal).then(
				() => name,
				() => name,
			)
		try {
			const first = await Promise.race([ended.then(() => 'ended' as const), this.#interruption.promise, after(limit, 'timeout')])
			if (first === 'ended') return { because: 'nothing' }
			if (first === 'shutdown' || first === 'lost') {
				sandbox.kill()
				return { because: 'shutdown' }
			}
			const text = first === 'stop' ? 'The job was stopped.' : `The job was stopped because it ran longer than its limit of ${limit} s.`
			if (first === 'timeout') await this.#overLimit(text)
			sandbox.stop(text)
			const goingDown = once(this.#goingDown.signal, 'abort').then(() => 'late' as const)
			const second = await Promise.race([ended.then(() => 'ended' as const), after(definition.stopGraceSeconds, 'late'), goingDown])
			if (second === 'late') sandbox.kill()
			return { because: first, text }
		} finally {
			timers.abort()
		}
	}

	/** Its start may not be written yet, or the runbook is still being loaded. */
	async #overLimit(statusDetails: string): Promise<void> {
		const { jobs, clock } = this.#parts
		for (const from of ['Activating', 'Running'] as const) {
			const change = { jobId: this.job.jobId, from, to: 'Stopping', at: clock.now(), statusDetails } as const
			if (await this.#stored(() => jobs.changeStatus(change))) return
		}
	}

	async #finish(end: Pick<JobEnd, 'to' | 'exception' | 'statusDetails'>, records: JobEnd['records']): Promise<Ended | undefined> {
		const { jobId, heldBy } = this.job
		const whole: JobEnd = { ...end, jobId, heldBy, at: this.#parts.clock.now(), records }
		const status = await this.#stored(() => this.#parts.queue.finish(whole))
		if (status === undefined) this.#isLost = true
		return status && { status, exception: end.exception }
	}

	#stored<Result>(write: () => Promise<Result>): Promise<Result> {
		return untilStored(write, { clock: this.#parts.clock, log: this.#parts.log, signal: this.#goingDown.signal })
	}
}

/** What a sandbox is told of a run. */
type Told = { content: RunbookContent; identity: DeclaredIdentity }

/** The status that was written at the end, and why when it did not complete. */
type Ended = { status: JobStatus; exception: string | undefined }
