import { setTimeout as wait } from 'node:timers/promises'
import { defineRunbook, type RunbookContext, WebhookData, z } from 'runhook'
import { type AzureAccount, azureAccount, mayPass, type Place, readPlace, worded } from './lib/azure-job/azure-account.ts'
import { azureJobName, findJob, hasEnded, type JobStanding, standingOf, startOnce, stopJob } from './lib/azure-job/azure-job.ts'
import { jobValues } from './lib/azure-job/job-values.ts'
import { StreamRelay } from './lib/azure-job/relay-streams.ts'

const parameters = z.object({
	WebhookData: WebhookData.nullish(),
	SubscriptionId: z.string().optional().describe('Subscription of the account; else AZURE_SUBSCRIPTION_ID.'),
	ResourceGroupName: z.string().describe('Resource group of the account.'),
	AutomationAccountName: z.string().describe('The Automation account in Azure.'),
	RunbookName: z.string().describe('The runbook to start there.'),
	Parameters: z.record(z.string(), z.unknown()).default({}).describe('Values for its parameters.'),
	RunOn: z.string().optional().describe('Hybrid worker group to run on; in Azure when left out.'),
	TimeoutSeconds: z.number().positive().max(85_000).default(14_400).describe('How long the job in Azure may take; then it is stopped.'),
	PollSeconds: z.number().positive().max(60).default(5).describe('How often to look at the job in Azure.'),
	StopWaitSeconds: z.number().min(0).max(100).default(60).describe('How long to wait for a job in Azure that was told to stop.'),
	MaxThrottleWaitSeconds: z.number().min(0).max(3600).default(120).describe('Longest wait that Azure may ask for between two requests.'),
})

type Context = RunbookContext<z.output<typeof parameters>>

/** Looks in a row that may fail: some minutes of an Azure that is away. */
const FAILURES_MAX = 30
/** Stops that are tried of a job that is not there. */
const STOP_TRIES_MAX = 3

export default defineRunbook({
	description: 'Starts a runbook in an Automation account of Azure, relays its streams and ends as it ends.',
	parameters,
	timeoutSeconds: 86_000,
	// Enough to pass a stop on and to see it done.
	stopGraceSeconds: 120,
	// What Azure kept of these is kept here, too.
	logVerbose: true,
	logProgress: true,
	logDebug: true,
	async run(context) {
		const place = readPlace(context.parameters, process.env)
		const terms = { throttleWaitSeconds: context.parameters.MaxThrottleWaitSeconds }
		const account = azureAccount(context.azure.with(terms), place)
		const jobName = azureJobName(context.job.jobId)
		const kept = await context.state.get(jobName)
		const after = typeof kept === 'string' ? kept : ''
		const relay = new StreamRelay(jobName, context, { after, keep: (lastId) => keep(context, jobName, lastId) })
		const late = AbortSignal.timeout(context.parameters.TimeoutSeconds * 1000)
		const signal = AbortSignal.any([context.signal, late])
		let ended: JobStanding | undefined
		try {
			await keep(context, jobName, after)
			await start(context, account, { place, jobName, mayBeThere: kept !== undefined || context.job.tryCount > 1 })
			ended = await follow(context, { account, jobName, relay, signal })
		} catch (error) {
			if (!signal.aborted) throw worded(account.azure, error)
			await stop(context, { place, jobName, relay })
			if (!context.signal.aborted)
				throw new Error(`The job in Azure had not ended after ${context.parameters.TimeoutSeconds} s and was stopped.`)
		} finally {
			await keep(context, jobName, undefined)
		}
		if (ended) endAs(ended)
	},
})

/** Keeps how far the job in Azure was relayed, for a try that takes over. Without it that one would only write records twice. */
function keep({ state, verbose }: Context, jobName: string, lastId: string | undefined): Promise<void> {
	return state.set(jobName, lastId).catch((error: Error) => verbose(`How far the job was relayed could not be kept: ${error.message}`))
}

type Starting = { place: Place; jobName: string; mayBeThere: boolean }

/** Starts the job in Azure, unless an earlier try has. */
async function start(context: Context, account: AzureAccount, { place, jobName, mayBeThere }: Starting): Promise<void> {
	const { Parameters, WebhookData: request } = context.parameters
	const { runbookName, runOn } = place
	const there = mayBeThere ? await findJob(account, jobName) : undefined
	if (there !== undefined)
		return context.verbose(`Job ${there} of runbook '${runbookName}' in Azure had been started before: it is followed.`)
	const { parameters: declared } = await account.client.runbook.get(...account.names, runbookName)
	const values = jobValues(Parameters, { declared: declared ?? {}, request })
	const order = { runbook: { name: runbookName }, parameters: values, ...(runOn ? { runOn } : {}) }
	const jobId = await startOnce(account, { jobName, request: order })
	context.verbose(`Job ${jobId} of runbook '${runbookName}' in Azure was started.`)
}

type Following = { account: AzureAccount; jobName: string; relay: StreamRelay; signal: AbortSignal }

/** Relays the records until the job has ended, and resolves with how. Rejects with an AbortError when the signal aborts before. */
async function follow(context: Context, { account, jobName, relay, signal }: Following): Promise<JobStanding> {
	const { azure } = account
	for (let failures = 0; ; ) {
		signal.throwIfAborted()
		try {
			// Asked before the records: nothing comes after an end.
			const standing = await standingOf(account, jobName)
			const ended = hasEnded(standing)
			await relay.relay(account, { whole: ended })
			if (ended) return standing
			failures = 0
		} catch (error) {
			failures++
			const { message } = worded(azure, error)
			if (signal.aborted) throw error
			if (failures >= FAILURES_MAX || !mayPass(azure, error)) throw new Error(`The job in Azure goes on and cannot be followed: ${message}`)
			context.verbose(`The job in Azure could not be looked at: ${message}`)
		}
		await wait(context.parameters.PollSeconds * 1000, undefined, { signal })
	}
}

/** Completes, or throws what the job in Azure ended with: a job of ours can end in no other way by itself. */
function endAs({ status, statusDetails, exception }: JobStanding): void {
	const reason = exception || statusDetails
	if (status === 'Completed') return
	if (status === 'Failed') throw new Error(reason || 'The job in Azure failed and gave no reason.')
	if (status === 'Stopped') throw new Error(`The job in Azure was stopped there.${reason ? ` ${reason}` : ''}`)
	// Azure's own tools stop waiting here, too: a suspended job goes on only when somebody resumes it.
	throw new Error(`The job in Azure is suspended: resume it there, or stop it.${reason ? ` ${reason}` : ''}`)
}

/** Stops the job in Azure on requests of its own: those of this job have been ended. */
async function stop(context: Context, { place, jobName, relay }: { place: Place; jobName: string; relay: StreamRelay }): Promise<void> {
	const { PollSeconds, StopWaitSeconds, MaxThrottleWaitSeconds } = context.parameters
	// The stop itself is sent, however short the wait for its effect is.
	const requests = AbortSignal.timeout((StopWaitSeconds + 15) * 1000)
	const account = azureAccount(context.azure.with({ signal: requests, throttleWaitSeconds: Math.min(10, MaxThrottleWaitSeconds) }), place)
	const signal = AbortSignal.timeout(StopWaitSeconds * 1000)
	try {
		const pollSeconds = Math.min(PollSeconds, 2)
		let standing = await stopJob(account, { jobName, pollSeconds, signal })
		// A start that was just being asked for may still come about.
		for (let tries = 1; !standing && tries < STOP_TRIES_MAX; tries++)
			standing = await wait(pollSeconds * 1000).then(() => stopJob(account, { jobName, pollSeconds, signal }))
		if (!standing) return context.verbose('No job had been started in Azure.')
		await relay.relay(account, { whole: true })
		if (hasEnded(standing)) context.verbose(`The job in Azure is ${standing.status}.`)
		else context.warning(`The job in Azure was told to stop and is still ${standing.status} after ${StopWaitSeconds} s.`)
	} catch (error) {
		context.error(`The job in Azure may go on, because it could not be stopped: ${worded(account.azure, error).message}`)
	}
}
