import { type Answer, armError } from './answer.ts'
import type { ArmCall } from './arm-call.ts'
import type { Fault } from './fault.ts'
import { answerNetworkCall } from './network-watcher-calls.ts'
import { pollOperation } from './poll-operation.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import { answerComputeCall } from './virtual-machine-calls.ts'
import { findGroup } from './world.ts'

/** Answers a call as the Azure Resource Manager and its providers do, looking from the outside in: subscription, group, resource. */
export function answerArmCall(
	simulation: Simulation,
	call: ArmCall,
	request: SimulatedRequest,
	circumstances: { now: number; fault: Fault | undefined },
): Answer {
	const { world } = simulation
	const { subscriptionId, resourceGroup } = call
	if (!world.subscriptionIds.includes(subscriptionId.toLowerCase())) {
		return armError(404, 'SubscriptionNotFound', `The subscription '${subscriptionId}' could not be found.`)
	}
	if (call.operation === 'poll') return pollOperation(world, call, request, circumstances.now)
	if (resourceGroup !== undefined && !findGroup(world, subscriptionId, resourceGroup)) {
		return armError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`)
	}
	const answer = answerComputeCall(simulation, call, request, circumstances) ?? answerNetworkCall(simulation, call, request, circumstances)
	if (!answer) throw new Error(`Nobody answers ${call.operation}.`)
	return answer
}
