import { issueToken, refuseBearer, tokenPath } from './access-tokens.ts'
import { type Answer, armError } from './answer.ts'
import { answerArmCall } from './answer-arm-call.ts'
import { type ArmCall, permissions, readArmCall } from './arm-call.ts'
import { answerControl, controlPath } from './control-plane.ts'
import { type FaultTarget, takeFault } from './fault.ts'
import { answerFault, changeAnswer } from './fault-answer.ts'
import type { RequestSubject } from './request-record.ts'
import { settleWorld } from './settle-world.ts'
import { answerSignIn, entraError, isSignIn } from './sign-in.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import type { World } from './world.ts'

export type Decision = { answer: Answer; subject: RequestSubject }

/** Decides what a request gets, and changes the world accordingly. It waits for nothing: a late answer says so itself. */
export function decideAnswer(simulation: Simulation, request: SimulatedRequest, now: number): Decision {
	settleWorld(simulation, now)
	if (request.path.startsWith(controlPath)) return { answer: answerControl(simulation, request, now), subject: {} }
	if (request.path === tokenPath) return decideToken(simulation, request, now)
	if (isSignIn(request.path)) return decideSignIn(simulation, request, now)
	const refusal = refuseApiVersion(request.query) ?? refuseBearer(simulation.tokens, request.headers.authorization, now)
	return refusal ? { answer: refusal, subject: {} } : decideArm(simulation, request, now)
}

function decideToken({ world, tokens, newId }: Simulation, request: SimulatedRequest, now: number): Decision {
	const { method, path } = request
	const fault = takeFault(world.faults, { operation: 'token', method, path })
	const answer = (fault && answerFault(fault, 'token', path)) ?? issueToken(tokens, request, now, newId)
	return { answer: changeAnswer(answer, fault), subject: { operation: 'token', effect: fault?.effect } }
}

/** The only other form of an error: Microsoft Entra knows nothing of Azure Resource Manager's. */
function decideSignIn({ world, settings, tokens, newId }: Simulation, request: SimulatedRequest, now: number): Decision {
	const { method, path } = request
	const fault = takeFault(world.faults, { operation: 'signIn', method, path })
	const instead =
		fault?.effect === 'refuse' ? entraError(fault.status, fault.code, fault.message) : fault && answerFault(fault, 'signIn', path)
	const answer = instead ?? answerSignIn(request, { tokens, clientSecrets: settings.clientSecrets, now, newId })
	return { answer: changeAnswer(answer, fault), subject: { operation: 'signIn', effect: fault?.effect } }
}

function decideArm(simulation: Simulation, request: SimulatedRequest, now: number): Decision {
	const { world } = simulation
	const { method, path } = request
	const call = readArmCall(method, path)
	if (!call) return { answer: armError(404, 'NotFound', `The simulator does not know ${method} ${path}.`), subject: {} }
	const subject = subjectOf(world, call)
	const fault = takeFault(world.faults, { ...subject, method, path })
	const instead = fault && answerFault(fault, permissions[call.operation], path)
	const seen = fault?.effect === 'foreignLinks' ? { ...request, origin: fault.origin } : request
	const answer = instead ?? answerArmCall(simulation, call, seen, { now, fault })
	return { answer: changeAnswer(answer, fault), subject: { ...subject, effect: fault?.effect } }
}

/** What a call is about; a poll is about the resource its operation changes. */
function subjectOf(world: World, { operation, operationId, ...call }: ArmCall): Omit<FaultTarget, 'method' | 'path'> {
	const { resourceGroup, vm, watcher, capture } = call
	const { change } = world.operations.find(({ id }) => id === operationId) ?? {}
	if (!change) return { operation, resourceGroup, vm, watcher, capture }
	const { action, subject } = change
	if (!('watcher' in subject)) return { operation, of: action, resourceGroup: subject.resourceGroup, vm: subject.name }
	const { name, watcher: of } = subject
	return { operation, of: action, resourceGroup: of.resourceGroup, watcher: of.name, capture: name }
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
