import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { ArmCall } from './arm-call.ts'
import type { Fault } from './fault.ts'
import { endingUnder } from './fault-answer.ts'
import { answerPage } from './page.ts'
import { lookAt, pollHeaders } from './poll-operation.ts'
import { beginPowerOperation } from './put-machine.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { Simulation } from './simulation.ts'
import { type PowerAction, planPowerAction, powerActions, type VirtualMachine } from './virtual-machine.ts'
import { instanceViewBody, virtualMachineBody } from './virtual-machine-body.ts'
import { findMachine, isIn, operationOf, type Place } from './world.ts'

type Circumstances = { now: number; fault: Fault | undefined }

/** Answers a call to Microsoft.Compute in a subscription and group that exist; undefined where the call is to another provider. */
export function answerComputeCall(
	simulation: Simulation,
	call: ArmCall,
	request: SimulatedRequest,
	circumstances: Circumstances,
): Answer | undefined {
	const { operation } = call
	if (operation === 'listAll') return list(simulation, { subscriptionId: call.subscriptionId }, request)
	if (operation === 'list') return list(simulation, call, request)
	if (call.vm === undefined) return undefined
	const machine = findMachine(simulation.world, call.vm, call)
	if (!machine) return machineNotFound(call.vm, call.resourceGroup)
	if (operation === 'get') return get(simulation, machine, request, circumstances.now)
	if (operation === 'instanceView') return instanceView(simulation, machine, circumstances.now)
	const action = powerActions.find((name) => name === operation)
	return action && begin(simulation, { machine, action }, request, circumstances)
}

export function machineNotFound(vm: string, resourceGroup = ''): Answer {
	const message = `The Resource 'Microsoft.Compute/virtualMachines/${vm}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`
	return armError(404, 'ResourceNotFound', message)
}

function list({ world, settings }: Simulation, place: Place, request: SimulatedRequest): Answer {
	const machines = world.machines.filter((machine) => isIn(machine, place))
	const { query } = request
	const withInstanceView = query.get('statusOnly')?.toLowerCase() === 'true' || asksInstanceView(query)
	return answerPage(machines, (machine) => virtualMachineBody(machine, { withInstanceView }), settings.pageSize, request)
}

function get({ world }: Simulation, machine: VirtualMachine, { query }: SimulatedRequest, now: number): Answer {
	const withInstanceView = asksInstanceView(query)
	if (withInstanceView) lookAt(world, operationOf(world, machine), now)
	return jsonAnswer(200, virtualMachineBody(machine, { withInstanceView }))
}

function instanceView({ world }: Simulation, machine: VirtualMachine, now: number): Answer {
	lookAt(world, operationOf(world, machine), now)
	return jsonAnswer(200, instanceViewBody(machine))
}

function asksInstanceView(query: URLSearchParams): boolean {
	return query.get('$expand')?.toLowerCase() === 'instanceview'
}

function begin(
	{ world, settings, newId }: Simulation,
	{ machine, action }: { machine: VirtualMachine; action: PowerAction },
	request: SimulatedRequest,
	{ now, fault }: Circumstances,
): Answer {
	const hibernates = action === 'deallocate' && request.query.get('hibernate')?.toLowerCase() === 'true'
	const plan = planPowerAction({ action, hibernates }, machine)
	if (plan.outcome === 'refused') return armError(409, plan.code, plan.message)
	const { during, after } = plan
	const ending = endingUnder(fault)
	const length = settings.operationLength
	const operation = beginPowerOperation(world, { machine, action, during, after, hibernates, ending, length, id: newId(), now })
	return { status: 202, headers: pollHeaders(operation, request, newId) }
}
