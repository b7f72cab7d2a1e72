import type { ServerResponse } from 'node:http'

/**
 * What goes back to the caller. `dropSocket` ends the connection without a word, `hang` leaves it open without one;
 * `delaySeconds` is waited before answering.
 */
export type Answer = {
	status: number
	headers?: Record<string, string>
	body?: string
	delaySeconds?: number
	dropSocket?: true
	hang?: true
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
	return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(value) }
}

/** An error as the Azure Resource Manager wraps it: `{"error":{"code","message"}}`. */
export function armError(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
	return jsonAnswer(status, { error: { code, message } }, headers)
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
	if (answer.hang) return
	if (answer.dropSocket) {
		response.destroy()
		return
	}
	const body = Buffer.from(answer.body ?? '')
	response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
	response.end(body)
}
