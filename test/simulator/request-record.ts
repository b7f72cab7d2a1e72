import type { Answer } from './answer.ts'
import type { OperationName } from './arm-call.ts'
import type { Fault } from './fault.ts'
import type { SimulatedRequest } from './simulated-request.ts'

/** What a request turned out to be about; empty where it was refused before that was looked at. A poll names its operation's machine. */
export type RequestSubject = {
	operation?: OperationName | undefined
	resourceGroup?: string | undefined
	vm?: string | undefined
	/** The fault that struck. */
	effect?: Fault['effect'] | undefined
}

/** One request as it is logged and kept: no token, and no query value long enough to be a signature. */
export type RequestRecord = RequestSubject & {
	/** ISO 8601, UTC. */
	time: string
	method: string
	path: string
	query: Record<string, string>
	authorization?: string
	clientRequestId?: string
	status: number | 'dropped'
}

const valueLengthMax = 64

export function recordRequest(
	{ method, path, query, headers }: SimulatedRequest,
	{ answer, subject }: { answer: Answer; subject: RequestSubject },
	now: number,
): RequestRecord {
	const { authorization, 'x-ms-client-request-id': clientRequestId } = headers
	return {
		time: new Date(now).toISOString(),
		method,
		path,
		query: Object.fromEntries([...query].map(([name, value]) => [name, cut(value)])),
		...(authorization && { authorization: `${authorization.split(' ', 1)[0]} [redacted]` }),
		...(clientRequestId && { clientRequestId }),
		...subject,
		status: answer.dropSocket ? 'dropped' : answer.status,
	}
}

function cut(value: string): string {
	return value.length > valueLengthMax ? `${value.slice(0, 16)}… (${value.length} characters)` : value
}
