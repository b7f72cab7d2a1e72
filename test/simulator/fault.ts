import type { OperationName } from './arm-call.ts'
import { captureActions } from './long-running-operation.ts'
import type { CaptureStatus } from './packet-capture.ts'
import { powerActions } from './virtual-machine.ts'

/**
 * What goes wrong:
 * - `refuse`: an error at once, with any status; 5xx too
 * - `answer`: any status, headers and body; a text goes out as it is, anything else as JSON
 * - `forbid`: 403 AuthorizationFailed
 * - `throttle`: 429 as the provider words it; without `retryAfterSeconds` there is no Retry-After
 * - `failOperation`, `cancelOperation`, `hangOperation`: the action is accepted and its operation ends so, or never
 * - `dropSocket`: the connection ends without an answer, and nothing was done
 * - `loseAnswer`: it was done, and the connection ends without an answer
 * - `hang`: no answer, and the connection stays
 * - `html`: 200 with a page, as a proxy in between would give
 * - `delay`: the right answer, `seconds` late
 * - `foreignLinks`: the right answer, but its links (polls, next pages) lead to `origin`
 * - `failProvisioning`: the operation that creates a capture succeeds, and its provisioningState is Failed
 * - `fillCapture`: the capture ends before its time limit, with any `stopReason`
 * - `failCapture`: the capture ends in Error, with these `errors`
 * - `hangCapture`: the capture has this `status` for ever; `absent` leaves it out of the answer
 * - `loseCapture`: the capture runs, and is gone
 */
export type Effect =
	| { effect: 'refuse'; status: number; code: string; message: string }
	| { effect: 'answer'; status: number; headers?: Record<string, string>; body?: unknown }
	| { effect: 'forbid' }
	| { effect: 'throttle'; retryAfterSeconds?: number }
	| { effect: 'failOperation'; code: string; message: string }
	| { effect: 'cancelOperation' }
	| { effect: 'hangOperation' }
	| { effect: 'dropSocket' }
	| { effect: 'loseAnswer' }
	| { effect: 'hang' }
	| { effect: 'html' }
	| { effect: 'delay'; seconds: number }
	| { effect: 'foreignLinks'; origin: string }
	| { effect: 'failProvisioning' }
	| { effect: 'fillCapture'; stopReason: string }
	| { effect: 'failCapture'; errors: string[] }
	| { effect: 'hangCapture'; status: CaptureStatus }
	| { effect: 'loseCapture' }

/**
 * Strikes where all that is given fits: names, the operation, the method and the path (where `*` stands for any text);
 * `of` is the action whose operation is polled. After `times` strikes it is spent; without, it stays.
 */
export type Fault = Effect & {
	vm?: string
	resourceGroup?: string
	watcher?: string
	capture?: string
	operation?: OperationName
	of?: OperationName
	method?: string
	path?: string
	times?: number
}

/** What a request is about; a poll is about the resource its operation changes. */
export type FaultTarget = {
	operation: OperationName
	method: string
	path: string
	of?: OperationName | undefined
	vm?: string | undefined
	resourceGroup?: string | undefined
	watcher?: string | undefined
	capture?: string | undefined
}

/** Takes the first fault that fits and counts its strike; the latest given come first in the list. */
export function takeFault(faults: Fault[], target: FaultTarget): Fault | undefined {
	const index = faults.findIndex((fault) => strikes(fault, target))
	const fault = faults[index]
	if (fault?.times === undefined) return fault
	if (fault.times <= 1) faults.splice(index, 1)
	else faults[index] = { ...fault, times: fault.times - 1 }
	return fault
}

const filters = ['vm', 'resourceGroup', 'watcher', 'capture', 'operation', 'of', 'method'] as const
const acting: readonly string[] = [...powerActions, ...captureActions]
/** These need an action to strike, or the making of a capture. */
const actionEffects: readonly Effect['effect'][] = ['failOperation', 'cancelOperation', 'hangOperation']
const captureEffects: readonly Effect['effect'][] = ['failProvisioning', 'fillCapture', 'failCapture', 'hangCapture', 'loseCapture']

function strikes(fault: Fault, target: FaultTarget): boolean {
	if (actionEffects.includes(fault.effect) && !acting.includes(target.operation)) return false
	if (captureEffects.includes(fault.effect) && target.operation !== 'createCapture') return false
	if (fault.path !== undefined && !fits(fault.path, target.path)) return false
	return filters.every((name) => fault[name] === undefined || fault[name].toLowerCase() === target[name]?.toLowerCase())
}

function fits(pattern: string, path: string): boolean {
	const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
	return new RegExp(`^${parts.join('.*')}$`, 'i').test(path)
}
