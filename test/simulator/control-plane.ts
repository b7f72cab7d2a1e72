import { type Answer, armError, jsonAnswer } from './answer.ts'
import { type Members, problemOf } from './members.ts'
import {
	type CaptureSettings,
	captureMembers,
	putCapture,
	putWatcher,
	viewCapture,
	type WatcherSettings,
	watcherMembers,
} from './put-capture.ts'
import { type MachineSettings, putMachine } from './put-machine.ts'
import { readFault } from './read-fault.ts'
import { readSettings } from './settings.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import { resetSimulation, type Simulation } from './simulation.ts'
import { powerStates, vmAgentStates } from './virtual-machine.ts'
import { removeFrom } from './world.ts'

export const controlPath = '/simulator/'

/**
 * The simulator's own routes, for trials by hand and for tests in another process; they ask for no token.
 *
 *     GET    /simulator/requests         what was asked, the oldest first; DELETE forgets it
 *     GET    /simulator/vms              the machines and their power states
 *     PUT    /simulator/vms/{name}       makes or changes one: {subscriptionId, resourceGroup, location, osType, powerState, tags,
 *                                        vmAgent, networkWatcherAgent, hibernationEnabled}; DELETE takes it away
 *     GET    /simulator/watchers         the Network Watchers
 *     PUT    /simulator/watchers/{name}  makes one: {subscriptionId, resourceGroup, location}; DELETE takes it and its captures away
 *     GET    /simulator/captures         the packet captures with their status
 *     PUT    /simulator/captures/{name}  makes or changes one: {watcher, subscriptionId, target, status, stopReason, errors,
 *                                        provisioningState, startTime}; DELETE takes it away
 *     GET    /simulator/settings         operationLength, captureLength, captureCountMax, pageSize, clientSecrets;
 *                                        PUT changes those it names
 *     GET    /simulator/faults           the faults in force
 *     POST   /simulator/faults           adds one, before the others; DELETE takes all away
 *     POST   /simulator/reset            the world and the settings as at the start, and no requests
 */
export function answerControl(simulation: Simulation, request: SimulatedRequest, now: number): Answer {
	const { world, requests } = simulation
	const { method, path, body } = request
	const [, kind, name] = /^\/simulator\/(vms|watchers|captures)\/([\w.-]+)$/.exec(path) ?? []
	if (kind && name && method === 'PUT') return put(simulation, { kind: kind as Kind, name, body }, now)
	if (kind && name && method === 'DELETE') return { status: removeFrom(world, kind as Kind, name) ? 204 : 404 }
	switch (`${method} ${path}`) {
		case 'GET /simulator/requests':
			return jsonAnswer(200, requests)
		case 'DELETE /simulator/requests':
			return emptied(requests)
		case 'GET /simulator/vms':
			return jsonAnswer(200, world.machines)
		case 'GET /simulator/watchers':
			return jsonAnswer(200, world.watchers)
		case 'GET /simulator/captures':
			return jsonAnswer(200, world.captures.map(viewCapture))
		case 'GET /simulator/settings':
			return jsonAnswer(200, simulation.settings)
		case 'PUT /simulator/settings':
			return changeSettings(simulation, body)
		case 'GET /simulator/faults':
			return jsonAnswer(200, world.faults)
		case 'POST /simulator/faults':
			return addFault(simulation, body)
		case 'DELETE /simulator/faults':
			return emptied(world.faults)
		case 'POST /simulator/reset':
			resetSimulation(simulation)
			return { status: 204 }
		default:
			return armError(404, 'NotFound', `The simulator has no ${method} ${path}.`)
	}
}

type Kind = Parameters<typeof removeFrom>[1]

function emptied(list: unknown[]): Answer {
	list.length = 0
	return { status: 204 }
}

function addFault({ world }: Simulation, body: string): Answer {
	const value = readObject(body)
	const read = value ? readFault(value) : { problem: 'The body must be a JSON object.' }
	if ('problem' in read) return armError(400, 'InvalidFault', read.problem)
	world.faults.unshift(read.fault)
	return jsonAnswer(201, read.fault)
}

function changeSettings(simulation: Simulation, body: string): Answer {
	const value = readObject(body)
	const read = value ? readSettings(value) : { problem: 'The body must be a JSON object.' }
	if ('problem' in read) return armError(400, 'InvalidSettings', read.problem)
	simulation.settings = { ...simulation.settings, ...read.settings }
	return jsonAnswer(200, simulation.settings)
}

function put(simulation: Simulation, { kind, name, body }: { kind: Kind; name: string; body: string }, now: number): Answer {
	const { world, settings, newId } = simulation
	const value = readObject(body)
	if (!value) return armError(400, 'InvalidBody', 'The body must be a JSON object.')
	const given = { ...value, name }
	const problem = problemOf(...things[kind], value)
	if (problem) return armError(400, 'InvalidBody', problem)
	try {
		if (kind === 'vms') {
			return jsonAnswer(200, putMachine(world, given as MachineSettings, { length: settings.operationLength, now, newId }))
		}
		if (kind === 'watchers') return jsonAnswer(200, putWatcher(world, given as WatcherSettings))
		return jsonAnswer(200, viewCapture(putCapture(world, given as CaptureSettings, { now, newId })))
	} catch (error) {
		return armError(409, 'Conflict', (error as Error).message)
	}
}

const machineMembers: Members = {
	subscriptionId: 'string',
	resourceGroup: 'string',
	location: 'string',
	osType: ['Linux', 'Windows'],
	powerState: [null, ...powerStates],
	tags: 'object',
	vmAgent: vmAgentStates,
	networkWatcherAgent: 'boolean',
	hibernationEnabled: 'boolean',
}

const things: Record<Kind, [what: string, members: Members]> = {
	vms: ['machine', machineMembers],
	watchers: ['Network Watcher', watcherMembers],
	captures: ['capture', captureMembers],
}

/** An empty body counts as an object without members. */
function readObject(body: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(body || '{}')
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
	} catch {
		return undefined
	}
}
