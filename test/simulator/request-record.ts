import type { Answer } from './answer.ts'
import type { OperationName } from './arm-call.ts'
import type { Fault } from './fault.ts'
import type { SimulatedRequest } from './simulated-request.ts'

/** What a request turned out to be about; empty where it was refused before that was looked at. A poll names what its operation changes. */
export type RequestSubject = {
	operation?: OperationName | undefined
	/** The action whose operation is polled. */
	of?: OperationName | undefined
	resourceGroup?: string | undefined
	vm?: string | undefined
	watcher?: string | undefined
	capture?: string | undefined
	/** The fault that struck. */
	effect?: Fault['effect'] | undefined
}

/** One request as it is logged and kept: no token, no signature, and no value of any length. */
export type RequestRecord = RequestSubject & {
	/** ISO 8601, UTC. */
	time: string
	method: string
	path: string
	query: Record<string, string>
	/** As JSON where it is that, a form by its fields, else the text; absent where there was none. */
	body?: unknown
	authorization?: string
	clientRequestId?: string
	status: number | 'dropped' | 'unanswered'
}

const valueLengthMax = 64
const bodyLengthMax = 16_384
/** The parameters that sign a poll URL. */
const signatures = ['t', 'c', 's', 'h']

export function recordRequest(
	{ method, path, query, headers, body }: SimulatedRequest,
	{ answer, subject }: { answer: Answer; subject: RequestSubject },
	now: number,
): RequestRecord {
	const { authorization, 'x-ms-client-request-id': clientRequestId } = headers
	return {
		time: new Date(now).toISOString(),
		method,
		path,
		query: Object.fromEntries([...query].map(([name, value]) => [name, cut(name, value)])),
		...(body && { body: isForm(headers) ? readForm(body) : readBody(body) }),
		...(authorization && { authorization: `${authorization.split(' ', 1)[0]} [redacted]` }),
		...(clientRequestId && { clientRequestId }),
		...subject,
		status: statusOf(answer),
	}
}

function statusOf({ status, dropSocket, hang }: Answer): RequestRecord['status'] {
	if (dropSocket) return 'dropped'
	return hang ? 'unanswered' : status
}

function readBody(body: string): unknown {
	if (body.length > bodyLengthMax) return `${body.slice(0, bodyLengthMax)}… (${body.length} characters)`
	try {
		return JSON.parse(body)
	} catch {
		return body
	}
}

function isForm(headers: Record<string, string>): boolean {
	return (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
}

/** The fields of a form, without the secrets that a client signs in with. */
function readForm(body: string): Record<string, string> {
	const fields = [...new URLSearchParams(body)].map(([name, value]) => [
		name,
		/secret|assertion|password/.test(name) ? '[redacted]' : cut(name, value),
	])
	return Object.fromEntries(fields)
}

function cut(name: string, value: string): string {
	if (signatures.includes(name)) return `… (${value.length} characters)`
	return value.length > valueLengthMax ? `${value.slice(0, 16)}… (${value.length} characters)` : value
}
