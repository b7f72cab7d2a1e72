import type { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import type { Account } from './api-client.ts'
import { ServerError } from './server-error.ts'

type Request = {
	/** Below the account's own, segments encoded. */
	path: string
	query?: Record<string, string>
	headers?: Record<string, string>
	signal?: AbortSignal
}

type WithBody = Pick<Request, 'path'> & { body: unknown }

/** Asks for what the official client has no call for. Throws a ServerError. */
export function post(account: Account, request: WithBody): Promise<unknown> {
	return send(account, 'POST', request)
}

/** Creates with members that the official client leaves out. Throws a ServerError. */
export function put(account: Account, request: WithBody): Promise<unknown> {
	return send(account, 'PUT', request)
}

async function send(account: Account, method: 'POST' | 'PUT', { path, body }: WithBody): Promise<unknown> {
	const response = await account.client.sendRequest({ method, url: account.url + path, body })
	if (response.status >= 200 && response.status < 300) return response.parsedBody
	throw new ServerError(response.status, errorIn(response.bodyAsText ?? ''))
}

/** An answer as it comes. Throws a ServerError, with the server's words: the client's own stream calls lose them. */
export async function getStream(
	account: Account,
	{ path, query = {}, headers = {}, signal }: Request,
): Promise<{ contentType: string; body: Readable }> {
	const response = await account.client.sendRequest({
		method: 'GET',
		url: account.url + path,
		queryParameters: query,
		headers,
		streamResponseBody: true,
		...(signal ? { abortSignal: signal as never } : {}),
	})
	const body = response.readableStreamBody as Readable
	if (response.status === 200) return { contentType: response.headers.get('content-type') ?? '', body }
	throw new ServerError(response.status, errorIn(await readText(body)))
}

/** Code and message of an error's body, in either of Azure's two forms; of any other text its beginning. */
function errorIn(text: string): { code?: string; message?: string } {
	try {
		const body = JSON.parse(text) as { error?: { code: string; message: string }; code: string; message: string }
		return body.error ?? body
	} catch {
		return { message: text }
	}
}
