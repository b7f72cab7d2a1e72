import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { ArmCall } from './arm-call.ts'
import { canWriteFile, readCaptureParameters } from './capture-parameters.ts'
import type { Fault } from './fault.ts'
import { courseUnder, endingUnder } from './fault-answer.ts'
import type { CaptureChange, LongRunningOperation, OperationEnding } from './long-running-operation.ts'
import type { NetworkWatcher } from './network-watcher.ts'
import type { PacketCapture } from './packet-capture.ts'
import { captureBody, captureStatusBody } from './packet-capture-body.ts'
import { lookAt, pollHeaders } from './poll-operation.ts'
import { refuseCapture } from './refuse-capture.ts'
import { settleWorld } from './settle-world.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import { findCapture, keepOperation, operationOf } from './world.ts'

export type CaptureCircumstances = { now: number; fault: Fault | undefined }

/** Answers a call about one packet capture of a watcher that exists. */
export function answerCaptureCall(
	simulation: Simulation,
	{ watcher, call }: { watcher: NetworkWatcher; call: ArmCall },
	request: SimulatedRequest,
	circumstances: CaptureCircumstances,
): Answer | undefined {
	const { world } = simulation
	const { operation, capture: name = '' } = call
	const capture = findCapture(world, name, watcher)
	if (operation === 'createCapture') return create(simulation, { watcher, name, existing: capture }, request, circumstances)
	// Deleting what is not there has been done already.
	if (!capture) return operation === 'deleteCapture' ? { status: 204 } : captureNotFound(call)
	const underWay = operationOf(world, capture)
	lookAt(world, underWay, circumstances.now)
	switch (operation) {
		case 'getCapture':
			return jsonAnswer(200, captureBody(capture))
		case 'getCaptureStatus':
			return status(simulation, capture, call, circumstances.now)
		case 'stopCapture':
		case 'deleteCapture':
			return refuseUnderWay(underWay, request, simulation) ?? change(simulation, { capture, action: operation }, request, circumstances)
		default:
			return undefined
	}
}

function captureNotFound({ watcher, capture, resourceGroup }: ArmCall): Answer {
	const name = `Microsoft.Network/networkWatchers/${watcher}/packetCaptures/${capture}`
	return armError(404, 'ResourceNotFound', `The Resource '${name}' under resource group '${resourceGroup}' was not found.`)
}

/** Accepts the capture with 201 and an operation that is followed by its status alone, or refuses it at once. */
function create(
	simulation: Simulation,
	{ watcher, name, existing }: { watcher: NetworkWatcher; name: string; existing: PacketCapture | undefined },
	request: SimulatedRequest,
	{ now, fault }: CaptureCircumstances,
): Answer {
	const { world, settings, newId } = simulation
	// Assumed, not recorded: what the service says to a name that is taken.
	if (existing) return armError(409, 'PacketCaptureAlreadyExists', `A packet capture with the name '${existing.name}' already exists.`)
	const read = readCaptureParameters(request.body, now)
	if ('problem' in read) return armError(400, 'InvalidRequestFormat', `Cannot parse the request. ${read.problem}`)
	const { parameters } = read
	const checked = refuseCapture(world, { watcher, target: parameters.target, captureCountMax: settings.captureCountMax })
	if ('refusal' in checked) return checked.refusal
	const { machine } = checked
	const capture: PacketCapture = {
		...{ name, watcher, parameters, etag: newId(), acceptTime: now },
		provisioningState: 'Updating',
		course: canWriteFile(parameters, machine.osType) ? courseUnder(fault) : { kind: 'error', errors: ['LocalFileFailed'] },
		status: 'NotStarted',
		errors: [],
		lookCount: 0,
	}
	world.captures.push(capture)
	// Public threads show no better words than these for a guest agent that does not answer.
	const noAgent: OperationEnding = { status: 'Failed', code: 'InternalServerError', message: 'An error occurred.' }
	const ending = machine.vmAgent === 'ready' ? endingUnder(fault) : noAgent
	const createsFailed = fault?.effect === 'failProvisioning'
	const operation = begin(simulation, { action: 'createCapture', subject: capture, before: 'Updating', createsFailed }, ending, now)
	const { 'azure-asyncoperation': url } = pollHeaders(operation, request, newId)
	return jsonAnswer(201, captureBody(capture), { 'azure-asyncoperation': url })
}

function status(simulation: Simulation, capture: PacketCapture, call: ArmCall, now: number): Answer {
	if (capture.provisioningState === 'Succeeded') capture.lookCount += 1
	settleWorld(simulation, now)
	return simulation.world.captures.includes(capture) ? jsonAnswer(200, captureStatusBody(capture)) : captureNotFound(call)
}

function change(
	simulation: Simulation,
	{ capture, action }: { capture: PacketCapture; action: 'stopCapture' | 'deleteCapture' },
	request: SimulatedRequest,
	{ now, fault }: CaptureCircumstances,
): Answer {
	const operation = begin(simulation, { action, subject: capture, before: capture.provisioningState }, endingUnder(fault), now)
	if (action === 'deleteCapture') capture.provisioningState = 'Deleting'
	return { status: 202, headers: pollHeaders(operation, request, simulation.newId) }
}

function begin({ world, settings, newId }: Simulation, change: CaptureChange, ending: OperationEnding, now: number): LongRunningOperation {
	const operation = { id: newId(), change, length: settings.operationLength, startTime: now, ending, lookCount: 0 }
	keepOperation(world, operation)
	return operation
}

/** The service does one thing at a time to a resource; its refusal names the poll URL of what is under way. */
function refuseUnderWay(operation: LongRunningOperation | undefined, request: SimulatedRequest, { newId }: Simulation): Answer | undefined {
	if (!operation || operation.endTime !== undefined) return undefined
	const { 'azure-asyncoperation': url } = pollHeaders(operation, request, newId)
	const message = `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${url}.`
	return armError(409, 'AnotherOperationInProgress', message)
}
