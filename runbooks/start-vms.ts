import { setTimeout as wait } from 'node:timers/promises'
import { ComputeManagementClient } from '@azure/arm-compute'
import { checkResourceGroup, checkSubscriptionId, defineRunbook, type RunbookContext, WebhookData, z } from 'runhook'
import { findMachines, type Machine } from './lib/find-machines.ts'
import { inParallel } from './lib/in-parallel.ts'
import { readMachineList } from './lib/machine-list.ts'
import { attempt, isFailure, secondsSince, TookTooLong } from './lib/machine-outcome.ts'
import { powerStateOf } from './lib/power-state.ts'

const parameters = z.object({
	WebhookData: WebhookData.nullish(),
	SubscriptionId: z.string().optional().describe('Subscription of machines named without one; else AZURE_SUBSCRIPTION_ID.'),
	ResourceGroupName: z.string().optional().describe('Resource group of machines named without one; else they are searched for.'),
	MaxParallel: z.int().min(1).max(50).default(5).describe('Machines to start at a time.'),
	TimeoutSeconds: z.number().positive().max(86_000).default(900).describe('How long one machine may take.'),
	SettleSeconds: z.number().positive().max(86_000).default(300).describe('How long to wait for a machine that is just being stopped.'),
	PollSeconds: z.number().positive().max(60).default(5).describe('How often to look at a machine that somebody else starts or stops.'),
	FailOnError: z.boolean().default(true).describe('Whether the job fails when a machine did not start.'),
})

type Context = RunbookContext<z.output<typeof parameters>>

export default defineRunbook({
	description: 'Starts the virtual machines that the body of a webhook call names.',
	parameters,
	async run(context) {
		const { WebhookData: request, MaxParallel, TimeoutSeconds, FailOnError } = context.parameters
		if (!request) throw new Error('Runbook meant to be started only from webhook.')
		context.output(`Runbook started from webhook ${request.WebhookName} by ${request.header('From') || 'unknown'}.`)

		const list = readMachineList(request.json())
		for (const problem of list.problems) context.error(problem)
		if (list.machines.length + list.problems.length === 0) {
			context.warning('The request names no virtual machines.')
			return
		}

		const machines = await findMachines(context.azure, list.machines, defaultPlace(context))
		const work = (machine: Machine, signal: AbortSignal) => bringUp(context, machine, signal)
		const outcomes = await inParallel(machines, MaxParallel, (machine) =>
			attempt(context, machine, { doing: 'starting', timeoutSeconds: TimeoutSeconds, work }),
		)

		const failed = outcomes.filter(isFailure)
		context.output({
			Started: outcomes.filter(({ Result }) => Result === 'Started').length,
			AlreadyRunning: outcomes.filter(({ Result }) => Result === 'AlreadyRunning' || Result === 'AlreadyStarting').length,
			Failed: failed.length,
			Results: outcomes,
		})
		if (failed.length > 0 && FailOnError && !context.signal.aborted) {
			const names = failed.map(({ Name }) => Name).join(', ')
			throw new Error(`${failed.length} of ${outcomes.length} virtual machines did not start: ${names}.`)
		}
	},
})

/** Where machines are for which the request does not say it. */
function defaultPlace({ parameters: { SubscriptionId, ResourceGroupName } }: Context) {
	const { AZURE_SUBSCRIPTION_ID } = process.env
	return {
		subscriptionId: SubscriptionId
			? checkSubscriptionId(SubscriptionId, 'SubscriptionId')
			: AZURE_SUBSCRIPTION_ID && checkSubscriptionId(AZURE_SUBSCRIPTION_ID, 'AZURE_SUBSCRIPTION_ID'),
		resourceGroup: ResourceGroupName && checkResourceGroup(ResourceGroupName, 'ResourceGroupName'),
	}
}

/**
 * Sees to it that one machine runs; rejects with what Azure answered when it cannot.
 * What was done already is left alone, so the job can be run again, or end at any point: Azure goes on with a start it has accepted.
 */
async function bringUp(
	{ azure, output, verbose, parameters }: Context,
	{ subscriptionId, resourceGroup, name }: Machine,
	signal: AbortSignal,
) {
	const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
	const look = async () => powerStateOf(await virtualMachines.instanceView(resourceGroup, name, { abortSignal: signal }))
	const lookAgain = () => wait(parameters.PollSeconds * 1000, undefined, { signal }).then(look)

	let state = await look()
	const settling = performance.now()
	while (state === 'stopping' || state === 'deallocating') {
		if (performance.now() - settling > parameters.SettleSeconds * 1000)
			throw new TookTooLong(`still ${state} after ${parameters.SettleSeconds} s.`)
		verbose(`${name} is ${state}: it can be started when that has ended.`)
		state = await lookAgain()
	}
	if (state === 'running') {
		output(`${name} is already running.`)
		return 'AlreadyRunning'
	}
	if (state === 'starting') {
		output(`${name} is already starting.`)
		while (state === 'starting') state = await lookAgain()
		if (state === 'running') return 'AlreadyStarting'
	}
	output(`Starting ${name}.`)
	const begin = performance.now()
	await azure.wait((options) => virtualMachines.start(resourceGroup, name, options), signal)
	output(`${name} started in ${secondsSince(begin)} s.`)
	return 'Started'
}
