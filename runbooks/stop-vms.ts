import { ComputeManagementClient } from '@azure/arm-compute'
import { type Azure, defineRunbook, type RunbookContext, z } from 'runhook'
import type { Machine } from './lib/find-machines.ts'
import { jobSeconds, machineParameters, untilSettled, workOnMachines } from './lib/machine-job.ts'
import { Refusal, secondsSince } from './lib/machine-outcome.ts'
import { powerStateOf } from './lib/power-state.ts'
import { isNeverStopped, neverStopTag, planStop, type StopStep, stopModes } from './lib/stop-plan.ts'

const parameters = z.object({
	...machineParameters,
	Mode: z
		.enum(stopModes)
		.default('Deallocate')
		.describe('Deallocate gives the hardware back; a machine that is powered off is still billed; Hibernate keeps its memory.'),
	SkipShutdown: z.boolean().default(false).describe('For PowerOff: switch off without shutting down the operating system.'),
	Force: z.boolean().default(false).describe(`Stop machines with the tag ${neverStopTag}=true, too.`),
})

type Context = RunbookContext<z.output<typeof parameters>> & { azure: Azure }

export default defineRunbook({
	description: 'Stops the virtual machines that the body of a webhook call names, and no others.',
	parameters,
	timeoutSeconds: jobSeconds,
	run(context) {
		return workOnMachines(context, {
			verb: 'stop',
			doing: 'stopping',
			work: (machine, azure, signal) => bringDown({ ...context, azure }, machine, signal),
			count: (outcomes) => ({
				Stopped: outcomes.filter(({ Result }) => Result === 'Stopped').length,
				AlreadyStopped: outcomes.filter(({ Result }) => Result === 'AlreadyStopped').length,
			}),
		})
	},
})

/** Sees to it that one machine is stopped; rejects with what Azure answered when it cannot, and with a Refusal when it must not be. */
async function bringDown(context: Context, machine: Machine, signal: AbortSignal) {
	const { azure, output, parameters } = context
	const { subscriptionId, resourceGroup, name } = machine
	const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
	const look = async () => powerStateOf(await virtualMachines.instanceView(resourceGroup, name, { abortSignal: signal }))

	const { tags, instanceView } = await virtualMachines.get(resourceGroup, name, { expand: 'instanceView', abortSignal: signal })
	const state = await untilSettled(context, { machine, state: powerStateOf(instanceView ?? {}), look }, signal)
	const step = planStop(parameters.Mode, state)
	if (step === 'nothing') {
		output(`${name} is already stopped.`)
		return 'AlreadyStopped'
	}
	if (isNeverStopped(tags) && !parameters.Force) throw new Refusal(`it has the tag ${neverStopTag}=true and is stopped only with Force.`)
	output(`Stopping ${name}.`)
	const begin = performance.now()
	await takeStep(step)
	output(`${name} stopped in ${secondsSince(begin)} s.`)
	return 'Stopped'

	async function takeStep(wanted: Exclude<StopStep, 'nothing'>): Promise<void> {
		if (wanted === 'powerOff') {
			const { SkipShutdown } = parameters
			const skip = SkipShutdown && { skipShutdown: true }
			await azure.wait((options) => virtualMachines.powerOff(resourceGroup, name, { ...options, ...skip }), signal)
			return
		}
		const hibernate = wanted === 'hibernate' && { hibernate: true }
		await azure.wait((options) => virtualMachines.deallocate(resourceGroup, name, { ...options, ...hibernate }), signal)
	}
}
