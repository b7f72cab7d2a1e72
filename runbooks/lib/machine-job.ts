// What start-vms and stop-vms have in common: who asks for which machines, one after the other or some at a time, and what is said at the end.
import { setTimeout as wait } from 'node:timers/promises'
import { type Azure, checkResourceGroup, checkSubscriptionId, type RunbookContext, WebhookData, z } from 'runhook'
import { findMachines, type Machine } from './find-machines.ts'
import { inParallel } from './in-parallel.ts'
import { readMachineRequest } from './machine-list.ts'
import { attempt, isFailure, type Outcome, TookTooLong } from './machine-outcome.ts'

/** The parameters that both declare. */
export const machineParameters = {
	WebhookData: WebhookData.nullish(),
	SubscriptionId: z.string().optional().describe('Subscription of machines named without one; else AZURE_SUBSCRIPTION_ID.'),
	ResourceGroupName: z.string().optional().describe('Resource group of machines named without one; else they are searched for.'),
	MaxParallel: z.int().min(1).max(50).default(5).describe('Machines to work on at a time.'),
	TimeoutSeconds: z.number().positive().max(86_000).default(900).describe('How long one machine may take.'),
	SettleSeconds: z.number().positive().max(86_000).default(300).describe('How long to wait for a machine that is just being stopped.'),
	PollSeconds: z.number().positive().max(60).default(5).describe('How often to look at a machine that somebody else starts or stops.'),
	MaxThrottleWaitSeconds: z.number().min(0).max(3600).default(120).describe('Longest wait that Azure may ask for between two requests.'),
	FailOnError: z.boolean().default(true).describe('Whether the job fails when a machine was not brought there.'),
}

/** Machines of one request. A body has room for tens of thousands, and whoever knows the webhook's URL can send one. */
const machinesMax = 500

/** What their jobs may take, seconds: as long as TimeoutSeconds lets one machine take. */
export const jobSeconds = 86_000

const declared = z.object(machineParameters)
export type MachineContext = RunbookContext<z.output<typeof declared>>

type MachineJob<Result extends string> = {
	/** What is done to a machine, as in 'did not start', and while it is done: 'starting'. */
	verb: string
	doing: string
	/** Brings one machine there; rejects with what Azure answered when it cannot. */
	work(machine: Machine, azure: Azure, signal: AbortSignal): Promise<Result>
	/** The counts of the last output. */
	count(outcomes: Outcome<Result>[]): Record<string, number>
}

/**
 * Does the work on every machine that the request names, each on its own account, and sums up in the last output.
 * Throws an Error when the request cannot be read, and at the end when a machine failed.
 */
export async function workOnMachines<Result extends string>(context: MachineContext, job: MachineJob<Result>): Promise<void> {
	const { WebhookData: request, MaxParallel, MaxThrottleWaitSeconds, TimeoutSeconds, FailOnError } = context.parameters
	if (!request) throw new Error('Runbook meant to be started only from webhook.')
	context.output(`Runbook started from webhook ${request.WebhookName} by ${request.header('From') ?? 'unknown'}.`)

	const list = readMachineRequest(request)
	if (list === 'resolved') {
		context.output(`The alert is resolved: no virtual machine was to ${job.verb}.`)
		return
	}
	const count = list.machines.length + list.problems.length
	if (count > machinesMax) throw new Error(`The request names ${count} virtual machines: at most ${machinesMax} are taken in one request.`)
	for (const problem of list.problems) context.error(problem)
	if (count === 0) {
		context.warning('The request names no virtual machines.')
		return
	}

	const azure = context.azure.with({ throttleWaitSeconds: MaxThrottleWaitSeconds })
	const machines = await findMachines(azure, list.machines, defaultPlace(context))
	const work = (machine: Machine, signal: AbortSignal) => job.work(machine, azure, signal)
	const { doing } = job
	const outcomes = await inParallel(machines, MaxParallel, (machine) =>
		attempt({ ...context, azure }, machine, { doing, timeoutSeconds: TimeoutSeconds, work }),
	)

	const failed = outcomes.filter(isFailure)
	context.output({ ...job.count(outcomes), Failed: failed.length, Results: outcomes })
	if (failed.length > 0 && FailOnError && !context.signal.aborted) {
		const names = failed.map(({ Name }) => Name).join(', ')
		throw new Error(`${failed.length} of ${outcomes.length} virtual machines did not ${job.verb}: ${names}.`)
	}
}

/** Where machines are for which the request does not say it. */
function defaultPlace({ parameters: { SubscriptionId, ResourceGroupName } }: MachineContext) {
	const { AZURE_SUBSCRIPTION_ID } = process.env
	return {
		subscriptionId: SubscriptionId
			? checkSubscriptionId(SubscriptionId, 'SubscriptionId')
			: AZURE_SUBSCRIPTION_ID && checkSubscriptionId(AZURE_SUBSCRIPTION_ID, 'AZURE_SUBSCRIPTION_ID'),
		resourceGroup: ResourceGroupName && checkResourceGroup(ResourceGroupName, 'ResourceGroupName'),
	}
}

/** Looks again and again while somebody else stops the machine, and resolves with the power state in which it has settled. */
export async function untilSettled(
	{ parameters: { PollSeconds, SettleSeconds }, verbose }: MachineContext,
	{ machine: { name }, state, look }: { machine: Machine; state: string; look(): Promise<string> },
	signal: AbortSignal,
): Promise<string> {
	const begin = performance.now()
	let now = state
	while (now === 'stopping' || now === 'deallocating') {
		if (performance.now() - begin > SettleSeconds * 1000) throw new TookTooLong(`still ${now} after ${SettleSeconds} s.`)
		verbose(`${name} is ${now}: this is waited for.`)
		await wait(PollSeconds * 1000, undefined, { signal })
		now = await look()
	}
	return now
}
