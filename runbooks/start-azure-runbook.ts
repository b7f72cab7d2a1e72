import { setTimeout as wait } from 'node:timers/promises'
import { defineRunbook, type RunbookContext, WebhookData, z } from 'runhook'
import { type AzureAccount, azureAccount, type Place, readPlace, worded } from './lib/azure-job/azure-account.ts'
import { azureJobName, findJob, hasEnded, isOver, type JobStanding, standingOf, startOnce, stopJob } from './lib/azure-job/azure-job.ts'
import { jobValues } from './lib/azure-job/job-values.ts'
import { type Patience, patiently } from './lib/azure-job/patience.ts'
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
		const { TimeoutSeconds, PollSeconds, MaxThrottleWaitSeconds } = context.parameters
		const place = readPlace(context.parameters, process.env)
		const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TimeoutSeconds * 1000)])
		const account = azureAccount(context.azure.with({ throttleWaitSeconds: MaxThrottleWaitSeconds, signal }), place)
		const patience: Patience = { azure: account.azure, pollSeconds: PollSeconds, signal, tell: context.verbose }
		const jobName = azureJobName(context.job.jobId)
		const kept = await context.state.get(jobName)
		const after = typeof kept === 'string' ? kept : ''
		const relay = new StreamRelay(jobName, context, { after, keep: (lastId) => keep(context, jobName, lastId) })
		let isStarted = false
		let ended: JobStanding | undefined
		try {
			await keep(context, jobName, after)
			await start(context, account, { place, jobName, patience, mayBeThere: kept !== undefined || context.job.tryCount > 1 })
			isStarted = true
			ended = await follow({ account, jobName, relay, patience })
		} catch (error) {
			if (!signal.aborted) throw worded(account.azure, error)
			const how = await stop(context, { place, jobName, relay, isStarted })
			if (!context.signal.aborted) throw new Error(`The job in Azure had not ended after ${TimeoutSeconds} s${how}`)
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

type Starting = { place: Place; jobName: string; patience: Patience; mayBeThere: boolean }

/** Starts the job in Azure, unless an earlier try has. */
async function start(context: Context, account: AzureAccount, { place, jobName, patience, mayBeThere }: Starting): Promise<void> {
	const { Parameters, WebhookData: request } = context.parameters
	const { runbookName, runOn } = place
	const there = mayBeThere ? await patiently(patience, () => findJob(account, jobName)) : undefined
	if (there !== undefined)
		return context.verbose(`Job ${there} of runbook '${runbookName}' in Azure had been started before: it is followed.`)
	const { parameters: declared } = await account.client.runbook.get(...account.names, runbookName)
	const values = jobValues(Parameters, { declared: declared ?? {}, request })
	const order = { runbook: { name: runbookName }, parameters: values, ...(runOn ? { runOn } : {}) }
	const jobId = await startOnce(account, { jobName, request: order, patience })
	context.verbose(`Job ${jobId} of runbook '${runbookName}' in Azure was started.`)
}

type Following = { account: AzureAccount; jobName: string; relay: StreamRelay; patience: Patience }

/** Relays the records until the job has ended, and resolves with how. Rejects with an AbortError when the signal aborts before. */
async function follow({ account, jobName, relay, patience }: Following): Promise<JobStanding> {
	const { signal, pollSeconds } = patience
	for (;;) {
		try {
			const ended = await patiently(patience, async () => {
				// Asked before the records: nothing comes after an end.
				const standing = await standingOf(account, jobName)
				await relay.relay(account, { whole: hasEnded(standing) })
				return hasEnded(standing) ? standing : undefined
			})
			if (ended) return ended
		} catch (error) {
			if (signal.aborted) throw error
			throw new Error(`The job in Azure may go on and cannot be followed; its name is ${jobName}. ${(error as Error).message}`)
		}
		await wait(pollSeconds * 1000, undefined, { signal })
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

type Stopping = { place: Place; jobName: string; relay: StreamRelay; isStarted: boolean }

/** Stops the job in Azure on requests of its own: those of this job have been ended. Tells how it stands, and resolves with it as a sentence goes on. */
async function stop(context: Context, { place, jobName, relay, isStarted }: Stopping): Promise<string> {
	const { PollSeconds, StopWaitSeconds, MaxThrottleWaitSeconds } = context.parameters
	// The stop itself is sent, however short the wait for its effect is.
	const requests = AbortSignal.timeout((StopWaitSeconds + 15) * 1000)
	const account = azureAccount(context.azure.with({ signal: requests, throttleWaitSeconds: Math.min(10, MaxThrottleWaitSeconds) }), place)
	const signal = AbortSignal.timeout(StopWaitSeconds * 1000)
	let standing: JobStanding | undefined
	try {
		standing = await stopJob(account, { jobName, pollSeconds: Math.min(PollSeconds, 2), signal, isStarted })
	} catch (error) {
		const { message } = worded(account.azure, error)
		context.error(`The job in Azure may go on, because it could not be stopped; its name is ${jobName}. ${message}`)
		return ` and may go on, because it could not be stopped: ${message}`
	}
	if (!standing) {
		context.verbose('No job had been started in Azure.')
		return ': none had been started.'
	}
	await relay
		.relay(account, { whole: true })
		.catch((error: unknown) =>
			context.warning(`The last records of the job in Azure could not be read: ${worded(account.azure, error).message}`),
		)
	const { status } = standing
	if (isOver(standing)) context.verbose(`The job in Azure is ${status}.`)
	else context.warning(`The job in Azure was told to stop and is still ${status} after ${StopWaitSeconds} s.`)
	if (status === 'Stopped') return ' and was stopped.'
	return isOver(standing)
		? ` or its records were not all read by then; it is ${status}.`
		: ` and was told to stop; it is still ${status} and may go on.`
}
