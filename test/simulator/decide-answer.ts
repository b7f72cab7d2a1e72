import { issueToken, refuseBearer, tokenPath } from './access-tokens.ts'
import { type Answer, armError } from './answer.ts'
import { type ArmCall, readArmCall } from './arm-call.ts'
import { answerControl, controlPath } from './control-plane.ts'
import { type Fault, takeFault } from './fault.ts'
import { answerFault, endingUnder } from './fault-answer.ts'
import { settle } from './long-running-operation.ts'
import type { RequestSubject } from './request-record.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import { answerArmCall } from './virtual-machine-calls.ts'

export type Decision = { answer: Answer; subject: RequestSubject }

/** Decides what a request gets, and changes the world accordingly. It waits for nothing: a late answer says so itself. */
export function decideAnswer(simulation: Simulation, request: SimulatedRequest, now: number): Decision {
	for (const operation of simulation.world.operations) settle(operation, now)
	if (request.path.startsWith(controlPath)) return { answer: answerControl(simulation, request, now), subject: {} }
	if (request.path === tokenPath) return decideToken(simulation, request, now)
	const refusal = refuseApiVersion(request.query) ?? refuseBearer(simulation.tokens, request.headers.authorization, now)
	return refusal ? { answer: refusal, subject: {} } : decideArm(simulation, request, now)
}

function decideToken({ world, tokens, newId }: Simulation, request: SimulatedRequest, now: number): Decision {
	const fault = takeFault(world.faults, { operation: 'token' })
	const answer = fault && answerFault(fault, 'token', request.path)
	return { answer: late(answer ?? issueToken(tokens, request, now, newId), fault), subject: { operation: 'token', effect: fault?.effect } }
}

function decideArm(simulation: Simulation, request: SimulatedRequest, now: number): Decision {
	const { world } = simulation
	const call = readArmCall(request.method, request.path)
	if (!call) return { answer: armError(404, 'NotFound', `The simulator does not know ${request.method} ${request.path}.`), subject: {} }
	const polled = call.operationId ? world.operations.find(({ id }) => id === call.operationId) : undefined
	const target = {
		operation: call.operation,
		resourceGroup: call.resourceGroup ?? polled?.machine.resourceGroup,
		vm: call.vm ?? polled?.machine.name,
	}
	const fault = takeFault(world.faults, target)
	const instead = fault && answerFault(fault, permission(call), request.path)
	const answer = instead ?? answerArmCall(simulation, call, request, { now, ending: endingUnder(fault) })
	return { answer: late(answer, fault), subject: { ...target, effect: fault?.effect } }
}

/** The permission Azure asks for a call, as its refusal names it. */
function permission({ operation }: ArmCall): string {
	if (operation === 'instanceView') return 'Microsoft.Compute/virtualMachines/instanceView/read'
	if (operation === 'poll') return 'Microsoft.Compute/locations/operations/read'
	const reads = operation === 'get' || operation === 'list' || operation === 'listAll'
	return `Microsoft.Compute/virtualMachines/${reads ? 'read' : `${operation}/action`}`
}

function late(answer: Answer, fault: Fault | undefined): Answer {
	return fault?.effect === 'delay' ? { ...answer, delaySeconds: fault.seconds } : answer
}

/** Any dated version is good: each release of the clients sends a newer one, and they cannot be told which. */
function refuseApiVersion(query: URLSearchParams): Answer | undefined {
	const version = query.get('api-version')
	if (!version) {
		return armError(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.')
	}
	if (/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version)) return undefined
	return armError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.`)
}
