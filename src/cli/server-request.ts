import type { Readable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import type { Account } from './api-client.ts'
import { ServerError } from './server-error.ts'

/** Azure demands one; this is what version 11 of its client sends with everything. */
const apiVersion = '2024-10-23'

type Request = {
	/** Below the account's own, segments encoded. */
	path: string
	query?: Record<string, string>
	headers?: Record<string, string>
	signal?: AbortSignal
}

/** Asks for what the official client has no call for, or knows only in part. Throws a ServerError. */
export async function send(
	account: Account,
	{ method, path, query = {}, body }: Pick<Request, 'path' | 'query'> & { method: 'GET' | 'POST' | 'PUT' | 'PATCH'; body?: unknown },
): Promise<unknown> {
	const members = Object.entries(query).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
	const url = `${account.url}${path}?api-version=${apiVersion}${members.join('')}`
	const response = await account.client.sendRequest({ method, url, ...(body === undefined ? {} : { body }) })
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
