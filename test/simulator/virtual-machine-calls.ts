import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { ArmCall } from './arm-call.ts'
import { countLook, isUnderWay, type LongRunningOperation, type OperationEnding, operationBody, settle } from './long-running-operation.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import { type PowerAction, planPowerAction, type VirtualMachine } from './virtual-machine.ts'
import { instanceViewBody, virtualMachineBody } from './virtual-machine-body.ts'
import { beginOperation, findGroup, findMachine, operationOf } from './world.ts'

type Circumstances = { now: number; ending: OperationEnding }

/** Answers a call as the Azure Resource Manager and Microsoft.Compute do, looking from the outside in: subscription, group, machine. */
export function answerArmCall(simulation: Simulation, call: ArmCall, request: SimulatedRequest, circumstances: Circumstances): Answer {
	const { world } = simulation
	const { operation, resourceGroup = '', vm = '' } = call
	if (call.subscriptionId.toLowerCase() !== world.subscriptionId) {
		return armError(404, 'SubscriptionNotFound', `The subscription '${call.subscriptionId}' could not be found.`)
	}
	if (operation === 'listAll') return listAll(simulation, request)
	if (operation === 'poll') return poll(simulation, call, request, circumstances.now)
	const group = findGroup(world, resourceGroup)
	if (!group) return armError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`)
	if (operation === 'list') return list(simulation, group, request)
	const machine = findMachine(world, vm, group)
	if (!machine) {
		const message = `The Resource 'Microsoft.Compute/virtualMachines/${vm}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`
		return armError(404, 'ResourceNotFound', message)
	}
	if (operation === 'get') return get(simulation, machine, request, circumstances.now)
	if (operation === 'instanceView') return instanceView(simulation, machine, circumstances.now)
	return begin(simulation, { machine, action: operation }, request, circumstances)
}

function list({ world }: Simulation, group: string, { query }: SimulatedRequest): Answer {
	const machines = world.machines.filter((machine) => machine.resourceGroup === group)
	const withInstanceView = asksInstanceView(query)
	return jsonAnswer(200, { value: machines.map((machine) => virtualMachineBody(world.subscriptionId, machine, { withInstanceView })) })
}

/** One page of all machines; the link to the next one carries where to go on and repeats what was asked. */
function listAll({ world, pageSize }: Simulation, { path, query, origin }: SimulatedRequest): Answer {
	const from = Number(query.get('$skiptoken')) || 0
	const withInstanceView = query.get('statusOnly')?.toLowerCase() === 'true' || asksInstanceView(query)
	const page = world.machines.slice(from, from + pageSize)
	const value = page.map((machine) => virtualMachineBody(world.subscriptionId, machine, { withInstanceView }))
	if (from + pageSize >= world.machines.length) return jsonAnswer(200, { value })
	const next = new URLSearchParams(query)
	next.set('$skiptoken', String(from + pageSize))
	return jsonAnswer(200, { value, nextLink: `${origin}${path}?${next}` })
}

function get(simulation: Simulation, machine: VirtualMachine, { query }: SimulatedRequest, now: number): Answer {
	const withInstanceView = asksInstanceView(query)
	if (withInstanceView) lookAt(operationOf(simulation.world, machine), now)
	return jsonAnswer(200, virtualMachineBody(simulation.world.subscriptionId, machine, { withInstanceView }))
}

function instanceView(simulation: Simulation, machine: VirtualMachine, now: number): Answer {
	lookAt(operationOf(simulation.world, machine), now)
	return jsonAnswer(200, instanceViewBody(machine))
}

function asksInstanceView(query: URLSearchParams): boolean {
	return query.get('$expand')?.toLowerCase() === 'instanceview'
}

function begin(
	{ world, operationLength, newId }: Simulation,
	{ machine, action }: { machine: VirtualMachine; action: PowerAction },
	{ query, origin }: SimulatedRequest,
	{ now, ending }: Circumstances,
): Answer {
	const plan = planPowerAction(action, machine.powerState)
	if (plan.outcome === 'refused') return armError(409, plan.code, plan.message)
	const { during, after } = plan
	const operation = beginOperation(world, { machine, action, during, after, ending, length: operationLength, id: newId(), now })
	const path = `/subscriptions/${world.subscriptionId}/providers/Microsoft.Compute/locations/${machine.location}/operations/${operation.id}`
	const pollUrl = `${origin}${path}?p=${newId()}&api-version=${query.get('api-version')}&${signature(newId)}`
	return { status: 202, headers: { 'azure-asyncoperation': pollUrl, location: `${pollUrl}&monitor=true` } }
}

/**
 * Recordings of the Azure CLI since 2025 show poll URLs signed with `t`, `c`, `s` and `h`, about 5 kB together.
 * Whoever logs or stores them has to cope with that length; what is in them is not checked here.
 */
function signature(newId: () => string): string {
	return new URLSearchParams({ t: '639000000000000000', c: newId().repeat(120), s: newId().repeat(10), h: newId() }).toString()
}

/** The operation's status; with `monitor=true` the older form, where the HTTP status tells it and the body is the action's result. */
function poll({ world }: Simulation, { operationId }: ArmCall, { query }: SimulatedRequest, now: number): Answer {
	const operation = world.operations.find(({ id }) => id === operationId)
	if (!operation) return armError(404, 'NotFound', `The entity was not found: operation '${operationId}'.`)
	lookAt(operation, now)
	if (query.get('monitor') !== 'true') return jsonAnswer(200, operationBody(operation))
	if (isUnderWay(operation)) return { status: 202 }
	const { ending } = operation
	if (ending.status === 'Failed') return armError(409, ending.code, ending.message)
	if (ending.status === 'Canceled') return armError(409, 'OperationCanceled', 'The operation was canceled.')
	// Never 204: the clients take that for an error at the end of a POST.
	return { status: 200 }
}

function lookAt(operation: LongRunningOperation | undefined, now: number): void {
	if (!operation) return
	countLook(operation)
	settle(operation, now)
}
