// Requests of people and scripts that name machines, rather than alerts.

import type { Message, Reading } from './alert.ts'
import { listOf, member } from './json-member.ts'

/** Reads a list of machines to start or stop: an array, or an object with one. Names are there for looking them up. */
export function readMachineList({ body }: Message): Reading {
	const entries = Array.isArray(body) ? body : listOf(member(body, 'VirtualMachines'))
	return {
		machineIds: entries.flatMap((entry) => [entry, member(entry, 'Id'), member(entry, 'ResourceId')]),
		machineNames: entries.flatMap((entry) => [entry, member(entry, 'Name')]),
	}
}

/** Reads a request for a packet capture. */
export function readCaptureRequest({ body }: Message): Reading {
	return { machineIds: [member(body, 'targetVM')] }
}
