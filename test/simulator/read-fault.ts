import { operationNames } from './arm-call.ts'
import type { Effect, Fault } from './fault.ts'
import { captureStatuses } from './packet-capture.ts'

type MemberType = 'string' | 'number' | 'object' | 'strings' | 'operation' | 'captureStatus'

/** The members each effect must have, and their types. */
const effectMembers: Record<Effect['effect'], Record<string, MemberType>> = {
	refuse: { status: 'number', code: 'string', message: 'string' },
	answer: { status: 'number' },
	forbid: {},
	throttle: {},
	failOperation: { code: 'string', message: 'string' },
	cancelOperation: {},
	hangOperation: {},
	dropSocket: {},
	loseAnswer: {},
	hang: {},
	html: {},
	delay: { seconds: 'number' },
	foreignLinks: { origin: 'string' },
	failProvisioning: {},
	fillCapture: { stopReason: 'string' },
	failCapture: { errors: 'strings' },
	hangCapture: { status: 'captureStatus' },
	loseCapture: {},
}
const optionalMembers: Record<string, MemberType> = {
	vm: 'string',
	resourceGroup: 'string',
	watcher: 'string',
	capture: 'string',
	operation: 'operation',
	of: 'operation',
	method: 'string',
	path: 'string',
	times: 'number',
	retryAfterSeconds: 'number',
	headers: 'object',
}

const statuses: readonly unknown[] = [...captureStatuses, 'absent']
const names: readonly unknown[] = operationNames
const types: Record<MemberType, { is: (value: unknown) => boolean; words: string }> = {
	string: { is: (value) => typeof value === 'string', words: 'a string' },
	number: { is: (value) => typeof value === 'number', words: 'a number' },
	object: { is: (value) => typeof value === 'object' && value !== null, words: 'an object' },
	strings: { is: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'), words: 'a list of strings' },
	operation: { is: (value) => names.includes(value), words: `one of ${operationNames.join(', ')}` },
	captureStatus: { is: (value) => statuses.includes(value), words: `one of ${statuses.join(', ')}` },
}

/** Checks a fault that came as JSON; the problem is a sentence that names the member. */
export function readFault(value: object): { fault: Fault } | { problem: string } {
	const given = value as Record<string, unknown>
	const needed = Object.hasOwn(effectMembers, String(given.effect)) ? effectMembers[given.effect as Effect['effect']] : undefined
	if (!needed) return { problem: `effect must be one of ${Object.keys(effectMembers).join(', ')}.` }
	for (const [name, type] of Object.entries(needed)) {
		if (!types[type].is(given[name])) return { problem: `${name} must be ${types[type].words} for the effect ${given.effect}.` }
	}
	for (const [name, type] of Object.entries(optionalMembers)) {
		if (given[name] !== undefined && !types[type].is(given[name])) return { problem: `${name} must be ${types[type].words}.` }
	}
	return { fault: given as Fault }
}
