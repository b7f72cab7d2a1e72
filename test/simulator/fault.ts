import { type OperationName, operationNames } from './arm-call.ts'
import { powerActions } from './virtual-machine.ts'

/**
 * What goes wrong:
 * - `refuse`: an error at once, with any status; 5xx too
 * - `forbid`: 403 AuthorizationFailed
 * - `throttle`: 429 as Microsoft.Compute words it; without `retryAfterSeconds` there is no Retry-After
 * - `failOperation`, `cancelOperation`, `hangOperation`: the action is accepted (202) and its operation ends so, or never
 * - `dropSocket`: the connection ends without an answer, and nothing was done
 * - `html`: 200 with a page, as a proxy in between would give
 * - `delay`: the right answer, `seconds` late
 */
type Effect =
	| { effect: 'refuse'; status: number; code: string; message: string }
	| { effect: 'forbid' }
	| { effect: 'throttle'; retryAfterSeconds?: number }
	| { effect: 'failOperation'; code: string; message: string }
	| { effect: 'cancelOperation' }
	| { effect: 'hangOperation' }
	| { effect: 'dropSocket' }
	| { effect: 'html' }
	| { effect: 'delay'; seconds: number }

/** Strikes where all that is given fits: the machine, its group, the operation. After `times` strikes it is spent; without, it stays. */
export type Fault = Effect & { vm?: string; resourceGroup?: string; operation?: OperationName; times?: number }

/** What a request is about; a poll is about the machine its operation changes. */
export type FaultTarget = { operation: OperationName; vm?: string | undefined; resourceGroup?: string | undefined }

/** Takes the first fault that fits and counts its strike; the latest given come first in the list. */
export function takeFault(faults: Fault[], target: FaultTarget): Fault | undefined {
	const index = faults.findIndex((fault) => strikes(fault, target))
	const fault = faults[index]
	if (fault?.times === undefined) return fault
	if (fault.times <= 1) faults.splice(index, 1)
	else faults[index] = { ...fault, times: fault.times - 1 }
	return fault
}

function strikes(fault: Fault, target: FaultTarget): boolean {
	if (fault.effect.endsWith('Operation') && !powerActions.some((action) => action === target.operation)) return false
	if (fault.operation && fault.operation !== target.operation) return false
	return sameName(fault.vm, target.vm) && sameName(fault.resourceGroup, target.resourceGroup)
}

function sameName(expected: string | undefined, actual: string | undefined): boolean {
	return expected === undefined || expected.toLowerCase() === actual?.toLowerCase()
}

/** The members each effect must have, and their types. */
const effectMembers: Record<Effect['effect'], Record<string, 'string' | 'number'>> = {
	refuse: { status: 'number', code: 'string', message: 'string' },
	forbid: {},
	throttle: {},
	failOperation: { code: 'string', message: 'string' },
	cancelOperation: {},
	hangOperation: {},
	dropSocket: {},
	html: {},
	delay: { seconds: 'number' },
}
const optionalMembers = { vm: 'string', resourceGroup: 'string', operation: 'string', times: 'number', retryAfterSeconds: 'number' }

/** Checks a fault that came as JSON; the problem is a sentence that names the member. */
export function readFault(value: object): { fault: Fault } | { problem: string } {
	const given = value as Record<string, unknown>
	const needed = Object.hasOwn(effectMembers, String(given.effect)) ? effectMembers[given.effect as Effect['effect']] : undefined
	if (!needed) return { problem: `effect must be one of ${Object.keys(effectMembers).join(', ')}.` }
	for (const [name, type] of Object.entries(needed)) {
		if (typeof given[name] !== type) return { problem: `${name} must be a ${type} for the effect ${given.effect}.` }
	}
	for (const [name, type] of Object.entries(optionalMembers)) {
		if (given[name] !== undefined && typeof given[name] !== type) return { problem: `${name} must be a ${type}.` }
	}
	const { operation } = given
	if (operation !== undefined && !operationNames.some((name) => name === operation)) {
		return { problem: `operation must be one of ${operationNames.join(', ')}.` }
	}
	return { fault: given as Fault }
}
