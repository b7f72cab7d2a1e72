import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { ArmCall } from './arm-call.ts'
import { type NetworkWatcher, watcherBody } from './network-watcher.ts'
import { captureBody } from './packet-capture-body.ts'
import { answerCaptureCall, type CaptureCircumstances } from './packet-capture-calls.ts'
import { answerPage } from './page.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import { capturesOf, findWatcher, isIn, type Place } from './world.ts'

/** Answers a call to the Network Watchers of a subscription and group that exist; undefined where the call is to another provider. */
export function answerNetworkCall(
	simulation: Simulation,
	call: ArmCall,
	request: SimulatedRequest,
	circumstances: CaptureCircumstances,
): Answer | undefined {
	const { world, settings } = simulation
	if (call.operation === 'listAllWatchers') return list(simulation, { subscriptionId: call.subscriptionId }, request)
	if (call.operation === 'listWatchers') return list(simulation, call, request)
	if (call.watcher === undefined) return undefined
	const watcher = findWatcher(world, call.watcher, call)
	if (!watcher) return watcherNotFound(call.watcher, call.resourceGroup)
	if (call.operation === 'getWatcher') return jsonAnswer(200, watcherBody(watcher))
	if (call.operation === 'listCaptures') return answerPage(capturesOf(world, watcher), captureBody, settings.pageSize, request)
	return answerCaptureCall(simulation, { watcher, call }, request, circumstances)
}

function list({ world, settings }: Simulation, place: Place, request: SimulatedRequest): Answer {
	const watchers: NetworkWatcher[] = world.watchers.filter((watcher) => isIn(watcher, place))
	return answerPage(watchers, watcherBody, settings.pageSize, request)
}

function watcherNotFound(watcher: string, resourceGroup = ''): Answer {
	const message = `The Resource 'Microsoft.Network/networkWatchers/${watcher}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`
	return armError(404, 'ResourceNotFound', message)
}
