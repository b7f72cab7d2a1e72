import { type Answer, armError, jsonAnswer } from './answer.ts'
import { readFault } from './fault.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import { resetSimulation, type Simulation } from './simulation.ts'
import { powerStates } from './virtual-machine.ts'
import { type MachineSettings, putMachine } from './world.ts'

export const controlPath = '/simulator/'

/**
 * The simulator's own routes, for trials by hand and for tests in another process; they ask for no token.
 *
 *     GET  /simulator/requests     what was asked, the oldest first
 *     GET  /simulator/vms          the machines and their power states
 *     PUT  /simulator/vms/{name}   makes or changes one: {resourceGroup, location, osType, powerState}
 *     GET  /simulator/faults       the faults in force
 *     POST /simulator/faults       adds one, before the others
 *     POST /simulator/reset        the world as at the start, and no requests
 */
export function answerControl(simulation: Simulation, request: SimulatedRequest, now: number): Answer {
	const { world, requests } = simulation
	const name = /^PUT \/simulator\/vms\/([\w.-]+)$/.exec(`${request.method} ${request.path}`)?.[1]
	if (name) return putVm(simulation, name, request.body, now)
	switch (`${request.method} ${request.path}`) {
		case 'GET /simulator/requests':
			return jsonAnswer(200, requests)
		case 'GET /simulator/vms':
			return jsonAnswer(200, world.machines)
		case 'GET /simulator/faults':
			return jsonAnswer(200, world.faults)
		case 'POST /simulator/faults':
			return addFault(simulation, request.body)
		case 'POST /simulator/reset':
			resetSimulation(simulation)
			return { status: 204 }
		default:
			return armError(404, 'NotFound', `The simulator has no ${request.method} ${request.path}.`)
	}
}

function addFault({ world }: Simulation, body: string): Answer {
	const value = readObject(body)
	const read = value ? readFault(value) : { problem: 'The body must be a JSON object.' }
	if ('problem' in read) return armError(400, 'InvalidFault', read.problem)
	world.faults.unshift(read.fault)
	return jsonAnswer(201, read.fault)
}

function putVm({ world, operationLength, newId }: Simulation, name: string, body: string, now: number): Answer {
	const value = readObject(body)
	const problem = value ? faultOfSettings(value) : 'The body must be a JSON object.'
	if (problem) return armError(400, 'InvalidVirtualMachine', problem)
	const settings = { ...value, name } as MachineSettings
	return jsonAnswer(200, putMachine(world, settings, { length: operationLength, now, newId }))
}

function faultOfSettings({ resourceGroup, location, osType, powerState }: Record<string, unknown>): string | undefined {
	if (resourceGroup !== undefined && typeof resourceGroup !== 'string') return 'resourceGroup must be a string.'
	if (location !== undefined && typeof location !== 'string') return 'location must be a string.'
	if (osType !== undefined && osType !== 'Linux' && osType !== 'Windows') return 'osType must be Linux or Windows.'
	if (powerState === undefined || powerState === null || powerStates.some((state) => state === powerState)) return undefined
	return `powerState must be null or one of ${powerStates.join(', ')}.`
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
