import { setTimeout as wait } from 'node:timers/promises'
import { ComputeManagementClient } from '@azure/arm-compute'
import { type Azure, defineRunbook, z } from 'runhook'
import type { Machine } from './lib/find-machines.ts'
import { jobSeconds, type MachineContext, machineParameters, untilSettled, workOnMachines } from './lib/machine-job.ts'
import { secondsSince } from './lib/machine-outcome.ts'
import { powerStateOf } from './lib/power-state.ts'

export default defineRunbook({
	description: 'Starts the virtual machines that the body of a webhook call names.',
	parameters: z.object(machineParameters),
	timeoutSeconds: jobSeconds,
	run(context) {
		return workOnMachines(context, {
			verb: 'start',
			doing: 'starting',
			work: (machine, azure, signal) => bringUp({ ...context, azure }, machine, signal),
			count: (outcomes) => ({
				Started: outcomes.filter(({ Result }) => Result === 'Started').length,
				AlreadyRunning: outcomes.filter(({ Result }) => Result === 'AlreadyRunning' || Result === 'AlreadyStarting').length,
			}),
		})
	},
})

/**
 * Sees to it that one machine runs; rejects with what Azure answered when it cannot.
 * What was done already is left alone, so the job can be run again, or end at any point: Azure goes on with a start it has accepted.
 */
async function bringUp(context: MachineContext & { azure: Azure }, machine: Machine, signal: AbortSignal) {
	const { azure, output, parameters } = context
	const { subscriptionId, resourceGroup, name } = machine
	const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
	const look = async () => powerStateOf(await virtualMachines.instanceView(resourceGroup, name, { abortSignal: signal }))

	let state = await untilSettled(context, { machine, state: await look(), look }, signal)
	if (state === 'running') {
		output(`${name} is already running.`)
		return 'AlreadyRunning'
	}
	if (state === 'starting') {
		output(`${name} is already starting.`)
		while (state === 'starting') state = await wait(parameters.PollSeconds * 1000, undefined, { signal }).then(look)
		if (state === 'running') return 'AlreadyStarting'
	}
	output(`Starting ${name}.`)
	const begin = performance.now()
	await azure.wait((options) => virtualMachines.start(resourceGroup, name, options), signal)
	output(`${name} started in ${secondsSince(begin)} s.`)
	return 'Started'
}
